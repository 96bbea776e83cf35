"""From the frames of a sequence to crops: finds the needed part of each frame, and resamples it once per crop."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import cv2
import numpy as np

from core.data.boxes import apply_affine
from core.data.frames.frame_folder import FrameView


def needed_regions(to_image: np.ndarray, position: np.ndarray,
                   image_size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return which part of each of L source frames the crops show.

    Args:
        to_image: ``(P, T, 2, 3)`` maps from crop pixels to pixels of the stored frame.
        position: ``(T,)`` which of the source frames a crop shows.
        image_size: (W, H) of the crops.

    Returns:
        rectangles ``(L, 4)`` x0, y0, x1, y1 in pixels of the stored frame, and steps ``(L,)``: how many of those pixels
        lie between neighboring pixels of the finest crop.
    """
    width, height = image_size
    corners = np.array([(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)])
    points = apply_affine(to_image, corners)  # (P, T, 4, 2)
    regions = np.empty((position.max() + 1, 4), np.int64)
    regions[:, :2], regions[:, 2:] = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    np.minimum.at(regions[:, :2], position, np.floor(points.min((0, 2))).astype(np.int64))
    np.maximum.at(regions[:, 2:], position, np.floor(points.max((0, 2))).astype(np.int64) + 2)
    steps = np.full(len(regions), np.inf)
    np.minimum.at(steps, position, np.linalg.norm(to_image[..., 0], axis=-1).min(0))
    return regions, steps


def warp_views(views: Iterable[FrameView], position: np.ndarray, to_image: np.ndarray, persons: np.ndarray,
               image_size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return RGB crops uint8 ``(M, T, H, W, 3)`` and the number of the frame in each view ``(L,)``.

    Args:
        views: L source frames.
        position: ``(T,)`` which of them a crop shows.
        to_image: ``(M, T, 2, 3)`` maps from crop pixels to pixels of the stored frame.
        persons: indices of the persons present; the others' crops are zeros.
        image_size: (W, H) of the crops.
    """
    width, height = image_size
    crops, shown = np.zeros((*to_image.shape[:2], height, width, 3), np.uint8), []
    crop = np.empty((height, width, 4), np.uint8)
    slots: list[list[int]] = [[] for _ in range(position.max() + 1)]
    for time, source in enumerate(position.tolist()):
        slots[source].append(time)
    for slot, (pixels, (origin, scale), number) in zip(slots, views, strict=True):
        shown.append(number)
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGBA)  # OpenCV warps four channels twice as fast as three
        for time, person in product(slot, persons):
            to_view = to_image[person, time].T.copy()  # (3, 2)
            to_view[2] -= origin
            cv2.warpAffine(pixels, (to_view * scale).T, (width, height), dst=crop,
                           flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
            cv2.cvtColor(crop, cv2.COLOR_RGBA2RGB, dst=crops[person, time])
    return crops, np.array(shown)
