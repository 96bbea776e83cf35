"""BlazePose's person detector (Bazarevsky et al., 2006.10204; MediaPipe's pose_detection): anchors, decoding, merging.

It is a single-shot detector on a picture of 224x224 pixels. Every anchor gives a score, a box around the face and four
points. Two of the points are used: the middle of the hips, and a point on the circle around the whole body. In an
upright person that point lies straight above the hips.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from core.people.person import box_overlaps

Network = Callable[[np.ndarray], Sequence[np.ndarray]]
"""From a float32 picture ``(1, H, W, 3)`` to the network's outputs, in the order of its file."""

INPUT_PIXELS = 224
ANCHOR_GRIDS = ((8, 2), (16, 2), (32, 6))
"""(stride in pixels, anchors per cell); MediaPipe writes the last one as three layers of two anchors each."""
SCORE_THRESHOLD, OVERLAP_THRESHOLD = 0.5, 0.3
HIPS_POINT, CIRCLE_POINT = 0, 1
"""Indices of the two useful points of a detection."""
BODY_SCALE = 1.25
"""Side of a person's region, relative to the diameter of the body's circle."""


@dataclass(frozen=True, eq=False)
class Region:
    """A turned square in the frame, which may reach beyond the frame.

    Attributes:
        center: ``(2,)`` x, y in pixels of the frame; pixel centers lie on whole numbers.
        size: side in pixels of the frame.
        angle: rotation in radians, clockwise in the picture: the region's upward direction is (sin, -cos) in the frame.
    """

    center: np.ndarray
    size: float
    angle: float = 0.0

    @property
    def axes(self) -> np.ndarray:
        """``(2, 2)`` whose columns are the region's rightward and downward sides in pixels of the frame."""
        sine, cosine = np.sin(self.angle), np.cos(self.angle)
        return self.size * np.array([[cosine, -sine], [sine, cosine]])

    def to_frame(self, points: np.ndarray) -> np.ndarray:
        """Map points ``(..., 2)`` to the frame's pixels; they are fractions of the sides from the upper left corner."""
        return (points - 0.5) @ self.axes.T + self.center

    def cut(self, frame: np.ndarray, pixels: int, border: int = cv2.BORDER_CONSTANT) -> np.ndarray:
        """Return the region of frame ``(H, W, 3)`` as ``(pixels, pixels, 3)``, upright.

        border: OpenCV's mode for what lies outside the frame; black by default.
        """
        matrix = np.column_stack([self.axes / pixels, self.to_frame(np.full(2, 0.5 / pixels))])
        return cv2.warpAffine(frame, matrix, (pixels, pixels), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                              borderMode=border)


def region_around(center: np.ndarray, toward: np.ndarray, size: float) -> Region:
    """Return the region of side ``size`` at ``center`` ``(2,)`` whose upward direction leads to ``toward`` ``(2,)``."""
    across, down = toward - center
    return Region(np.asarray(center, dtype=np.float64), float(size), float(np.arctan2(across, -down)))


class BodyDetections(NamedTuple):
    """N detections, best first; boxes and points are fractions of the sides of the picture that the network saw.

    Attributes:
        boxes: ``(N, 4)`` x0, y0, x1, y1 around the face.
        points: ``(N, 4, 2)`` x, y.
        scores: ``(N,)`` in 0..1.
    """

    boxes: np.ndarray
    points: np.ndarray
    scores: np.ndarray


class BlazePoseDetector:
    """Finds where people are.

    Args:
        network: that of ``pose_detection.tflite``. From a picture ``(1, 224, 224, 3)`` in -1..1 it computes boxes with
            points ``(1, 2254, 12)`` and logits ``(1, 2254, 1)``.
    """

    def __init__(self, network: Network) -> None:
        self._network, self._anchors = network, make_anchors()

    def __call__(self, frame: np.ndarray) -> list[Region]:
        """Return the upright regions around the people in frame ``(H, W, 3)`` uint8, most certain first."""
        height, width = frame.shape[:2]
        whole = Region(np.array([width - 1, height - 1]) / 2, max(width, height))
        picture = whole.cut(frame, INPUT_PIXELS).astype(np.float32) / 127.5 - 1
        values, logits = self._network(picture[None])[:2]
        found = merge_detections(decode_detections(values[0], logits[0, :, 0], self._anchors))
        points = whole.to_frame(found.points)
        radii = np.linalg.norm(points[:, CIRCLE_POINT] - points[:, HIPS_POINT], axis=1)
        return [region_around(person[HIPS_POINT], person[CIRCLE_POINT], 2 * BODY_SCALE * radius)
                for person, radius in zip(points, radii, strict=True)]


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-logits)) without overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * logits)


def make_anchors() -> np.ndarray:
    """Return the anchors' centers ``(2254, 2)`` x, y in 0..1 of the picture, in the order of the network's outputs."""
    grids = []
    for stride, number in ANCHOR_GRIDS:
        cells = (np.arange(INPUT_PIXELS // stride) + 0.5) * stride / INPUT_PIXELS
        grids.append(np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 2).repeat(number, axis=0))
    return np.concatenate(grids)


def decode_detections(values: np.ndarray, logits: np.ndarray, anchors: np.ndarray) -> BodyDetections:
    """Return the detections above the score threshold; one person may have several.

    Args:
        values: ``(A, 12)`` box center, box size and four points in pixels of the picture, relative to the anchors.
        logits: ``(A,)`` scores before the sigmoid.
        anchors: ``(A, 2)``, see ``make_anchors``.
    """
    scores = sigmoid(logits)
    order = np.argsort(-scores)[:np.count_nonzero(scores >= SCORE_THRESHOLD)]
    pairs = values[order].reshape(-1, 6, 2) / INPUT_PIXELS            # center, size, points
    half_size, pairs = pairs[:, 1] / 2, pairs + anchors[order, None]
    boxes = np.concatenate([pairs[:, 0] - half_size, pairs[:, 0] + half_size], axis=1)
    return BodyDetections(boxes, pairs[:, 2:], scores[order])


def merge_detections(found: BodyDetections) -> BodyDetections:
    """Return one detection per person (MediaPipe's weighted non-maximum suppression).

    The best remaining detection and all that overlap it are replaced by their mean, weighted by score, until none
    remains. The mean takes the score of the best one.
    """
    overlapping = box_overlaps(found.boxes, found.boxes) > OVERLAP_THRESHOLD
    left, groups = np.ones(len(found.scores), dtype=bool), []
    for best in range(len(left)):
        if left[best]:
            groups.append(overlapping[best] & left)
            left &= ~groups[-1]
    weights = np.array(groups, dtype=float).reshape(len(groups), len(left)) * found.scores
    shares = weights / weights.sum(axis=1, keepdims=True)             # (persons, N)
    return BodyDetections(shares @ found.boxes, np.tensordot(shares, found.points, axes=1),
                          weights.max(axis=1, initial=0))
