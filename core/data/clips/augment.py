"""Training augmentation: random values drawn once per clip, and how they change boxes and colors.

Rotation, scale, shift and mirror only change the crop's affine transform, so every frame is still resampled once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import torch

from core.data.boxes import Boxes

_LUMA = np.array([0.299, 0.587, 0.114])


class ClipDraw(NamedTuple):
    """One clip's augmentation.

    Attributes:
        scale: factor on the box size.
        rotation: degrees, anticlockwise.
        mirror: flip left to right.
        shift: ``(2,)`` of the box center, as fractions of the box size.
        color: ``(3, 4)`` matrix on (R, G, B, 1) in 0..255, or ``None`` to leave colors alone.
    """

    scale: float = 1.0
    rotation: float = 0.0
    mirror: bool = False
    shift: np.ndarray | tuple[float, float] = (0.0, 0.0)
    color: np.ndarray | None = None


@dataclass(frozen=True)
class Augmentation:
    """Ranges of the per-clip draws; the defaults for scale and rotation are End2end's.

    Attributes:
        scale_range: factor on the box size, drawn with ``scale_prob``.
        rotation_range: angle in degrees, drawn with ``rotation_prob``.
        flip_prob: probability of a mirror.
        shift: largest shift of the box as a fraction of its size, along each axis.
        color: gains of brightness, contrast and saturation are drawn from 1 - color .. 1 + color.
    """

    scale_range: tuple[float, float] = (0.95, 1.1)
    scale_prob: float = 0.6
    rotation_range: tuple[float, float] = (-15.0, 15.0)
    rotation_prob: float = 0.4
    flip_prob: float = 0.5
    shift: float = 0.05
    color: float = 0.2

    def draw(self, rng: np.random.Generator) -> ClipDraw:
        """Draw one clip's augmentation; the number of draws is always the same."""
        scaled, rotated, mirrored = rng.random(3) < (self.scale_prob, self.rotation_prob, self.flip_prob)
        scale, angle = rng.uniform(*self.scale_range), rng.uniform(*self.rotation_range)
        shift = rng.uniform(-self.shift, self.shift, 2)
        gains = rng.uniform(1 - self.color, 1 + self.color, 3)
        return ClipDraw(scale if scaled else 1.0, angle if rotated else 0.0, bool(mirrored), shift,
                        color_matrix(*gains) if self.color else None)


def augment_boxes(boxes: Boxes, draw: ClipDraw) -> Boxes:
    """Boxes shifted and rescaled by a clip's draw, alike in every frame."""
    return Boxes(boxes.center + draw.shift * boxes.size, boxes.size * draw.scale)


def color_matrix(brightness: float, contrast: float, saturation: float) -> np.ndarray:
    """``(3, 4)`` matrix on (R, G, B, 1) that applies the three gains in the order saturation, contrast, brightness.

    Saturation mixes with the pixel's luma, contrast stretches around mid-gray 128.
    """
    mix = saturation * np.eye(3) + (1 - saturation) * _LUMA
    return brightness * np.concatenate([contrast * mix, np.full((3, 1), 128 * (1 - contrast))], 1)


def change_colors(frames: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """uint8 RGB frames ``(..., H, W, 3)`` through a ``(3, 4)`` color matrix, clipped to 0..255."""
    rows = frames.reshape(-1, frames.shape[-2], 3)
    return cv2.transform(rows, matrix).reshape(frames.shape)


def flip_joints(keypoints: np.ndarray, visible: np.ndarray, width: int,
                flip_order: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Joints of a mirrored picture: x → width - 1 - x, left and right joints exchanged.

    Args:
        keypoints: ``(..., V, 2)`` in pixels.
        visible: ``(..., V)``.
        width: picture width in pixels.
        flip_order: ``Layout.flip_order``.

    Returns:
        keypoints and visible, both reordered; an invisible joint keeps its mirrored position.
    """
    mirrored = keypoints[..., flip_order, :] * (-1.0, 1.0) + (width - 1.0, 0.0)
    return mirrored, visible[..., flip_order]


def mirror_features(features: torch.Tensor, flip_order: Sequence[int]) -> torch.Tensor:
    """Joint features ``(..., V, C)`` with x mirrored at 0, left and right joints exchanged by ``Layout.flip_order``."""
    sign = features.new_ones(features.shape[-1])
    sign[0] = -1
    return features[..., list(flip_order), :] * sign
