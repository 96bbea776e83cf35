"""The people that a pose estimator finds in a frame, and measures of how alike two of them are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.layouts import COCO17
from core.metrics.similarity import keypoint_similarity

BOX_MARGIN = 0.1
"""Margin around the joints' hull on every side, as a fraction of its longer side."""
SAME_SHARE = 0.9
"""Two boxes belong to one person if a larger share of the smaller box lies within the other."""


@dataclass(frozen=True, eq=False)
class Person:
    """One person in one frame.

    Attributes:
        keypoints: float32 ``(V=17, 2)`` x, y in pixels of the frame, in COCO-17 order.
        scores: float32 ``(17,)`` confidence of every joint, 0..1.
        box: float32 ``(4,)`` x0, y0, x1, y1 in pixels of the frame.
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
            frame: uint8 RGB ``(H, W, 3)``.
            expected: the people of the frame before; an estimator may look again where they were.
        """
        ...


def person_within(keypoints: np.ndarray, scores: np.ndarray, score: float, frame_size: tuple[int, int]) -> Person:
    """Return the person with joints ``keypoints`` ``(17, 2)``; joints outside the frame move to its nearest pixel.

    The person's box is the hull of the joints with a margin, clipped to the frame of ``frame_size`` (width, height)
    pixels.
    """
    last = np.asarray(frame_size, dtype=np.float32) - 1
    keypoints = np.clip(keypoints, 0, last).astype(np.float32)
    low, high = keypoints.min(axis=0), keypoints.max(axis=0)
    margin = 1 + BOX_MARGIN * (high - low).max()
    box = np.concatenate([np.maximum(low - margin, 0), np.minimum(high + margin, last)]).astype(np.float32)
    return Person(keypoints, np.asarray(scores, dtype=np.float32), box, float(score))


def box_overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the intersection over union ``(N, K)`` of boxes ``(N, 4)`` and ``(K, 4)``, x0, y0, x1, y1."""
    shared, area, other = _areas(first, second)
    return shared / np.maximum(area + other - shared, 1e-9)


def box_shares(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the intersection over the smaller box ``(N, K)`` of boxes ``(N, 4)`` and ``(K, 4)``, x0, y0, x1, y1."""
    shared, area, other = _areas(first, second)
    return shared / np.maximum(np.minimum(area, other), 1e-9)


def _areas(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the areas of the intersections ``(N, K)``, of the first boxes ``(N, 1)`` and of the second ``(1, K)``."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])    # (N, K, 2)
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    area, other = (np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1) for boxes in (first, second))
    return np.clip(high - low, 0, None).prod(axis=-1), area[:, None], other[None]


def person_similarity(first: Person, second: Person) -> float:
    """Return the object keypoint similarity of two people, 0..1, over all joints and with the mean area of their boxes.

    It is symmetric: neither of the two is the truth.
    """
    area = np.mean([np.prod(person.box[2:] - person.box[:2]) for person in (first, second)])
    everything = np.ones(len(first.keypoints), dtype=bool)
    return float(keypoint_similarity(first.keypoints, second.keypoints, everything, np.asarray(area), COCO17.sigmas))


def distinct_people(people: Sequence[Person], threshold: float = 0.5) -> list[Person]:
    """Return the people without those who are already in the list before them.

    Two are one person if their joints are more similar than ``threshold``, or if one box lies within the other. The
    test of the boxes catches a person who was found twice with left and right swapped.
    """
    kept: list[Person] = []
    for person in people:
        if all(person_similarity(person, other) <= threshold
               and box_shares(person.box[None], other.box[None]).item() <= SAME_SHARE for other in kept):
            kept.append(person)
    return kept
