"""A compact 3D-CNN for keypoint sequences, without heatmaps (a student project's variant of PoseC3D, completed).

The residual blocks are PoseC3D's. They read the numbers themselves as a small volume: its channels are the persons, its
axes are joints, frames and dimensions (x, y, score). Or they read one picture per frame, on which all joints are drawn.
The project published neither sizes nor settings: those are ours.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.models.posec3d.heatmap_recognizer import I3DHead, PoseC3D
from core.models.posec3d.slowonly import Bottleneck, ConvUnit
from core.models.posec3d.volume import KeypointVolume

SCORE_THRESHOLD = 0.01
"""Joints with this score or a lower one are missing, as in ``core.data.clips.streams``."""

MIN_SPREAD = 1e-3
"""Smallest unit of length, in half picture sizes; it keeps a clip without people at 0."""

Stride = tuple[int, int, int]


class Axes(NamedTuple):
    """Strides of the network over a volume.

    Attributes:
        stem: stride of the first convolution.
        stages: stride of every stage.
    """

    stem: Stride
    stages: tuple[Stride, ...]


JOINTS_FRAMES_DIMS = Axes((1, 1, 1), ((1, 1, 1), (2, 2, 1), (2, 2, 1)))
"""The short axis of dimensions keeps its size."""

FRAMES_ROWS_COLUMNS = Axes((1, 2, 2), ((1, 1, 1), (1, 2, 2), (2, 2, 2)))


class KeypointSequence(nn.Module):
    """Joint features ``(B, M, T, V, C)`` → volume ``(B, M, V, T, C)`` of normalized positions.

    Positions are relative to the mean of all joints of the clip, and divided by the root mean square distance from it.
    Missing joints go to the middle. Scores stay.

    Args:
        num_persons: M.

    Attributes:
        channels: M.
        axes: strides of the network over the volume.
    """

    axes = JOINTS_FRAMES_DIMS

    def __init__(self, num_persons: int = 2) -> None:
        super().__init__()
        self.channels = num_persons

    def forward(self, features: Tensor) -> Tensor:
        """Normalize and arrange; float32 under autocast too."""
        positions, scores = features[..., :2].float(), features[..., 2:].float()
        present = (scores > SCORE_THRESHOLD).float()                                     # (B, M, T, V, 1)
        count = present.sum(dim=(1, 2, 3), keepdim=True).clamp(min=1)
        middle = (positions * present).sum(dim=(1, 2, 3), keepdim=True) / count          # (B, 1, 1, 1, 2)
        offsets = (positions - middle) * present
        spread = (offsets.square().sum(dim=(1, 2, 3, 4), keepdim=True) / count).sqrt()   # (B, 1, 1, 1, 1)
        return torch.cat([offsets / spread.clamp(min=MIN_SPREAD), scores], dim=-1).transpose(2, 3)


class KeypointPicture(KeypointVolume):
    """Keypoint features ``(B, M, T, V, 3)`` → gray pictures ``(B, 1, T, H, W)`` on which all joints are drawn.

    Args:
        num_joints: V.
        train_size: H and W in training mode.
        test_size: H and W in evaluation mode.

    Attributes:
        channels: 1.
        axes: strides of the network over the pictures.
    """

    axes = FRAMES_ROWS_COLUMNS

    def __init__(self, num_joints: int = 17, train_size: int = 56, test_size: int = 64) -> None:
        super().__init__(num_joints, train_size=train_size, test_size=test_size)
        self.channels = 1

    def forward(self, features: Tensor) -> Tensor:
        """Draw features; float32 under autocast too."""
        return super().forward(features).amax(dim=1, keepdim=True)


class KeypointCNN(nn.Module):
    """Stem and stages of two bottlenecks: volume ``(B, C, X, Y, Z)`` → maps ``[(B, 1, C', X', Y' Z')]``.

    Args:
        in_channels: C.
        base_channels: channels of the stem; the stages return 2, 4, 8, ... times as many.
        axes: strides along X, Y and Z.

    Attributes:
        widths: C' of the map.
    """

    def __init__(self, in_channels: int, base_channels: int = 32, axes: Axes = JOINTS_FRAMES_DIMS) -> None:
        super().__init__()
        self.stem = ConvUnit(in_channels, base_channels, (3, 3, 3), axes.stem)
        stages, width = [], base_channels
        for stage, stride in enumerate(axes.stages):
            channels = base_channels // 2 * 2 ** stage
            first = Bottleneck(width, channels, inflate=True, stride=stride, project=True)
            width = first.conv3.bn.num_features
            stages.append(nn.Sequential(first, Bottleneck(width, channels, inflate=True)))
        self.stages = nn.Sequential(*stages)
        self.widths = (width,)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the last stage's map."""
        features = self.stages(self.stem(x.contiguous(memory_format=torch.channels_last_3d)))
        return features.flatten(3)[:, None],


def build_keypoint_cnn(volume: KeypointSequence | KeypointPicture, num_classes: int, base_channels: int = 32,
                       dropout: float = 0.5) -> PoseC3D:
    """Create the recognizer of joint features ``(B, M, T, V, C)``.

    Args:
        volume: joint features → volume that the network reads.
        num_classes: number of action classes.
        base_channels: channels of the stem.
        dropout: dropout rate of the head.
    """
    backbone = KeypointCNN(volume.channels, base_channels, volume.axes)
    return PoseC3D(volume, backbone, I3DHead(sum(backbone.widths), num_classes, dropout))
