"""A skeleton network behind Instance Pooling: many persons at the cost of little more than one."""

from __future__ import annotations

from torch import Tensor

from core.models.skeleton.instance_pooling import InstancePooling
from core.models.skeleton.recognizer import SkeletonRecognizer


class PooledRecognizer(SkeletonRecognizer):
    """A recognizer whose persons are merged into one before the backbone sees them.

    The head averages over the one person there is, whatever mask it gets.

    Args:
        pooling: ``(B, M, T, V, C), person_mask → (B, D, T, V)``.
        recognizer: skeleton network for D features per joint; its backbone and head keep their parameter names.
    """

    def __init__(self, pooling: InstancePooling, recognizer: SkeletonRecognizer) -> None:
        super().__init__(recognizer.backbone, recognizer.head)
        self.instance_pooling = pooling

    def features(self, x: Tensor, person_mask: Tensor | None = None) -> tuple[Tensor, ...]:
        """Return the backbone's maps ``(B, 1, C_s, T_s, V_s)``, finest first; arguments as in ``forward``."""
        merged = self.instance_pooling(x, person_mask)                                   # (B, D, T, V)
        return self.backbone(merged.permute(0, 2, 3, 1)[:, None])
