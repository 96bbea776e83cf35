"""Person boxes and the similarity transforms that map them to the network's crop.

Functions take any leading axes, ``(..., T, V, 2)``: one call serves one person ``(T, V, 2)`` or all of a clip
``(M, T, V, 2)``. Everything is in pixels of the stored frame unless the name says ``crop``. Pixel centers lie on whole
numbers, as in ``cv2.warpAffine``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

BOX_MODES = ('1-frame', '1-frame+', 'clip')
BOX_SOURCES = ('annotation', 'jitter', 'file')


class Boxes(NamedTuple):
    """A box per frame, in pixels: ``center`` ``(..., T, 2)`` is (x, y), ``size`` ``(..., T, 2)`` (width, height)."""

    center: np.ndarray
    size: np.ndarray


@dataclass(frozen=True)
class BoxSettings:
    """How a clip's crop boxes are made.

    Attributes:
        mode: '1-frame' gives every frame its own box; '1-frame+' its own center, but the clip's largest size; 'clip'
            one box around all frames, which keeps the person's motion through the picture visible.
        scale: box size over the size of the joints' hull grown to the crop's aspect.
        min_height: least height of the joints' hull as a fraction of the frame's height.
        source: 'annotation' takes the hull of the annotated joints; 'jitter' perturbs it frame by frame, like a person
            detector would, so that testing does not see the annotation through its crop; 'file' takes the boxes that a
            detector found instead; they are given to ``clip_boxes``.
        jitter_shift: largest shift of a jittered box, as a fraction of its size.
        jitter_size: a jittered box is multiplied by 1 - jitter_size .. 1 + jitter_size.
    """

    mode: str = '1-frame'
    scale: float = 1.3
    min_height: float = 0.1
    source: str = 'annotation'
    jitter_shift: float = 0.1
    jitter_size: float = 0.1

    def __post_init__(self) -> None:
        if self.mode not in BOX_MODES:
            raise ValueError(f"box mode '{self.mode}' is unknown; choose one of {', '.join(BOX_MODES)}")
        if self.source not in BOX_SOURCES:
            raise ValueError(f"box source '{self.source}' is unknown; choose one of {', '.join(BOX_SOURCES)}")


def joint_hull(keypoints: np.ndarray, visible: np.ndarray) -> tuple[Boxes, np.ndarray]:
    """Smallest box around the visible joints of every frame.

    Args:
        keypoints: ``(..., T, V, 2)``.
        visible: ``(..., T, V)``, non-zero where a joint counts.

    Returns:
        boxes, and ``known`` bool ``(..., T)``: frames with at least one visible joint; the others have a zero box.
    """
    seen = np.asarray(visible, bool)
    known = np.logical_or.reduce(seen, -1)
    low = np.where(seen[..., None], keypoints, np.inf).min(-2)
    high = np.where(seen[..., None], keypoints, -np.inf).max(-2)
    low, high = np.where(known[..., None], low, 0.0), np.where(known[..., None], high, 0.0)
    return Boxes((low + high) / 2, high - low), known


def jitter_boxes(boxes: Boxes, shift: float, size: float, rng: np.random.Generator) -> Boxes:
    """Boxes moved by up to ``shift`` of their size and rescaled by 1 - size .. 1 + size, each frame by itself."""
    moved = boxes.center + rng.uniform(-shift, shift, boxes.center.shape) * boxes.size
    return Boxes(moved, boxes.size * (1 + rng.uniform(-size, size, (*boxes.size.shape[:-1], 1))))


def fill_unknown(boxes: Boxes, known: np.ndarray, frame_size: tuple[int, int]) -> Boxes:
    """Give a frame without a box the box of the nearest frame that has one; a clip without any gets the whole frame."""
    if known.all():
        return boxes
    times = np.arange(known.shape[-1])
    distance = np.abs(times[:, None] - times) + np.where(known, 0, 2 * len(times))[..., None, :]  # (..., T, T)
    nearest = distance.argmin(-1)[..., None]
    width_height = np.asarray(frame_size, np.float64)
    empty = ~np.logical_or.reduce(known, -1)[..., None, None]
    return Boxes(np.where(empty, width_height / 2, np.take_along_axis(boxes.center, nearest, -2)),
                 np.where(empty, width_height, np.take_along_axis(boxes.size, nearest, -2)))


def union_box(boxes: Boxes, known: np.ndarray) -> tuple[Boxes, np.ndarray]:
    """The box around all known boxes of a clip, and whether there was any; the frame axis shrinks to 1."""
    mask = known[..., None]
    low = np.where(mask, boxes.center - boxes.size / 2, np.inf).min(-2, keepdims=True)
    high = np.where(mask, boxes.center + boxes.size / 2, -np.inf).max(-2, keepdims=True)
    some = np.logical_or.reduce(known, -1, keepdims=True)
    low, high = np.where(some[..., None], low, 0.0), np.where(some[..., None], high, 0.0)
    return Boxes((low + high) / 2, high - low), some


def grow_to_aspect(size: np.ndarray, aspect: float) -> np.ndarray:
    """Lengthen the short side of ``size`` ``(..., 2)`` so that height / width = ``aspect``."""
    width = np.maximum(size[..., 0], size[..., 1] / aspect)
    return np.stack([width, width * aspect], -1)


def clip_boxes(keypoints: np.ndarray, visible: np.ndarray, frame_size: tuple[int, int], aspect: float,
               settings: BoxSettings, rng: np.random.Generator,
               found: tuple[Boxes, np.ndarray] | None = None) -> Boxes:
    """Crop boxes of a clip, with the crop's aspect (end2end ``get_gt_bbox`` and the modes of ``BoxSettings``).

    Args:
        keypoints: ``(..., T, V, 2)`` joints.
        visible: ``(..., T, V)``, non-zero where a joint is annotated.
        frame_size: (width, height) of the stored frame.
        aspect: height / width of the crop.
        settings: mode, scale, least size and source.
        rng: draws the 'jitter' source; unused for the others.
        found: for the source 'file': the persons' detected boxes ``(..., T, 2)``, and ``known`` bool ``(..., T)``.

    Returns:
        boxes, never empty: a frame without visible joints or detected box takes that of the nearest frame; a clip
        without any takes the whole frame.

    Raises:
        ValueError: ``found`` is missing for the source 'file', or given for another one.
    """
    if (settings.source == 'file') != (found is not None):
        raise ValueError(f"detected boxes belong to the box source 'file', and to no other; it is '{settings.source}'")
    boxes, known = found or joint_hull(keypoints, visible)
    if settings.source == 'jitter':
        boxes = jitter_boxes(boxes, settings.jitter_shift, settings.jitter_size, rng)
    shape = boxes.center.shape
    if settings.mode == 'clip':
        boxes, known = union_box(boxes, known)
    boxes = fill_unknown(boxes, known, frame_size)
    least = settings.min_height * frame_size[1] * np.array([1 / aspect, 1.0])
    size = np.maximum(grow_to_aspect(boxes.size, aspect), least)
    if settings.mode == '1-frame+':
        size = size.max(-2, keepdims=True)
    size = size * np.where(known.any(-1), settings.scale, 1.0)[..., None, None]
    return Boxes(np.broadcast_to(boxes.center, shape), np.broadcast_to(size, shape))


def crop_affine(center: np.ndarray, width: np.ndarray, crop_size: tuple[int, int],
                rotation: float = 0.0) -> np.ndarray:
    """Similarity from the stored frame to the crop (HRNet ``get_affine_transform`` in closed form).

    The box center goes to (W/2, H/2), the box width to W.

    Args:
        center: ``(..., 2)`` box centers.
        width: ``(...)`` box widths.
        crop_size: (W, H) of the crop.
        rotation: degrees; positive turns the picture anticlockwise.

    Returns:
        ``(..., 2, 3)`` float64 matrices.
    """
    crop = np.asarray(crop_size, np.float64)
    ratio, angle = crop[0] / np.asarray(width, np.float64), np.deg2rad(rotation)
    cos, sin = ratio * np.cos(angle), ratio * np.sin(angle)
    linear = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], -2)  # (..., 2, 2)
    offset = crop / 2 - (linear @ np.asarray(center, np.float64)[..., None])[..., 0]
    return np.concatenate([linear, offset[..., None]], -1)


def mirror_affine(matrix: np.ndarray, width: int) -> np.ndarray:
    """Return maps ``(..., 2, 3)`` that also mirror their result in a picture of ``width`` pixels: x → width - 1 - x."""
    return matrix * np.array([[-1.0], [1.0]]) + np.array([[0.0, 0.0, width - 1.0], [0.0, 0.0, 0.0]])


def invert_affine(matrix: np.ndarray) -> np.ndarray:
    """Return the inverse of affine maps ``(..., 2, 3)``, of the same shape."""
    linear = np.linalg.inv(matrix[..., :2])
    return np.concatenate([linear, -linear @ matrix[..., 2:]], -1)


def apply_affine(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Map points ``(..., V, 2)`` by affine maps ``(..., 2, 3)`` with the same leading axes."""
    return points @ np.swapaxes(matrix[..., :2], -1, -2) + matrix[..., None, :, 2]
