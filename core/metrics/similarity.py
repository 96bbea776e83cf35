"""COCO's object keypoint similarity (OKS) of two poses (cocodataset.org, keypoint evaluation).

``OKS = mean_v exp(-d_v^2 / (2 s^2 (2 sigma_v)^2))`` over the joints v that count: d is their distance in pixels, s^2
the person's area, and sigma how far annotators differ on that joint.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def keypoint_similarity(first: np.ndarray, second: np.ndarray, counted: np.ndarray, area: np.ndarray,
                        sigmas: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return how alike two poses of a person are, ``(...)`` in 0..1; NaN where no joint counts.

    Args:
        first: ``(..., V, 2)`` in image pixels, finite.
        second: ``(..., V, 2)`` in image pixels.
        counted: bool ``(..., V)``, the joints that count, such as the visible ones.
        area: ``(...)`` the person's area in square pixels.
        sigmas: ``(V,)`` COCO's falloffs.
    """
    squared = ((first - second) ** 2).sum(axis=-1)                                           # (..., V)
    similarity = np.exp(-squared / (2 * area[..., None] * (2 * np.asarray(sigmas)) ** 2))     # (..., V)
    joints = counted.sum(axis=-1)                                                             # (...)
    return np.divide((similarity * counted).sum(axis=-1), joints, out=np.full(area.shape, np.nan), where=joints > 0)
