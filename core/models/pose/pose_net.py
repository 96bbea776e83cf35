"""The pose network: backbone and SimCC head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn

from core.models.pose.coding import SimCCCoding
from core.models.pose.multi_resolution import MultiResolutionBackbone
from core.models.pose.simcc import SimCC
from core.models.pose.simcc_head import SimCCHead


class PoseOutput(NamedTuple):
    """Answer of the pose network.

    Attributes:
        simcc: logits ``x`` ``(N, J, N_x)`` and ``y`` ``(N, J, N_y)``.
        taps: maps of the backbone ``(N, C_i, H_i, W_i)``, in the order of ``PoseNet``'s ``taps``.
    """

    simcc: SimCC
    taps: tuple[Tensor, ...]


class PoseNet(nn.Module):
    """Crops → distributions over bins, from the finest map of the backbone's last stage.

    Args:
        backbone: Lite-HRNet or HRNet.
        head: finest map → ``SimCC``.
        taps: names of backbone maps that are handed out, see ``core.models.pose.taps``.

    Raises:
        ValueError: when the head expects other channels than the backbone gives, or the backbone lacks a tap.
    """

    def __init__(self, backbone: MultiResolutionBackbone, head: SimCCHead, taps: Sequence[str] = ()) -> None:
        super().__init__()
        if backbone.channels[0] != head.final_layer.in_channels:
            raise ValueError(f'the head reads {head.final_layer.in_channels} channels, but the finest map of the '
                             f'backbone has {backbone.channels[0]}')
        lacking = [name for name in taps if name not in backbone.tap_channels]
        if lacking:
            raise ValueError(f"the backbone has no map '{lacking[0]}' to tap; choose among "
                             f"{', '.join(backbone.tap_channels)}")
        self.backbone = backbone
        self.head = head
        self.taps = tuple(taps)

    @property
    def coding(self) -> SimCCCoding:
        """How the answered distributions write joints."""
        return self.head.coding

    def forward(self, x: Tensor) -> PoseOutput:
        """ImageNet-normalized crops ``(N, 3, H, W)`` → ``PoseOutput``."""
        maps = self.backbone.forward_taps(x)                                # {'stem': (N, C_0, H/4, W/4), ...}
        simcc = self.head(maps[self.backbone.output_names[0]])              # (N, J, N_x), (N, J, N_y)
        return PoseOutput(simcc, tuple(maps[name] for name in self.taps))
