"""Lite-HRNet (Yu et al., CVPR 2021, arXiv 2104.06403) with the parameter names of the official checkpoints.

Branch ``b`` of a stage works at 1/(4·2^b) of the input size and has ``C_b`` channels; lists of maps run fine → coarse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.pose.blocks import ConvBlock, channel_shuffle, depthwise, init_weights, separable
from core.models.pose.lite_module import FUSE_MODES, LiteHRModule, StageSpec
from core.models.pose.multi_resolution import MultiResolutionBackbone
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


class Transition(nn.ModuleList):
    """Between two stages: adapts widths and opens new branches from the coarsest one (keys ``{branch}.{…}``)."""

    def __init__(self, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        super().__init__()
        for branch, width in enumerate(after):
            if branch >= len(before):
                outputs = [before[-1]] * (branch - len(before)) + [width]
                self.append(nn.Sequential(*(separable(before[-1], out, 2, relu=True) for out in outputs)))
            elif width != before[branch]:
                self.append(separable(before[branch], width, 1, relu=True))
            else:
                self.append(nn.Identity())

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps of the previous stage → maps of the next one, fine → coarse."""
        return [layer(maps[min(branch, len(maps) - 1)]) for branch, layer in enumerate(self)]


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


class LiteHRNet(MultiResolutionBackbone):
    """Lite-HRNet backbone.

    Args:
        spec: a row of ``LITE_HRNETS`` or another description.
        fuse: one of ``FUSE_MODES``, see ``LiteHRModule``; published weights need 'official'.
        with_head: append the iterative head (the published heatmap models have it, end2end has not).
        outputs: branches of the last stage that are handed out, ascending from 0; ``None`` hands out all. Fuse paths
            that only the others need (up to a fifth of the parameters) are left out, as they would never learn.
        norm_eval: keep every BatchNorm in evaluation mode while training.
        with_cp: recompute block activations in the backward pass.

    Raises:
        ValueError: for an unknown ``fuse``, or a head without the maps it reads.

    Example:
        >>> [tuple(m.shape) for m in LiteHRNet(LITE_HRNETS['lite-hrnet-18'])(torch.zeros(2, 3, 64, 32))][:2]
        [(2, 40, 16, 8), (2, 80, 8, 4)]
    """

    title = 'Lite-HRNet'

    def __init__(self, spec: LiteHRNetSpec, *, fuse: str = 'official', with_head: bool = False,
                 outputs: Sequence[int] | None = None, norm_eval: bool = False, with_cp: bool = False) -> None:
        super().__init__()
        if fuse not in FUSE_MODES:
            raise ValueError(f"fuse mode '{fuse}' is unknown; choose one of {', '.join(FUSE_MODES)}")
        if with_head and outputs is not None:
            raise ValueError('the iterative head reads every branch: with_head=True needs outputs=None')
        self.norm_eval = norm_eval
        self.num_stages = len(spec.stages)
        self.stem = Stem(spec)
        self.tap_channels = {'stem': spec.out_channels}
        widths: tuple[int, ...] = (spec.out_channels,)
        for index, stage in enumerate(spec.stages):
            self.add_module(f'transition{index}', Transition(widths, stage.channels))
            modules = [LiteHRModule(stage, fuse, outputs=rows, with_cp=with_cp)
                       for rows in rows_per_module(outputs, stage.num_modules, index == self.num_stages - 1)]
            self.add_module(f'stage{index}', nn.Sequential(*modules))
            widths = stage.channels
            handed_out = {f's{index}b{branch}': widths[branch] for branch in modules[-1].rows}
            self.tap_channels |= handed_out
        self.head_layer = IterativeHead(widths) if with_head else None
        if with_head:
            handed_out = {f'head{branch}': width for branch, width in enumerate((widths[0], *widths[:-1]))}
            self.tap_channels |= handed_out
        self.output_names, self.channels = tuple(handed_out), tuple(handed_out.values())
        init_weights(self)

    def train(self, mode: bool = True) -> LiteHRNet:
        """Switch training mode; under ``norm_eval`` the BatchNorms stay in evaluation mode."""
        super().train(mode)
        if self.norm_eval:
            for layer in self.modules():
                if isinstance(layer, nn.modules.batchnorm._BatchNorm):
                    layer.eval()
        return self

    def stem_taps(self, x: Tensor) -> dict[str, Tensor]:
        """Return 'stem', ``(N, 32, H/4, W/4)``."""
        return {'stem': self.stem(x)}

    def stage_modules(self, index: int) -> tuple[nn.Module, nn.Sequential]:
        """Return the modules of stage ``index``."""
        return getattr(self, f'transition{index}'), getattr(self, f'stage{index}')

    def forward_taps(self, x: Tensor) -> dict[str, Tensor]:
        """Add 'head{branch}', where there is a head, to the maps of ``MultiResolutionBackbone``."""
        taps = super().forward_taps(x)
        if self.head_layer is not None:
            last = [level for name, level in taps.items() if name.startswith(f's{self.num_stages - 1}b')]
            taps |= {f'head{branch}': level for branch, level in enumerate(self.head_layer(last))}
        return taps


def build_lite_hrnet(name: str, **options: bool | str | Sequence[int] | None) -> LiteHRNet:
    """Create the network called ``name`` in ``LITE_HRNETS``; ``options`` as in ``LiteHRNet``.

    Raises:
        ValueError: for an unknown name.
    """
    if name not in LITE_HRNETS:
        raise ValueError(f"Lite-HRNet '{name}' is unknown; choose one of {', '.join(LITE_HRNETS)}")
    return LiteHRNet(LITE_HRNETS[name], **options)
