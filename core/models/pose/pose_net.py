"""The pose network: backbone and SimCC head."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from core.models.pose.simcc import SimCC, SimCCHead


class PoseOutput(NamedTuple):
    """Answer of the pose network.

    Attributes:
        simcc: logits ``x`` ``(N, J, N_x)`` and ``y`` ``(N, J, N_y)``.
        features: maps of the backbone's last stage ``(N, C_b, H/(4·2^b), W/(4·2^b))``, fine → coarse.
    """

    simcc: SimCC
    features: list[Tensor]


class PoseNet(nn.Module):
    """Crops → distributions over bins, from the finest map of the backbone.

    Args:
        backbone: ``(N, 3, H, W)`` → list of maps, fine → coarse.
        head: finest map → ``SimCC``.

    Raises:
        ValueError: when the head expects other channels than the backbone gives.
    """

    def __init__(self, backbone: nn.Module, head: SimCCHead) -> None:
        super().__init__()
        if backbone.channels[0] != head.final_layer.in_channels:
            raise ValueError(f'the head reads {head.final_layer.in_channels} channels, but the finest map of the '
                             f'backbone has {backbone.channels[0]}')
        self.backbone = backbone
        self.head = head

    def forward(self, x: Tensor) -> PoseOutput:
        """ImageNet-normalised crops ``(N, 3, H, W)`` → ``PoseOutput``."""
        features = self.backbone(x)                 # [(N, C_0, H/4, W/4), (N, C_1, H/8, W/8), ...]
        return PoseOutput(self.head(features[0]), features)
