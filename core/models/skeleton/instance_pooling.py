"""Instance Pooling of SkeleT (2406.18011; official ``pyskl/models/gcns/skelet_gcn.py``): many persons become one map.

The skeleton network after it runs once per clip. The weights fit any number of persons.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.persons import repeat_first_person

POSITIONS = (None, 'V', 'VC')


class PairLinear(nn.Linear):
    """``Linear(2D, D')`` of two concatenated features ``(..., D)``, without concatenating them.

    An axis on which a feature is shared (by persons, frames or joints) has size 1; that half is then computed once.
    """

    def forward(self, pair: tuple[Tensor, Tensor]) -> Tensor:  # type: ignore[override]  # nn.Sequential passes one value
        """Return ``(..., D')``, the leading axes broadcast."""
        first, second = self.weight.chunk(2, dim=1)
        return F.linear(pair[0], first) + F.linear(pair[1], second, self.bias)


class PointNorm(nn.BatchNorm1d):
    """BatchNorm of the last axis of ``(..., D)`` over all others."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalize; the shape stays."""
        return super().forward(x.flatten(0, -2)).view_as(x)


class InstancePooling(nn.Module):
    """Persons merged point by point: ``(B, M, T, V, C) → (B, D, T, V)``, channels last in memory.

    Every joint of every person is encoded, then combined with the maximum over all persons at its place and time. The
    maximum over persons of the result is combined with its maximum over the whole clip.

    Args:
        in_channels: C.
        width: D.
        drop_path: probability that a training step leaves out the residual path around the first combination.
        position: learned code added to the encoded joints: none, one number per joint (``'V'``) or D numbers per joint
            (``'VC'``).
        num_joints: V, used by ``position`` only.

    Attributes:
        out_channels: D.

    Raises:
        ValueError: for an unknown ``position``.
    """

    def __init__(self, in_channels: int, width: int = 64, drop_path: float = 0.1, position: str | None = None,
                 num_joints: int = 65) -> None:
        super().__init__()
        if position not in POSITIONS:
            raise ValueError(f'position of instance pooling must be one of {POSITIONS}, got {position!r}')
        self.drop_path = drop_path
        self.out_channels = width
        self.point_encoder = nn.Sequential(nn.Linear(in_channels, width), PointNorm(width), nn.ReLU(inplace=True))
        self.concat_pool_fc = nn.Sequential(PairLinear(2 * width, width), PointNorm(width))
        self.group_pool_fc = nn.Sequential(PairLinear(2 * width, width), PointNorm(width), nn.GELU())
        size = width if position == 'VC' else 1
        self.pos_embedding = nn.Parameter(torch.randn(1, num_joints, size)) if position else None

    def _kept(self, residual: Tensor) -> Tensor:
        if not self.training or not self.drop_path:
            return residual
        return residual * (torch.rand((), device=residual.device) >= self.drop_path)

    def forward(self, x: Tensor, person_mask: Tensor | None = None) -> Tensor:
        """Merge the persons of a batch of clips.

        Args:
            x: joint features ``(B, M, T, V, C)``.
            person_mask: 1 where the person exists, ``(B, M)``, person 0 always; absent persons change no maximum and do
                not enter the statistics (person 0 does in their place). Without it all count, as in the official code.
        """
        if person_mask is not None:
            x = repeat_first_person(x, person_mask)
        points = self.point_encoder(x)                                                   # (B, M, T, V, D)
        if self.pos_embedding is not None:
            points = points + self.pos_embedding
        strongest = points.amax(dim=1, keepdim=True)                                     # (B, 1, T, V, D)
        points = F.gelu(self.concat_pool_fc((points, strongest)) + self._kept(points))   # (B, M, T, V, D)
        merged = points.amax(dim=1)                                                      # (B, T, V, D)
        whole = merged.amax(dim=(1, 2), keepdim=True)                                    # (B, 1, 1, D)
        return self.group_pool_fc((whole, merged)).permute(0, 3, 1, 2)
