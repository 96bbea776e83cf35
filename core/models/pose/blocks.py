"""Small blocks shared by the pose backbones, with the parameter names of the published checkpoints."""

from __future__ import annotations

import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {'relu': nn.ReLU, 'sigmoid': nn.Sigmoid, 'none': nn.Identity}
INIT_STD = 0.001
MOMENTUM = 0.1
"""Share of a batch in the running statistics of a BatchNorm, PyTorch's default."""


class ConvBlock(nn.Module):
    """Convolution, optional BatchNorm, activation (mmcv ``ConvModule``; keys ``conv.*`` and ``bn.*``).

    The convolution has a bias only where there is no norm.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel: side of the square kernel; the padding keeps the size at stride 1.
        stride: stride in both directions.
        groups: convolution groups; ``in_channels`` makes it depthwise.
        norm: whether a BatchNorm follows.
        act: key of ``ACTIVATIONS``.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel: int = 1, stride: int = 1, groups: int = 1,
                 norm: bool = True, act: str = 'relu') -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, groups=groups, bias=not norm)
        self.bn = nn.BatchNorm2d(out_channels) if norm else nn.Identity()
        self.act = ACTIVATIONS[act]()

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C_in, H, W)`` → ``(N, C_out, H/stride, W/stride)``."""
        return self.act(self.bn(self.conv(x)))


def depthwise(channels: int, stride: int = 1) -> ConvBlock:
    """3x3 depthwise convolution with BatchNorm and no activation."""
    return ConvBlock(channels, channels, 3, stride, groups=channels, act='none')


def channel_shuffle(x: Tensor) -> Tensor:
    """Interleave the two halves of the channels (ShuffleNet, 2 groups): ``(N, C, H, W)`` → same shape.

    The memory format is kept, so that a channels-last network stays channels last.
    """
    if x.is_contiguous(memory_format=torch.channels_last):
        return x.permute(0, 2, 3, 1).unflatten(-1, (2, -1)).transpose(-1, -2).flatten(-2).permute(0, 3, 1, 2)
    return x.unflatten(1, (2, -1)).transpose(1, 2).flatten(1, 2)


class TwiceTrackedBatchNorm(nn.BatchNorm2d):
    """BatchNorm whose running statistics move as if the same batch had been seen twice.

    The official Lite-HRNet evaluates some fuse paths twice per step; their output is equal, only the running statistics
    take two steps ``r ← (1 - m)·r + m·s``, which is one step with momentum ``1 - (1 - m)²``.
    """

    num_batches_tracked: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__(channels, momentum=1 - (1 - MOMENTUM) ** 2)

    def forward(self, x: Tensor) -> Tensor:
        """Normalize ``(N, C, H, W)``."""
        if self.training:
            self.num_batches_tracked.add_(1)
        return super().forward(x)


def separable(in_channels: int, out_channels: int, stride: int, *, relu: bool,
              norm: type[nn.BatchNorm2d] = nn.BatchNorm2d) -> nn.Sequential:
    """Depthwise 3x3 and 1x1 convolution, each with a norm (keys 0-3), and a ReLU at the end if wanted."""
    layers = [nn.Conv2d(in_channels, in_channels, 3, stride, 1, groups=in_channels, bias=False), norm(in_channels),
              nn.Conv2d(in_channels, out_channels, 1, bias=False), norm(out_channels)]
    return nn.Sequential(*layers, *([nn.ReLU()] if relu else []))


def init_weights(module: nn.Module) -> None:
    """Initialize as mmpose does: convolutions normal, biases 0, BatchNorm weights 1 and biases 0."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.normal_(layer.weight, std=INIT_STD)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.ones_(layer.weight)
            nn.init.zeros_(layer.bias)
