"""Classification heads of skeleton networks (PYSKL ``GCNHead``), for one map or one per scale."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn


class GCNHead(nn.Module):
    """Mean over time, joints and persons, then one linear layer: ``[(B, M, C, T, V), ...] → (B, classes)``.

    Reads the finest map only.

    Args:
        in_channels: C.
        num_classes: number of action classes.
        dropout: dropout rate before the linear layer.
    """

    def __init__(self, in_channels: int = 256, num_classes: int = 60, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.fc_cls = nn.Linear(in_channels, num_classes)
        nn.init.normal_(self.fc_cls.weight, std=0.01)
        nn.init.zeros_(self.fc_cls.bias)

    def pool(self, feature: Tensor, person_mask: Tensor | None = None) -> Tensor:
        """Average a feature ``(B, M, C, T, V)`` to ``(B, C)``.

        Args:
            feature: one of the backbone's maps.
            person_mask: 1 where the person exists, ``(B, M)``; without it every person counts, as in PYSKL.
        """
        persons = feature.mean(dim=(-2, -1))                                             # (B, M, C)
        if person_mask is None:
            return persons.mean(dim=1)
        count = person_mask.sum(dim=1, keepdim=True).clamp(min=1)
        return (persons * person_mask[..., None]).sum(dim=1) / count

    def forward(self, maps: Sequence[Tensor], person_mask: Tensor | None = None) -> Tensor:
        """Return logits ``(B, classes)``.

        Args:
            maps: output of the backbone, finest first.
            person_mask: as in ``pool``.
        """
        return self.fc_cls(self.dropout(self.pool(maps[0], person_mask)))


class MultiScaleHead(GCNHead):
    """The sum of one linear layer per map; those of coarser maps start at zero, so at first it equals ``GCNHead``.

    Args:
        widths: C of every map, finest first.
        num_classes: number of action classes.
        dropout: dropout rate before the linear layers.
    """

    def __init__(self, widths: Sequence[int], num_classes: int = 60, dropout: float = 0.0) -> None:
        super().__init__(widths[0], num_classes, dropout)
        self.fc_coarse = nn.ModuleList(nn.Linear(width, num_classes) for width in widths[1:])
        for parameter in self.fc_coarse.parameters():
            nn.init.zeros_(parameter)

    def forward(self, maps: Sequence[Tensor], person_mask: Tensor | None = None) -> Tensor:
        """Return logits ``(B, classes)``; arguments as in ``GCNHead``."""
        logits = super().forward(maps, person_mask)
        for linear, coarse in zip(self.fc_coarse, maps[1:], strict=True):
            logits = logits + linear(self.dropout(self.pool(coarse, person_mask)))
        return logits
