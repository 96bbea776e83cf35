"""Lite-HRNet as the published heatmap models have it: with the iterative head, which the joint model lacks."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from core.models.pose.blocks import ConvBlock, depthwise, init_weights
from core.models.pose.lite_hrnet import LiteHRNet, LiteHRNetSpec


class SeparableConv(nn.Module):
    """Depthwise 3x3 and 1x1 convolution (mmcv ``DepthwiseSeparableConvModule`` without the first activation)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.depthwise_conv = depthwise(in_channels)
        self.pointwise_conv = ConvBlock(in_channels, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C_in, H, W)`` → ``(N, C_out, H, W)``."""
        return self.pointwise_conv(self.depthwise_conv(x))


class IterativeHead(nn.Module):
    """Walks from the coarsest map to the finest, adding the upsampled result of the level before."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        coarse_first = channels[::-1]
        self.projects = nn.ModuleList(SeparableConv(before, after) for before, after
                                      in zip(coarse_first, (*coarse_first[1:], coarse_first[-1]), strict=True))

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps ``(N, C_b, H_b, W_b)`` fine → coarse → maps ``(N, C_{b-1}, H_b, W_b)`` (the finest keeps ``C_0``)."""
        walked: list[Tensor] = []
        for project, level in zip(self.projects, reversed(maps), strict=True):
            if walked:
                level = level + F.interpolate(walked[-1], level.shape[-2:], mode='bilinear', align_corners=True)
            walked.append(project(level))
        return walked[::-1]


class HeadedLiteHRNet(LiteHRNet):
    """Lite-HRNet that returns the maps of its iterative head."""

    def __init__(self, spec: LiteHRNetSpec) -> None:
        super().__init__(spec)
        widths = self.channels
        self.head_layer = IterativeHead(widths)
        init_weights(self.head_layer)
        handed_out = {f'head{branch}': width for branch, width in enumerate((widths[0], *widths[:-1]))}
        self.tap_channels |= handed_out
        self.output_names, self.channels = tuple(handed_out), tuple(handed_out.values())

    def forward_taps(self, x: Tensor) -> dict[str, Tensor]:
        """Add 'head{branch}' to the maps of ``LiteHRNet``."""
        taps = super().forward_taps(x)
        last = [level for name, level in taps.items() if name.startswith(f's{self.num_stages - 1}b')]
        return taps | {f'head{branch}': level for branch, level in enumerate(self.head_layer(last))}
