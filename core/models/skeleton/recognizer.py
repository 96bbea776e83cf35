"""Skeleton recognizer: backbone and head, alone or behind Instance Pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from torch import Tensor, nn

from core.layouts import Layout
from core.models.skeleton.head import GCNHead, MultiScaleHead
from core.models.skeleton.instance_pooling import InstancePooling
from core.models.skeleton.ms_stgcn import ms_stgcnpp
from core.models.skeleton.stgcn import STGCN, stgcn, stgcnpp

SKELETON_NETWORKS: dict[str, Callable[..., STGCN]] = {'stgcn': stgcn, 'stgcnpp': stgcnpp, 'ms_stgcnpp': ms_stgcnpp}


class SkeletonBackbone(Protocol):
    """What a recognizer asks of its network: ``(B, M, T, V, C) → [(B, M, C_s, T_s, V_s), ...]``, finest map first."""

    @property
    def widths(self) -> tuple[int, ...]:
        """C_s of every map."""

    def __call__(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the maps."""


class SkeletonRecognizer(nn.Module):
    """Action logits of joint sequences.

    Args:
        backbone: joint features → maps.
        head: maps and optional person mask → ``(B, classes)``.
    """

    def __init__(self, backbone: SkeletonBackbone, head: GCNHead) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def features(self, x: Tensor, person_mask: Tensor | None = None) -> tuple[Tensor, ...]:
        """Return the backbone's maps ``(B, M, C_s, T_s, V_s)``, finest first.

        Args:
            x: joint features ``(B, M, T, V, C)``.
            person_mask: 1 where the person exists, ``(B, M)``; for networks that merge the persons.
        """
        return self.backbone(x)

    def forward(self, x: Tensor, person_mask: Tensor | None = None) -> Tensor:
        """Return logits ``(B, classes)``.

        Args:
            x: joint features ``(B, M, T, V, C)``.
            person_mask: 1 where the person exists, ``(B, M)``; absent persons do not count.
        """
        return self.head(self.features(x, person_mask), person_mask)


def build_recognizer(name: str, layout: Layout, in_channels: int, num_classes: int, dropout: float = 0.0,
                     **options: Any) -> SkeletonRecognizer:
    """Create a skeleton network with the head that reads all of its maps.

    Args:
        name: key of ``SKELETON_NETWORKS``.
        layout: joints and their graphs.
        in_channels: C of the joint features.
        num_classes: number of action classes.
        dropout: dropout rate of the head.
        **options: further arguments of the network's builder.

    Raises:
        ValueError: for an unknown name, or options that the builder refuses.
    """
    if name not in SKELETON_NETWORKS:
        raise ValueError(f"skeleton network '{name}' is unknown; choose one of {', '.join(SKELETON_NETWORKS)}")
    backbone = SKELETON_NETWORKS[name](layout, in_channels, **options)
    if len(backbone.widths) == 1:
        return SkeletonRecognizer(backbone, GCNHead(backbone.out_channels, num_classes, dropout))
    return SkeletonRecognizer(backbone, MultiScaleHead(backbone.widths, num_classes, dropout))


class PooledRecognizer(SkeletonRecognizer):
    """A recognizer whose persons are merged into one before the backbone sees them.

    The head then averages over one person, whatever the mask.

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
