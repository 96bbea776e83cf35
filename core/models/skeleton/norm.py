"""Normalization of the joints that enter a skeleton network (``data_bn`` of PYSKL's networks)."""

from __future__ import annotations

from torch import Tensor, nn

DATA_NORMS = ('VC', 'MVC', None)


class JointNorm(nn.BatchNorm1d):
    """BatchNorm of every joint and channel of ``(B, M, T, V, C)``; with ``num_persons`` of every person too.

    Args:
        num_joints: V.
        channels: C.
        num_persons: M, to keep the persons' statistics apart; ``None`` shares them.
    """

    def __init__(self, num_joints: int, channels: int, num_persons: int | None = None) -> None:
        super().__init__(num_joints * channels * (num_persons or 1))
        self.over_persons = num_persons is not None

    def forward(self, x: Tensor) -> Tensor:
        """Normalize; the shape stays."""
        if self.over_persons:
            x = x.transpose(1, 2)                                                        # (B, T, M, V, C)
        x = super().forward(x.reshape(-1, self.num_features)).view(x.shape)
        return x.transpose(1, 2) if self.over_persons else x


def joint_norm(data_bn_type: str | None, num_joints: int, channels: int, num_persons: int) -> nn.Module:
    """Create the normalization ``(B, M, T, V, C) → (B, M, T, V, C)`` of PYSKL's ``data_bn_type``.

    Args:
        data_bn_type: over joints and channels (``'VC'``), over persons too (``'MVC'``), or none.
        num_joints: V.
        channels: C.
        num_persons: M, used by ``'MVC'`` only.

    Raises:
        ValueError: for an unknown type.
    """
    if data_bn_type not in DATA_NORMS:
        raise ValueError(f'data_bn_type must be one of {DATA_NORMS}, got {data_bn_type!r}')
    if data_bn_type is None:
        return nn.Identity()
    return JointNorm(num_joints, channels, num_persons if data_bn_type == 'MVC' else None)
