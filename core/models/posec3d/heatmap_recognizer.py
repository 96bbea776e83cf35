"""PoseC3D as a skeleton network: joint features → volume of heatmaps → SlowOnly → logits."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.models.posec3d.distribution_volume import DistributionVolume
from core.models.posec3d.slowonly import SlowOnly, SlowOnlySpec
from core.models.posec3d.volume import KeypointVolume
from core.models.skeleton.head import GCNHead
from core.models.skeleton.recognizer import SkeletonBackbone, SkeletonRecognizer


class I3DHead(GCNHead):
    """Mean over time and space of every map, concatenated, then one linear layer (PYSKL ``I3DHead``).

    Args:
        in_channels: channels of all maps together.
        num_classes: number of action classes.
        dropout: dropout rate before the linear layer.
    """

    def forward(self, maps: Sequence[Tensor], person_mask: Tensor | None = None) -> Tensor:
        """Return logits ``(B, classes)`` of maps ``(B, M, C_s, T_s, V_s)``; ``person_mask`` as in ``GCNHead``."""
        pooled = torch.cat([self.pool(feature, person_mask) for feature in maps], dim=-1)
        return self.fc_cls(self.dropout(pooled))


class PoseC3D(SkeletonRecognizer):
    """Action logits of joint features ``(B, M, T, V, C)``; all persons are drawn into one volume.

    Args:
        volume: features → ``(B, K, T, H, W)``; features of 0 leave no trace.
        backbone: volume → maps ``(B, 1, C_s, T_s, V_s)``.
        head: maps and optional person mask → ``(B, classes)``.
    """

    def __init__(self, volume: nn.Module, backbone: SkeletonBackbone, head: GCNHead) -> None:
        super().__init__(backbone, head)
        self.volume = volume

    def features(self, x: Tensor, person_mask: Tensor | None = None) -> tuple[Tensor, ...]:
        """Return maps ``(B, M, C_s, T_s, V_s)``, the same for every person.

        Args:
            x: joint features ``(B, M, T, V, C)``.
            person_mask: 1 where the person exists, ``(B, M)``; absent persons are not drawn.
        """
        if person_mask is not None:
            x = x.masked_fill(person_mask[:, :, None, None, None] == 0, 0)
        maps = super().features(self.volume(x))
        return tuple(shared.expand(-1, x.shape[1], -1, -1, -1) for shared in maps)


def build_posec3d(volume: KeypointVolume | DistributionVolume, num_classes: int, base_channels: int = 32,
                  stage_blocks: Sequence[int] = (4, 6, 3), dropout: float = 0.5) -> PoseC3D:
    """Create PoseC3D with the published network of three stages.

    Args:
        volume: draws keypoints, or distributions.
        num_classes: number of action classes.
        base_channels: channels of the stem.
        stage_blocks: blocks of each stage; (3, 4, 6) on Kinetics-400, UCF101 and HMDB51.
        dropout: dropout rate of the head.
    """
    backbone = SlowOnly(SlowOnlySpec(volume.channels, base_channels, tuple(stage_blocks)))
    return PoseC3D(volume, backbone, I3DHead(sum(backbone.widths), num_classes, dropout))
