"""HRNet (Sun et al., CVPR 2019, arXiv 1902.09212) with the parameter names of the official pose checkpoints.

Branch ``b`` works at 1/(4·2^b) of the input size and has ``C_b`` channels; lists of maps run fine → coarse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.pose.blocks import init_weights
from core.models.pose.multi_resolution import BranchTransition, MultiResolutionBackbone
from core.models.pose.taps import output_rows, rows_per_module

STEM_CHANNELS = 64
LAYER1_BLOCKS = 4


@dataclass(frozen=True)
class HRStageSpec:
    """One stage: ``num_modules`` modules; branch ``b`` has ``num_blocks[b]`` basic blocks of ``channels[b]``."""

    num_modules: int
    channels: tuple[int, ...]
    num_blocks: tuple[int, ...]


def _family(width: int) -> tuple[HRStageSpec, ...]:
    return tuple(HRStageSpec(modules, tuple(width * 2 ** branch for branch in range(stage + 2)), (4,) * (stage + 2))
                 for stage, modules in enumerate((1, 4, 3)))


HRNETS: dict[str, tuple[HRStageSpec, ...]] = {'hrnet-w32': _family(32), 'hrnet-w48': _family(48)}


def _conv(in_channels: int, out_channels: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, bias=False)


def _conv_norm(in_channels: int, out_channels: int, kernel: int, stride: int = 1, relu: bool = True) -> nn.Sequential:
    layers = [_conv(in_channels, out_channels, kernel, stride), nn.BatchNorm2d(out_channels)]
    return nn.Sequential(*layers, *([nn.ReLU()] if relu else []))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and the identity (ResNet), ``(N, C, H, W)`` → same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = _conv(channels, channels, 3), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = _conv(channels, channels, 3), nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` → same shape."""
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(x + self.bn2(self.conv2(y)))


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions and a shortcut (ResNet), to four times ``width``."""

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        out_channels = 4 * width
        self.conv1, self.bn1 = _conv(in_channels, width, 1), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = _conv(width, width, 3), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = _conv(width, out_channels, 1), nn.BatchNorm2d(out_channels)
        self.downsample: nn.Module = nn.Identity()
        if in_channels != out_channels:
            self.downsample = _conv_norm(in_channels, out_channels, 1, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C_in, H, W)`` → ``(N, 4·width, H, W)``."""
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.downsample(x) + self.bn3(self.conv3(y)))


def _fuse_path(channels: tuple[int, ...], target: int, source: int) -> nn.Module:
    """Path between two branches of a module."""
    if source == target:
        return nn.Identity()
    if source > target:
        return nn.Sequential(_conv(channels[source], channels[target], 1), nn.BatchNorm2d(channels[target]),
                             nn.Upsample(scale_factor=float(2 ** (source - target)), mode='nearest'))
    widths = [channels[source]] * (target - source - 1) + [channels[target]]
    return nn.Sequential(*(_conv_norm(channels[source], width, 3, 2, relu=step < len(widths) - 1)
                           for step, width in enumerate(widths)))


class SummedPaths(nn.ModuleList):
    """Paths from every branch of a module to one of them, added up (keys ``{source}.{…}``)."""

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Maps ``(N, C_b, H_b, W_b)`` of all branches → the sum ``(N, C, H, W)``; added one by one to save memory."""
        return reduce(torch.add, (path(level) for path, level in zip(self, maps, strict=True)))


class HRModule(nn.Module):
    """Basic blocks on every branch, then ``out_i = ReLU(Σ_j F_ij(o_j))``.

    Args:
        spec: of the stage.
        outputs: ``i`` of the ``out_i`` that are computed, ascending from 0; ``None`` computes all.
    """

    def __init__(self, spec: HRStageSpec, outputs: Sequence[int] | None = None) -> None:
        super().__init__()
        branches = range(len(spec.channels))
        self.branches = nn.ModuleList(nn.Sequential(*(BasicBlock(width) for _ in range(blocks)))
                                      for width, blocks in zip(spec.channels, spec.num_blocks, strict=True))
        self.rows = output_rows(outputs, len(spec.channels))
        self.fuse_layers = nn.ModuleDict({
            str(i): SummedPaths(_fuse_path(spec.channels, i, j) for j in branches) for i in self.rows})

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps ``(N, C_b, H_b, W_b)`` → the same shapes (only those of ``outputs``)."""
        maps = [branch(level) for branch, level in zip(self.branches, maps, strict=True)]
        return [F.relu(paths(maps)) for paths in self.fuse_layers.values()]


class HRTransition(BranchTransition):
    """Transition of 3x3 convolutions."""

    def adapt(self, before: int, after: int) -> nn.Module:
        """A 3x3 convolution."""
        return _conv_norm(before, after, 3)

    def halve(self, before: int, after: int) -> nn.Module:
        """The same with stride 2."""
        return _conv_norm(before, after, 3, 2)


class HRNet(MultiResolutionBackbone):
    """HRNet backbone.

    Args:
        stages: stages 2, 3, ...; a row of ``HRNETS`` or another description.
        outputs: branches of the last stage that are handed out, ascending from 0; ``None`` hands out all. The official
            pose models hand out ``(0,)``; their checkpoints lack the fuse paths of the others.

    Example:
        >>> import torch
        >>> [m.shape[1] for m in HRNet(HRNETS['hrnet-w32'])(torch.zeros(2, 3, 64, 32))]
        [32, 64, 128, 256]
    """

    title = 'HRNet'

    def __init__(self, stages: tuple[HRStageSpec, ...], *, outputs: Sequence[int] | None = None) -> None:
        super().__init__()
        self.conv1, self.bn1 = _conv(3, STEM_CHANNELS, 3, 2), nn.BatchNorm2d(STEM_CHANNELS)
        self.conv2, self.bn2 = _conv(STEM_CHANNELS, STEM_CHANNELS, 3, 2), nn.BatchNorm2d(STEM_CHANNELS)
        widths: tuple[int, ...] = (4 * STEM_CHANNELS,)
        self.layer1 = nn.Sequential(*(Bottleneck(widths[0] if block else STEM_CHANNELS, STEM_CHANNELS)
                                      for block in range(LAYER1_BLOCKS)))
        self.num_stages = len(stages)
        self.tap_channels = {'stem': STEM_CHANNELS, 'layer1': widths[0]}
        for index, stage in enumerate(stages):
            self.add_module(f'transition{index + 1}', HRTransition(widths, stage.channels))
            modules = [HRModule(stage, rows)
                       for rows in rows_per_module(outputs, stage.num_modules, index == self.num_stages - 1)]
            self.add_module(f'stage{index + 2}', nn.Sequential(*modules))
            widths = stage.channels
            handed_out = {f's{index}b{branch}': widths[branch] for branch in modules[-1].rows}
            self.tap_channels |= handed_out
        self.output_names, self.channels = tuple(handed_out), tuple(handed_out.values())
        init_weights(self)

    def stem_taps(self, x: Tensor) -> dict[str, Tensor]:
        """Return 'stem' and 'layer1'."""
        x = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))           # (N, 64, H/4, W/4)
        return {'stem': x, 'layer1': self.layer1(x)}                                # layer1: (N, 256, H/4, W/4)

    def stage_modules(self, index: int) -> tuple[nn.Module, nn.Sequential]:
        """Return the modules of stage ``index``; stage 0 is the official 'stage2'."""
        return getattr(self, f'transition{index + 1}'), getattr(self, f'stage{index + 2}')


def build_hrnet(name: str, *, outputs: Sequence[int] | None = None) -> HRNet:
    """Create the network called ``name`` in ``HRNETS``.

    Raises:
        ValueError: for an unknown name.
    """
    if name not in HRNETS:
        raise ValueError(f"HRNet '{name}' is unknown; choose one of {', '.join(HRNETS)}")
    return HRNet(HRNETS[name], outputs=outputs)
