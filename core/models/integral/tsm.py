"""ResNet whose residual branches see one frame back and one ahead (TSM, 1811.08383), in IntegralAction's version."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.compat import torchvision

SHARE = 4
"""One channel in 4 comes from the frame before, and one in 4 from the frame after (published TSM: one in 8 each)."""

RESNETS = {18: torchvision.models.resnet18, 34: torchvision.models.resnet34, 50: torchvision.models.resnet50,
           101: torchvision.models.resnet101, 152: torchvision.models.resnet152}
RESNET_STEM = ('conv1', 'bn1', 'relu', 'maxpool')
RESNET_STAGES = ('layer1', 'layer2', 'layer3', 'layer4')
STEM_CHANNELS = 64


def temporal_shift(x: Tensor, num_frames: int) -> Tensor:
    """Shift the first quarter of the channels one frame ahead, and the second quarter one frame back.

    A missing frame counts as zeros. The tensor stays channels last in memory, so that one copy moves each quarter,
    forward and backward.

    Args:
        x: frames of clips ``(B * T, C, H, W)``.
        num_frames: T.

    Returns:
        Same shape: frame t has the first quarter of frame t - 1, the second quarter of frame t + 1, and its own rest.
    """
    quarter = x.shape[1] // SHARE
    clips = x.permute(0, 2, 3, 1).unflatten(0, (-1, num_frames))                             # (B, T, H, W, C)
    past, future, rest = clips.split([quarter, quarter, x.shape[1] - 2 * quarter], dim=-1)
    other_axes = (0, 0) * 3
    shifted = torch.cat([F.pad(past, (*other_axes, 1, -1)), F.pad(future, (*other_axes, -1, 1)), rest], dim=-1)
    return shifted.flatten(0, 1).permute(0, 3, 1, 2)


class ShiftedConv2d(nn.Conv2d):
    """Convolution of shifted frames, ``(B * T, C_in, H, W) → (B * T, C_out, H', W')``.

    Args:
        conv: convolution without bias; its weight is taken over, and so its name in checkpoints.
        num_frames: T.
    """

    def __init__(self, conv: nn.Conv2d, num_frames: int) -> None:
        super().__init__(conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride,  # type: ignore[arg-type]
                         conv.padding, bias=False)  # type: ignore[arg-type]  # torch's stub: tuples of any length
        self.weight = conv.weight
        self.num_frames = num_frames

    def forward(self, x: Tensor) -> Tensor:
        """Shift, then convolve."""
        return super().forward(temporal_shift(x, self.num_frames))


class TSMResNet(nn.Sequential):
    """Torchvision's ResNet without its classifier, under its names: ``(B * T, C, H, W) → (B * T, C', H', W')``.

    Every residual branch begins with ``temporal_shift``; the identity is not shifted.

    Args:
        depth: key of ``RESNETS``.
        num_frames: T.
        stem: whether the input is images (C = 3, output at 1/32); else it is features of 64 channels (output at 1/8).

    Attributes:
        channels: C'.

    Raises:
        ValueError: for another depth.
    """

    def __init__(self, depth: int, num_frames: int, stem: bool = True) -> None:
        if depth not in RESNETS:
            raise ValueError(f'a ResNet of depth {depth} is not known; choose one of {", ".join(map(str, RESNETS))}')
        network = RESNETS[depth]()
        names = (*RESNET_STEM, *RESNET_STAGES) if stem else RESNET_STAGES
        super().__init__(OrderedDict((name, getattr(network, name)) for name in names))
        for block in (block for name in RESNET_STAGES for block in getattr(self, name)):
            block.conv1 = ShiftedConv2d(block.conv1, num_frames)
        self.channels = network.fc.in_features
