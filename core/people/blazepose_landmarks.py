"""BlazePose's landmark network (Bazarevsky et al., 2006.10204; MediaPipe's pose_landmark_full): joints in a region."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.people.blazepose_detector import BODY_SCALE, Network, Region, region_around, sigmoid
from core.people.person import Person, person_within

INPUT_PIXELS = 256
LANDMARK_VALUES = 5
"""x, y, z in pixels of the input, then visibility and presence before the sigmoid."""
COCO_LANDMARKS = [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]
"""The landmarks, of 33, that are the joints of COCO-17, in its order; an eye is its center."""
PRESENCE_THRESHOLD = 0.5
HEAT_WINDOW, HEAT_THRESHOLD = 7, 0.5
SHOULDERS, HIPS = [5, 6], [11, 12]
CIRCLE_OVER_REACH = 1.1
"""Radius of the body's circle over the distance from the hips to the farthest joint of COCO-17."""


def region_of(person: Person) -> Region:
    """Return the region in which to search for a person seen before; its upward direction follows the spine."""
    hips, shoulders = person.keypoints[HIPS].mean(axis=0), person.keypoints[SHOULDERS].mean(axis=0)
    reach = np.linalg.norm(person.keypoints - hips, axis=1).max()
    return region_around(hips, shoulders, max(1.0, 2 * BODY_SCALE * CIRCLE_OVER_REACH * reach))


def refine_points(points: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Return every point moved to the center of heat around it, as MediaPipe's RefineLandmarksFromHeatmap does.

    A point stays where it is if it lies outside the map or if no cell of its window is confident.

    Args:
        points: ``(V, 2)`` x, y as fractions of the map's sides.
        heat: ``(H, W, V)`` one map per point, 0..1.
    """
    height, width, number = heat.shape
    cells = np.floor(points * (width, height)).astype(int)                            # (V, 2)
    inside = ((cells >= 0) & (cells < (width, height))).all(axis=1)
    column, row = np.where(inside[:, None], cells, 0).T
    half = HEAT_WINDOW // 2
    padded = np.pad(heat, ((half, half), (half, half), (0, 0)))
    windows = sliding_window_view(padded, (HEAT_WINDOW, HEAT_WINDOW), axis=(0, 1))    # (H, W, V, 7, 7)
    windows = windows[row, column, np.arange(number)]                                 # (V, 7, 7)
    total, steps = np.maximum(windows.sum(axis=(1, 2)), 1e-9), np.arange(-half, half + 1)
    center = np.stack([column + (windows.sum(axis=1) @ steps) / total,
                       row + (windows.sum(axis=2) @ steps) / total], axis=1) / (width, height)
    confident = inside & (windows.max(axis=(1, 2)) >= HEAT_THRESHOLD)
    return np.where(confident[:, None], center, points)


class BlazePoseLandmarks:
    """Finds the joints of one person.

    Args:
        network: that of ``pose_landmark_full.tflite``. From a picture ``(1, 256, 256, 3)`` in 0..1 it computes 39
            landmarks of five values, as ``(1, 195)``, the probability ``(1, 1)`` that somebody is there, the mask
            ``(1, 256, 256, 1)``, and heat ``(1, 64, 64, 39)`` before the sigmoid.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, frame: np.ndarray, region: Region) -> Person | None:
        """Return the person in the region of frame ``(H, W, 3)`` uint8, or None where the network sees nobody.

        A joint's score is the probability that it is visible, times that of the person.
        """
        picture = region.cut(frame, INPUT_PIXELS, cv2.BORDER_REPLICATE).astype(np.float32) / 255
        landmarks, presence, _, heat = self._network(picture[None])[:4]
        if presence.item() <= PRESENCE_THRESHOLD:
            return None
        joints = landmarks.reshape(-1, LANDMARK_VALUES)[COCO_LANDMARKS]
        points = refine_points(joints[:, :2] / INPUT_PIXELS, sigmoid(heat[0][..., COCO_LANDMARKS]))
        scores = sigmoid(joints[:, 3]) * presence.item()
        return person_within(region.to_frame(points), scores, presence.item(), frame.shape[1::-1])
