"""The published visual branch (End2end ``visual_net.py``, ``end2end.py``) with its parameter names.

Three maps of the pose backbone (published: the last stage's coarsest) are brought to 1/32 of the crop and classified
over time: version 1 by a convolution over the frames, version 2 by DeepHAR-like prediction blocks (1802.09232) on the
"image" frames x positions. Maps may have odd sides; on even sides, which the published code needs, results are equal.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

VERSIONS = (1, 2)


def _halve(x: Tensor) -> Tensor:
    """Max pool 2x2; a side of 1 stays."""
    return F.max_pool2d(x, [min(2, side) for side in x.shape[-2:]])


def _relu_conv(in_channels: int, out_channels: int, kernel: int, norm: bool = True) -> nn.Sequential:
    conv = nn.Conv2d(in_channels, out_channels, kernel, padding=kernel // 2)
    return nn.Sequential(nn.ReLU(), conv, *([nn.BatchNorm2d(out_channels)] if norm else []))


class HalvingConv(nn.Module):
    """3x3 convolution with stride 2 and BatchNorm, ``(N, C_in, H, W) → (N, C_out, ceil(H / 2), ceil(W / 2))``."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, 2, 1, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalized, not yet rectified map."""
        return self.bn(self.conv(x))


class MultiFuseLayer(nn.Module):
    """Bring maps at 1/8, 1/16 and 1/32 to 1/32 and concatenate them.

    Args:
        channels: channels of the three maps, fine → coarse; each twice the one before.
    """

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        fine, middle, coarse = channels
        self.conv11 = HalvingConv(fine, middle)
        self.conv12 = HalvingConv(middle, coarse)
        self.conv2 = HalvingConv(middle, coarse)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Return ``(N, 3 * C, h, w)`` of ``[(N, C/4, 4h, 4w), (N, C/2, 2h, 2w), (N, C, h, w)]``, at least 0."""
        fine, middle, coarse = maps
        levels = [self.conv12(F.relu(self.conv11(fine))), self.conv2(middle), coarse]
        return F.relu(torch.cat(levels, dim=1))


class PredictionBlock(nn.Module):
    """Predict a score per class and hand a corrected map on.

    The published ReLUs work in place on the block's input, so the residual path carries the rectified input; here that
    is written out.

    Args:
        channels: C of the map.
        num_classes: number of action classes.
    """

    def __init__(self, channels: int, num_classes: int) -> None:
        super().__init__()
        self.conv1 = _relu_conv(channels, channels // 2, 1)
        self.conv2 = _relu_conv(channels // 2, channels, 3)
        self.conv3 = _relu_conv(channels, channels, 3)
        self.conv4 = _relu_conv(channels, num_classes, 3, norm=False)
        self.convback = _relu_conv(num_classes, channels, 3)

    def predict(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return action maps ``(B, classes, T // 2, P // 2)`` and the update ``(B, C, T, P)`` of a rectified input."""
        update = self.conv3(x + self.conv2(self.conv1(x)))
        return self.conv4(_halve(update) - _halve(-update)), update

    def scores(self, x: Tensor) -> Tensor:
        """Return the largest plus the smallest activation per class, ``(B, C, T, P) → (B, classes)``."""
        actions, _ = self.predict(F.relu(x))
        return actions.amax(dim=(-2, -1)) + actions.amin(dim=(-2, -1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the next block's input, ``(B, C, T, P) → (B, C, T, P)``."""
        residual = F.relu(x)
        actions, update = self.predict(residual)
        return residual + update + self.convback(F.interpolate(actions, size=x.shape[-2:], mode='nearest'))


class VisualBlock(nn.Module):
    """Version 2: two prediction blocks on the "image" of frames and positions; the last one's scores count.

    Args:
        in_channels: C.
        num_classes: number of action classes.
        width: channels inside.
    """

    def __init__(self, in_channels: int, num_classes: int, width: int = 256) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(in_channels, width, 1), nn.BatchNorm2d(width))
        self.pred_block3 = PredictionBlock(width, num_classes)
        self.pred_block4 = PredictionBlock(width, num_classes)
        self.pred_block4.convback.requires_grad_(False)  # without effect, kept for the published parameter names

    def forward(self, x: Tensor) -> Tensor:
        """Return logits ``(B, classes)`` of ``(B, C, T, h, w)``."""
        x = _halve(self.conv(x.flatten(3)))                                              # (B, width, T // 2, hw // 2)
        return self.pred_block4.scores(self.pred_block3(x))


class LateConvBranch(nn.Module):
    """Action logits of the backbone's maps of person 0.

    Args:
        channels: channels of the backbone maps at 1/8, 1/16 and 1/32, each twice the one before.
        num_classes: number of action classes.
        clip_size: T; version 1 has a weight per frame.
        version: 1 temporal convolution, 2 prediction blocks.

    Raises:
        ValueError: for an unknown version or other maps.
    """

    def __init__(self, channels: Sequence[int], num_classes: int, clip_size: int, version: int = 2) -> None:
        super().__init__()
        if version not in VERSIONS or list(channels) != [channels[0] * factor for factor in (1, 2, 4)]:
            raise ValueError(f'the convolutional visual branch has versions {VERSIONS} and reads three maps, each with '
                             f'twice the channels of the one before; got version {version} and channels '
                             f'{tuple(channels)}')
        self.multi_fuse_layer = MultiFuseLayer(channels)
        fused = len(channels) * channels[-1]
        if version == 2:
            self.v_block = VisualBlock(fused, num_classes)
        else:
            self.t_cov = nn.Sequential(nn.Conv1d(clip_size, 1, 1), nn.BatchNorm1d(1), nn.ReLU())
            self.fcn = nn.Conv2d(fused, num_classes, 1)
        self.version = version

    def see(self, taps: Sequence[Tensor], positions: Tensor) -> Tensor:
        """Return the fused map of each frame of person 0, ``(B, 1, T, C, h, w)``.

        Args:
            taps: ``(B * M * T, C_i, H_i, W_i)`` each, half as large as the one before.
            positions: joint positions ``(B, M, T, V, 2)``; only their shape is read.
        """
        batch, persons, clip = positions.shape[:3]
        first = [level.unflatten(0, (batch, persons, clip))[:, 0].flatten(0, 1) for level in taps]
        return self.multi_fuse_layer(first).unflatten(0, (batch, 1, clip))

    def forward(self, seen: Tensor, maps: Sequence[Tensor], person_mask: Tensor) -> Tensor:
        """Return logits ``(B, classes)`` of what ``see`` returned for the frames of the clip; nothing else is read."""
        batch, fused = len(seen), seen[:, 0]                                             # (B, T, C, h, w)
        if self.version == 2:
            return self.v_block(fused.transpose(1, 2))
        clip = self.t_cov(fused.flatten(2)).view(batch, *fused.shape[2:])                # (B, C, h, w)
        return self.fcn(clip.mean(dim=(-2, -1), keepdim=True)).flatten(1)
