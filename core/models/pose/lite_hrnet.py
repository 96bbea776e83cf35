"""Lite-HRNet (Yu et al., CVPR 2021, arXiv 2104.06403) with the parameter names of the official checkpoints.

Branch ``b`` of a stage works at 1/(4·2^b) of the input size and has ``C_b`` channels; lists of maps run fine → coarse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.models.pose.blocks import ConvBlock, channel_shuffle, depthwise, init_weights, separable
from core.models.pose.lite_module import LiteHRModule, StageSpec
from core.models.pose.multi_resolution import BranchTransition, MultiResolutionBackbone
from core.models.pose.taps import rows_per_module


@dataclass(frozen=True)
class LiteHRNetSpec:
    """A network of the Lite-HRNet family: its stem and its stages."""

    stages: tuple[StageSpec, ...]
    stem_channels: int = 32
    out_channels: int = 32
    expand_ratio: float = 1.0
    in_channels: int = 3


def _family(num_modules: tuple[int, ...], width: int, kind: str) -> LiteHRNetSpec:
    return LiteHRNetSpec(tuple(
        StageSpec(modules, tuple(width * 2 ** branch for branch in range(stage + 2)), kind=kind)
        for stage, modules in enumerate(num_modules)))


LITE_HRNETS: dict[str, LiteHRNetSpec] = {
    'lite-hrnet-18': _family((2, 4, 2), 40, 'LITE'),
    'lite-hrnet-30': _family((3, 8, 3), 40, 'LITE'),
    'naive-lite-hrnet-18': _family((2, 4, 2), 30, 'NAIVE'),
    'wider-naive-lite-hrnet-18': _family((2, 4, 2), 40, 'NAIVE'),
}


class Stem(nn.Module):
    """Image → features at 1/4 of its size (section 3.1 of the paper: a 3x3 convolution and a shuffle unit)."""

    def __init__(self, spec: LiteHRNetSpec) -> None:
        super().__init__()
        stem, half, middle = spec.stem_channels, spec.stem_channels // 2, round(spec.stem_channels * spec.expand_ratio)
        kept = half if stem == spec.out_channels else stem
        self.conv1 = ConvBlock(spec.in_channels, stem, 3, 2)
        self.branch1 = nn.Sequential(depthwise(half, 2), ConvBlock(half, spec.out_channels - kept))
        self.expand_conv = ConvBlock(half, middle)
        self.depthwise_conv = depthwise(middle, 2)
        self.linear_conv = ConvBlock(middle, kept)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, 3, H, W)`` → ``(N, C, H/4, W/4)``."""
        left, right = self.conv1(x).chunk(2, 1)                                     # (N, C/2, H/2, W/2) each
        right = self.linear_conv(self.depthwise_conv(self.expand_conv(right)))      # (N, C/2, H/4, W/4)
        return channel_shuffle(torch.cat([self.branch1(left), right], 1))


class Transition(BranchTransition):
    """Transition of separable convolutions."""

    def adapt(self, before: int, after: int) -> nn.Module:
        """1x1 behind a depthwise convolution."""
        return separable(before, after, 1, relu=True)

    def halve(self, before: int, after: int) -> nn.Module:
        """The same with stride 2."""
        return separable(before, after, 2, relu=True)


class LiteHRNet(MultiResolutionBackbone):
    """Lite-HRNet backbone.

    Args:
        spec: a row of ``LITE_HRNETS`` or another description.
        outputs: branches of the last stage that are handed out, ascending from 0; ``None`` hands out all. Fuse paths
            that only the others need (up to a fifth of the parameters) are left out, as they would never learn.

    Example:
        >>> [tuple(m.shape) for m in LiteHRNet(LITE_HRNETS['lite-hrnet-18'])(torch.zeros(2, 3, 64, 32))][:2]
        [(2, 40, 16, 8), (2, 80, 8, 4)]
    """

    title = 'Lite-HRNet'

    def __init__(self, spec: LiteHRNetSpec, *, outputs: Sequence[int] | None = None) -> None:
        super().__init__()
        self.num_stages = len(spec.stages)
        self.stem = Stem(spec)
        self.tap_channels = {'stem': spec.out_channels}
        widths: tuple[int, ...] = (spec.out_channels,)
        for index, stage in enumerate(spec.stages):
            self.add_module(f'transition{index}', Transition(widths, stage.channels))
            modules = [LiteHRModule(stage, outputs=rows)
                       for rows in rows_per_module(outputs, stage.num_modules, index == self.num_stages - 1)]
            self.add_module(f'stage{index}', nn.Sequential(*modules))
            widths = stage.channels
            handed_out = {f's{index}b{branch}': widths[branch] for branch in modules[-1].rows}
            self.tap_channels |= handed_out
        self.output_names, self.channels = tuple(handed_out), tuple(handed_out.values())
        init_weights(self)

    def stem_taps(self, x: Tensor) -> dict[str, Tensor]:
        """Return 'stem', ``(N, 32, H/4, W/4)``."""
        return {'stem': self.stem(x)}

    def stage_modules(self, index: int) -> tuple[nn.Module, nn.Sequential]:
        """Return the modules of stage ``index``."""
        return getattr(self, f'transition{index}'), getattr(self, f'stage{index}')


def build_lite_hrnet(name: str, outputs: Sequence[int] | None = None) -> LiteHRNet:
    """Create the network called ``name`` in ``LITE_HRNETS``; ``outputs`` as in ``LiteHRNet``.

    Raises:
        ValueError: for an unknown name.
    """
    if name not in LITE_HRNETS:
        raise ValueError(f"Lite-HRNet '{name}' is unknown; choose one of {', '.join(LITE_HRNETS)}")
    return LiteHRNet(LITE_HRNETS[name], outputs=outputs)
