"""Crops and resizes keypoints as if they were a picture (PYSKL ``pyskl/datasets/pipelines/augmentations.py``).

PoseC3D's steps before it draws heatmaps, as pure functions. The first two channels are positions in pixels, x to the
right and y down; further channels (scores) are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

ATTEMPTS = 10
"""Boxes that ``random_box`` tries."""

ASPECT_RANGE = (3 / 4, 4 / 3)

SHORT_SIDE = 64
"""Shorter side, in pixels, of the picture that ``random_crop`` crops."""


class PicturePoses(NamedTuple):
    """Keypoints and the picture that they lie in.

    Attributes:
        keypoints: ``(M, T, V, C)``, C at least 2.
        size: (width, height) of the picture, pixels.
    """

    keypoints: np.ndarray
    size: tuple[int, int]


class Box(NamedTuple):
    """A rectangle of whole pixels; its corner may lie outside the picture."""

    left: int
    top: int
    width: int
    height: int


def compact_box(poses: PicturePoses, padding: float = 0.25, threshold: float = 10,
                hw_ratio: tuple[float, float] | None = (1.0, 1.0), allow_imgpad: bool = True) -> Box:
    """Find the box around all persons of all frames (``PoseCompact``).

    A coordinate of exactly 0 is missing, on each axis separately; scores are ignored. Borders are rounded towards 0 to
    whole pixels.

    Args:
        poses: at least one person.
        padding: widening, share of the box.
        threshold: pixels; if the box is narrower or lower, the answer is the whole picture.
        hw_ratio: smallest and largest height over width, reached by widening; ``None``: any.
        allow_imgpad: the box may reach beyond the picture.
    """
    positions = poses.keypoints[..., :2]
    present = positions != 0
    low = positions.min((0, 1, 2), where=present, initial=np.inf)            # (2,)
    high = positions.max((0, 1, 2), where=present, initial=-np.inf)
    if (high - low < threshold).any():
        return Box(0, 0, *poses.size)
    center, half = (high + low) / 2, (high - low) / 2 * (1 + padding)
    if hw_ratio is not None:
        half[1] = max(hw_ratio[0] * half[0], half[1])
        half[0] = max(half[1] / hw_ratio[1], half[0])
    low, high = center - half, center + half
    if not allow_imgpad:
        low, high = np.maximum(low, 0), np.minimum(high, poses.size)
    left, top, right, bottom = (int(border) for border in (*low, *high))
    return Box(left, top, right - left, bottom - top)


def compact(poses: PicturePoses, box: Box) -> PicturePoses:
    """Crop to a box; coordinates of exactly 0 stay 0 (``PoseCompact``)."""
    return PicturePoses(_moved(poses.keypoints, box, poses.keypoints[..., :2] != 0), (box.width, box.height))


def crop(poses: PicturePoses, box: Box) -> PicturePoses:
    """Crop to a box; missing joints move along (``RandomResizedCrop``, ``CenterCrop``)."""
    return PicturePoses(_moved(poses.keypoints, box, True), (box.width, box.height))


def _moved(keypoints: np.ndarray, box: Box, where: np.ndarray | bool) -> np.ndarray:
    moved = keypoints.copy()
    moved[..., :2] -= np.where(where, (box.left, box.top), 0).astype(keypoints.dtype)
    return moved


def short_side(size: tuple[int, int], length: int) -> tuple[int, int]:
    """Return the size (width, height) whose shorter side is ``length``, rounded to whole pixels."""
    factor = length / min(size)
    return int(size[0] * factor + 0.5), int(size[1] * factor + 0.5)


def resize(poses: PicturePoses, size: tuple[int, int]) -> PicturePoses:
    """Stretch to another size (width, height) (``Resize``)."""
    factor = np.ones(poses.keypoints.shape[-1], np.float32)
    factor[:2] = np.divide(size, poses.size)
    return PicturePoses(poses.keypoints * factor, size)


def flip(poses: PicturePoses, flip_order: Sequence[int]) -> PicturePoses:
    """Mirror: x → width - x unless x is exactly 0, left and right joints exchanged (``Flip``).

    Args:
        poses: keypoints of V joints.
        flip_order: ``Layout.flip_order``.
    """
    mirrored = poses.keypoints[..., list(flip_order), :]
    x = mirrored[..., 0]
    mirrored[..., 0] = np.where(x != 0, poses.size[0] - x, 0)
    return PicturePoses(mirrored, poses.size)


def central_box(size: tuple[int, int], side: int) -> Box:
    """Return the square in the middle of a picture of ``size`` (``CenterCrop``)."""
    width, height = size
    return Box((width - side) // 2, (height - side) // 2, side, side)


def random_box(size: tuple[int, int], area_range: tuple[float, float], rng: np.random.Generator) -> Box:
    """Draw a box inside a picture (``RandomResizedCrop``).

    Args:
        size: (width, height) of the picture.
        area_range: smallest and largest share of its area; aspects are drawn from 3:4 to 4:3 on a log scale.
        rng: source of the draws.

    Returns:
        The first of ten drawn boxes that fits; the central square of the short side if none does.
    """
    narrowest, widest = np.log(ASPECT_RANGE)
    aspects = np.exp(rng.uniform(narrowest, widest, ATTEMPTS))
    areas = rng.uniform(*area_range, ATTEMPTS) * size[0] * size[1]
    sides = np.sqrt([areas * aspects, areas / aspects]).round().astype(int).T            # (attempts, 2)
    fitting = sides[(sides <= size).all(1)]
    if not len(fitting):
        return central_box(size, min(size))
    left, top = rng.integers(np.subtract(size, fitting[0]) + 1)
    return Box(int(left), int(top), *fitting[0].tolist())


def random_crop(poses: PicturePoses, area_range: tuple[float, float], rng: np.random.Generator) -> PicturePoses:
    """Crop a random share of a picture, after bringing its shorter side to 64 pixels (PoseC3D's training).

    Args:
        poses: keypoints and their picture.
        area_range: as in ``random_box``.
        rng: source of the draws.
    """
    poses = resize(poses, short_side(poses.size, SHORT_SIDE))
    return crop(poses, random_box(poses.size, area_range, rng))
