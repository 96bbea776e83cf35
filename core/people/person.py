"""What a pose estimator finds in a frame, and how alike two findings are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.layouts import COCO17

BOX_MARGIN = 0.1
"""Margin around the joints' hull on every side, as a fraction of its longer side."""
SAME_SHARE = 0.9
"""Share of the smaller of two boxes within the other, above which they are one person's."""


@dataclass(frozen=True, eq=False)
class Person:
    """One person in one frame.

    Attributes:
        keypoints: float32 (V=17, 2) x, y in pixels of the frame, in COCO-17 order.
        scores: float32 (17,) confidence of every joint, 0..1.
        box: float32 (4,) x0, y0, x1, y1 in pixels of the frame.
        score: confidence that somebody is there, 0..1.
    """

    keypoints: np.ndarray
    scores: np.ndarray
    box: np.ndarray
    score: float


class PoseEstimator(Protocol):
    """Finds the people of a frame."""

    def __call__(self, frame: np.ndarray, expected: Sequence[Person] = ()) -> list[Person]:
        """Return the people in ``frame``.

        Args:
            frame: uint8 RGB (H, W, 3).
            expected: the people of the frame before, whom an estimator may use to look again where they were.
        """
        ...


def person_within(keypoints: np.ndarray, scores: np.ndarray, score: float, frame_size: tuple[int, int]) -> Person:
    """Return the person with joints ``keypoints`` (17, 2), those outside the frame moved to its nearest pixel.

    Its box is the hull of the joints with a margin, cut off at the frame. frame_size: (width, height) in pixels.
    """
    last = np.asarray(frame_size, dtype=np.float32) - 1
    keypoints = np.clip(keypoints, 0, last).astype(np.float32)
    low, high = keypoints.min(axis=0), keypoints.max(axis=0)
    margin = 1 + BOX_MARGIN * (high - low).max()
    box = np.concatenate([np.maximum(low - margin, 0), np.minimum(high + margin, last)]).astype(np.float32)
    return Person(keypoints, np.asarray(scores, dtype=np.float32), box, float(score))


def box_overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the intersection over union (N, K) of boxes ``first`` (N, 4) and ``second`` (K, 4), x0, y0, x1, y1."""
    shared, area, other = _areas(first, second)
    return shared / np.maximum(area + other - shared, 1e-9)


def box_shares(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the intersection over the smaller box (N, K) of boxes (N, 4) and (K, 4), x0, y0, x1, y1."""
    shared, area, other = _areas(first, second)
    return shared / np.maximum(np.minimum(area, other), 1e-9)


def _areas(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the areas of the intersections (N, K), of the first boxes (N, 1) and of the second (1, K)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])    # (N, K, 2)
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    area, other = (np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1) for boxes in (first, second))
    return np.clip(high - low, 0, None).prod(axis=-1), area[:, None], other[None]


def keypoint_similarity(first: Person, second: Person) -> float:
    """Return the object keypoint similarity of two people, 0..1, symmetric (COCO's with the mean area of their boxes).

    ``mean_v exp(-d_v^2 / (2 s^2 (2 sigma_v)^2))`` over all joints, d the distance in pixels, s^2 the area.
    """
    squared = np.square(first.keypoints - second.keypoints).sum(axis=-1)                         # (V,)
    area = np.mean([np.prod(person.box[2:] - person.box[:2]) for person in (first, second)])
    return float(np.exp(-squared / (2 * area * np.square(2 * np.array(COCO17.sigmas)))).mean())


def distinct_people(people: Sequence[Person], threshold: float = 0.5) -> list[Person]:
    """Leave out everybody who is somebody before again: joints more similar than ``threshold``, or a box within his.

    The box tells where the joints of one person were found twice, once of them the wrong way round.
    """
    kept: list[Person] = []
    for person in people:
        if all(keypoint_similarity(person, other) <= threshold
               and box_shares(person.box[None], other.box[None]).item() <= SAME_SHARE for other in kept):
            kept.append(person)
    return kept
