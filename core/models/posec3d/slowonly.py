"""ResNet3d SlowOnly (PYSKL ``pyskl/models/cnns/resnet3d_slowonly.py``), with the parameter names of its checkpoints.

Maps are ``(B, C, T, H, W)`` with their channels last in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

EXPANSION = 4


class SlowOnlySpec(NamedTuple):
    """Description of a network; the defaults are PoseC3D's on NTU RGB+D and FineGYM.

    Attributes:
        in_channels: channels of the volume.
        base_channels: channels of the stem.
        stage_blocks: blocks of every stage, one value per stage.
        inflate: for every stage, whether the first convolution of its blocks spans three frames.
        spatial_strides: for every stage, stride in H and W.
        temporal_strides: for every stage, stride in T.
        conv1_kernel: kernel of the stem, ``(T, H, W)``.
        conv1_stride: stride of the stem in T, and in H and W.
        pool1_stride: stride of the pooling after the stem in T, and in H and W.
        out_indices: stages whose maps are returned.
    """

    in_channels: int = 17
    base_channels: int = 32
    stage_blocks: tuple[int, ...] = (4, 6, 3)
    inflate: tuple[int, ...] = (0, 1, 1)
    spatial_strides: tuple[int, ...] = (2, 2, 2)
    temporal_strides: tuple[int, ...] = (1, 1, 2)
    conv1_kernel: tuple[int, int, int] = (1, 7, 7)
    conv1_stride: tuple[int, int] = (1, 1)
    pool1_stride: tuple[int, int] = (1, 1)
    out_indices: tuple[int, ...] = (2,)


class FoldedConv3d(nn.Conv3d):
    """3D convolution, computed in 2D where its kernel spans only space or only time.

    A kernel over space reads the frames as a batch of pictures. A kernel over time reads T and the pixels as the two
    sides of one picture. Both only view a map with channels last in memory, and are much faster on a CPU than in 3D.
    """

    padding: tuple[int, ...]

    def forward(self, x: Tensor) -> Tensor:
        """``(B, C_in, T, H, W)`` → ``(B, C_out, T', H', W')``."""
        if self.kernel_size[0] == 1:
            frames = x[:, :, ::self.stride[0]].transpose(1, 2)                           # (B, T', C_in, H, W)
            pictures = functional.conv2d(frames.flatten(0, 1), self.weight.squeeze(2), None, self.stride[1:],
                                         self.padding[1:])                               # (BT', C_out, H', W')
            return pictures.unflatten(0, frames.shape[:2]).transpose(1, 2)
        if self.kernel_size[1:] == self.stride[1:] == (1, 1):
            times = functional.conv2d(x.flatten(3), self.weight.flatten(3), None, (self.stride[0], 1),
                                      (self.padding[0], 0))                              # (B, C_out, T', HW)
            return times.unflatten(3, x.shape[3:])
        return super().forward(x)


class ConvUnit(nn.Module):
    """Convolution without bias, BatchNorm, optional ReLU (mmcv ``ConvModule``); the padding keeps the size at stride 1.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        kernel: ``(T, H, W)``.
        stride: ``(T, H, W)``.
        relu: whether a ReLU follows.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel: tuple[int, int, int] = (1, 1, 1),
                 stride: tuple[int, int, int] = (1, 1, 1), relu: bool = True) -> None:
        super().__init__()
        time, height, width = kernel
        padding = (time // 2, height // 2, width // 2)
        self.conv = FoldedConv3d(in_channels, out_channels, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm3d(out_channels)
        self.act = nn.ReLU(inplace=True) if relu else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """``(B, C_in, T, H, W)`` → ``(B, C_out, T', H', W')``."""
        return self.act(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    """Residual block of three convolutions: over time (or 1x1x1), over space, and 1x1x1.

    Args:
        in_channels: C_in.
        channels: channels inside; C_out is four times as many.
        inflate: whether the first convolution spans three frames.
        stride: ``(T, H, W)`` of the second convolution and of the shortcut.
        project: whether the shortcut is a convolution.
    """

    def __init__(self, in_channels: int, channels: int, inflate: bool,
                 stride: tuple[int, int, int] = (1, 1, 1), project: bool = False) -> None:
        super().__init__()
        out_channels = channels * EXPANSION
        self.conv1 = ConvUnit(in_channels, channels, (3, 1, 1) if inflate else (1, 1, 1))
        self.conv2 = ConvUnit(channels, channels, (1, 3, 3), stride)
        self.conv3 = ConvUnit(channels, out_channels, relu=False)
        self.downsample = ConvUnit(in_channels, out_channels, stride=stride, relu=False) if project else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """``(B, C_in, T, H, W)`` → ``(B, C_out, T', H', W')``."""
        return functional.relu(self.conv3(self.conv2(self.conv1(x))) + self.downsample(x), inplace=True)


class SlowOnly(nn.Module):
    """Volume ``(B, C, T, H, W)`` → maps ``(B, 1, C_s, T_s, V_s)`` of some stages, as skeleton networks return them.

    All persons share one map. Its V_s = H_s · W_s cells take the axis on which a skeleton network has joints.

    Args:
        spec: what to build.

    Attributes:
        widths: C_s of the maps.

    Raises:
        ValueError: a setting per stage has more or fewer values than there are stages, or ``out_indices`` names a stage
            that does not exist.
    """

    def __init__(self, spec: SlowOnlySpec) -> None:
        super().__init__()
        stages = len(spec.stage_blocks)
        per_stage = (spec.inflate, spec.spatial_strides, spec.temporal_strides)
        if any(len(values) != stages for values in per_stage) or not set(spec.out_indices) <= set(range(stages)):
            raise ValueError(f'SlowOnly with {stages} stages needs {stages} values of inflate, spatial_strides and '
                             f'temporal_strides, and out_indices from 0 to {stages - 1}')
        self.num_stages, self.out_indices = stages, spec.out_indices
        base, (conv_t, conv_s), (pool_t, pool_s) = spec.base_channels, spec.conv1_stride, spec.pool1_stride
        self.conv1 = ConvUnit(spec.in_channels, base, spec.conv1_kernel, (conv_t, conv_s, conv_s))
        self.maxpool = nn.MaxPool3d((1, 3, 3), (pool_t, pool_s, pool_s), (0, 1, 1))
        widths = [base, *(base * EXPANSION * 2 ** stage for stage in range(stages))]
        for stage in range(stages):
            self.add_module(f'layer{stage + 1}', _build_stage(spec, stage, widths[stage]))
        self.widths = tuple(widths[1 + index] for index in spec.out_indices)
        self._init_weights()

    def _init_weights(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv3d):
                nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')
            elif isinstance(module, Bottleneck):
                nn.init.zeros_(module.conv3.bn.weight)

    def stages(self, x: Tensor) -> list[Tensor]:
        """Return the outputs of the stem and of every stage, each ``(B, C, T, H, W)``."""
        maps = [self.maxpool(self.conv1(x.contiguous(memory_format=torch.channels_last_3d)))]
        for stage in range(self.num_stages):
            maps.append(self.get_submodule(f'layer{stage + 1}')(maps[-1]))
        return maps

    def select(self, stages: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Pick the maps of ``out_indices`` from the output of ``stages``, each ``(B, 1, C_s, T_s, V_s)``."""
        return tuple(stages[1 + index].flatten(3)[:, None] for index in self.out_indices)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the maps of ``out_indices``, each ``(B, 1, C_s, T_s, V_s)``."""
        return self.select(self.stages(x))


def _build_stage(spec: SlowOnlySpec, stage: int, in_channels: int) -> nn.Sequential:
    channels = spec.base_channels * 2 ** stage
    stride = (spec.temporal_strides[stage], spec.spatial_strides[stage], spec.spatial_strides[stage])
    first = Bottleneck(in_channels, channels, bool(spec.inflate[stage]), stride, project=True)
    return nn.Sequential(first, *(Bottleneck(channels * EXPANSION, channels, bool(spec.inflate[stage]))
                                  for _ in range(1, spec.stage_blocks[stage])))
