"""Classification head of skeleton networks (PYSKL ``GCNHead``)."""

from __future__ import annotations

from torch import Tensor, nn


class GCNHead(nn.Module):
    """Mean over time, joints and persons, then one linear layer: ``(B, M, C, T, V) → (B, classes)``.

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
            feature: output of the backbone.
            person_mask: 1 where the person exists, ``(B, M)``; without it every person counts, as in PYSKL.
        """
        persons = feature.mean(dim=(-2, -1))                                             # (B, M, C)
        if person_mask is None:
            return persons.mean(dim=1)
        count = person_mask.sum(dim=1, keepdim=True).clamp(min=1)
        return (persons * person_mask[..., None]).sum(dim=1) / count

    def forward(self, feature: Tensor, person_mask: Tensor | None = None) -> Tensor:
        """Return logits ``(B, classes)``; arguments as in ``pool``."""
        return self.fc_cls(self.dropout(self.pool(feature, person_mask)))
