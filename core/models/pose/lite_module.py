"""The repeated part of Lite-HRNet: blocks on parallel branches, then an exchange between them (arXiv 2104.06403).

Branch ``b`` works at 1/(4·2^b) of the input size and has ``C_b`` channels; lists of maps run fine → coarse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.pose.blocks import ConvBlock, TwiceTrackedBatchNorm, channel_shuffle, depthwise, separable
from core.models.pose.multi_resolution import FusePaths
from core.models.pose.taps import output_rows


@dataclass(frozen=True)
class StageSpec:
    """One stage: ``num_modules`` modules of ``num_blocks`` blocks each, over ``len(channels)`` branches.

    Attributes:
        num_modules: modules in a row.
        channels: channels of each branch, fine → coarse.
        num_blocks: blocks of a module.
        kind: 'LITE' conditional channel weighting, or 'NAIVE' shuffle units.
        reduce_ratio: squeeze of the cross-resolution weighting (LITE only).
        with_fuse: whether the branches exchange at the end of each module.
    """

    num_modules: int
    channels: tuple[int, ...]
    num_blocks: int = 2
    kind: str = 'LITE'
    reduce_ratio: int = 8
    with_fuse: bool = True

    def __post_init__(self) -> None:
        if self.kind not in ('LITE', 'NAIVE'):
            raise ValueError(f"Lite-HRNet module type '{self.kind}' is unknown; choose LITE or NAIVE")


class SpatialWeighting(nn.Module):
    """Channel gates from globally pooled features (a squeeze-and-excitation block; the name is the published one)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = ConvBlock(channels, channels // 4, norm=False)
        self.conv2 = ConvBlock(channels // 4, channels, norm=False, act='sigmoid')

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` → same shape."""
        return x * self.conv2(self.conv1(x.mean((2, 3), keepdim=True)))


class CrossResolutionWeighting(nn.Module):
    """Gates for every branch, computed from all branches at the coarsest resolution."""

    def __init__(self, channels: tuple[int, ...], reduce_ratio: int) -> None:
        super().__init__()
        self.channels = channels
        total = sum(channels)
        self.conv1 = ConvBlock(total, int(total / reduce_ratio))
        self.conv2 = ConvBlock(int(total / reduce_ratio), total, act='sigmoid')

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps ``(N, C_b, H_b, W_b)`` → the same shapes."""
        height, width = maps[-1].shape[-2:]
        pooled = [F.adaptive_avg_pool2d(level, (height, width)) for level in maps[:-1]] + [maps[-1]]
        gates = self.conv2(self.conv1(torch.cat(pooled, 1))).split(self.channels, 1)
        return [level * F.interpolate(gate, level.shape[-2:], mode='nearest')
                for level, gate in zip(maps, gates, strict=True)]


class ConditionalChannelWeighting(nn.Module):
    """Shuffle unit over all branches, with gates instead of 1x1 convolutions (section 3.2 of the paper)."""

    def __init__(self, channels: tuple[int, ...], reduce_ratio: int) -> None:
        super().__init__()
        half = tuple(width // 2 for width in channels)
        self.cross_resolution_weighting = CrossResolutionWeighting(half, reduce_ratio)
        self.depthwise_convs = nn.ModuleList(depthwise(width) for width in half)
        self.spatial_weighting = nn.ModuleList(SpatialWeighting(width) for width in half)

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps ``(N, C_b, H_b, W_b)`` → the same shapes."""
        halves = [level.chunk(2, 1) for level in maps]                              # (N, C_b/2, H_b, W_b) each
        weighted = self.cross_resolution_weighting([worked for _, worked in halves])
        convolved = [weight(conv(level)) for weight, conv, level
                     in zip(self.spatial_weighting, self.depthwise_convs, weighted, strict=True)]
        return [channel_shuffle(torch.cat([kept, worked], 1))
                for (kept, _), worked in zip(halves, convolved, strict=True)]


class ShuffleUnit(nn.Module):
    """ShuffleNet V2 unit with stride 1: one half of the channels passes, the other is convolved."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.branch2 = nn.Sequential(ConvBlock(half, half), depthwise(half), ConvBlock(half, half))

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` → same shape."""
        kept, worked = x.chunk(2, 1)
        return channel_shuffle(torch.cat([kept, self.branch2(worked)], 1))


def _fuse_path(channels: tuple[int, ...], target: int, source: int, norm: type[nn.BatchNorm2d]) -> nn.Module:
    """The path F_{target, source} between two branches of a module."""
    if source == target:
        return nn.Identity()
    if source > target:
        return nn.Sequential(nn.Conv2d(channels[source], channels[target], 1, bias=False),
                             nn.BatchNorm2d(channels[target]),
                             nn.Upsample(scale_factor=float(2 ** (source - target)), mode='nearest'))
    steps = target - source
    return nn.Sequential(*(
        separable(channels[source], channels[target if last else source], 2, relu=not last, norm=norm)
        for last in (step == steps - 1 for step in range(steps))))


class LiteHRModule(nn.Module):
    """Blocks on every branch, then each branch receives all others.

    The published code adds branch 0 twice to every row, and feeds the other rows with branch 0 *after* row 0 was
    summed; the published weights depend on it. With ``o`` the block outputs and ``F_ii`` the identity::

        s_0 = o_0 + Σ_j F_0j(o_j),   s_i = 2·F_i0(s_0) + Σ_{j≥1} F_ij(o_j),   out_i = ReLU(s_i)

    Training moves the running statistics of F_i0 twice a step, as the published code does.

    Args:
        spec: of the stage.
        outputs: ``i`` of the ``out_i`` that are computed, ascending from 0; ``None`` computes all.
    """

    layers: nn.Sequential | nn.ModuleList

    def __init__(self, spec: StageSpec, *, outputs: Sequence[int] | None = None) -> None:
        super().__init__()
        channels, branches = spec.channels, range(len(spec.channels))
        self.rows = output_rows(outputs, len(channels))
        if spec.kind == 'LITE':
            self.layers = nn.Sequential(*(ConditionalChannelWeighting(channels, spec.reduce_ratio)
                                          for _ in range(spec.num_blocks)))
        else:
            self.layers = nn.ModuleList(nn.Sequential(*(ShuffleUnit(width) for _ in range(spec.num_blocks)))
                                        for width in channels)
        if spec.with_fuse:
            self.fuse_layers = nn.ModuleDict({str(i): FusePaths(
                _fuse_path(channels, i, j, TwiceTrackedBatchNorm if j == 0 else nn.BatchNorm2d)
                for j in branches) for i in self.rows})

    def _exchange(self, maps: list[Tensor]) -> list[Tensor]:
        fused = []
        for row, paths in zip(self.rows, self.fuse_layers.values(), strict=True):
            terms = paths(maps)                                                     # each (N, C_row, H_row, W_row)
            total = sum(terms[1:], 2 * terms[0])
            if row == 0:
                maps = [total, *maps[1:]]
            fused.append(F.relu(total))
        return fused

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps ``(N, C_b, H_b, W_b)`` → the same shapes (only those of ``outputs``)."""
        if isinstance(self.layers, nn.Sequential):
            maps = self.layers(maps)
        else:
            maps = [layer(level) for layer, level in zip(self.layers, maps, strict=True)]
        return self._exchange(maps) if hasattr(self, 'fuse_layers') else [maps[row] for row in self.rows]
