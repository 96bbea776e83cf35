"""What only the frames around can tell: which side a limb is on, and which joints were misplaced for a moment.

Seen from the side, an estimator that looks at single frames takes one leg for the other now and then, and puts a hidden
hand here and there.
"""

from __future__ import annotations

import numpy as np

from core.layouts import COCO17

LIMBS = (COCO17.flip_pairs[2:5], COCO17.flip_pairs[5:8])
"""(left, right) joints of the arms with the shoulders, and of the legs with the hips."""


def steady(joints: np.ndarray, second: int) -> np.ndarray:
    """Return the joints of one person with sides set right and brief errors removed.

    In every frame the arms, and likewise the legs, change sides if that brings them nearer to where they mostly are
    within a quarter of a second to both sides; then every value becomes the median of the sixth of a second around it.

    Args:
        joints: (T, V=17, 3) as (x, y, score), frame by frame.
        second: frames in about a second.
    """
    usual = _median(joints[..., :2], second // 4)
    mended = joints.copy()
    for pairs in LIMBS:
        own, other = np.ravel(pairs), np.fliplr(pairs).ravel()
        distances = [np.linalg.norm(joints[:, side, :2] - usual[:, own], axis=-1).sum(-1) for side in (own, other)]
        changed = np.flatnonzero(distances[1] < distances[0])
        mended[changed[:, None], own] = joints[changed[:, None], other]
    return _median(mended, round(second / 12))


def _median(values: np.ndarray, reach: int) -> np.ndarray:
    """Median of ``values`` (T, ...) over the frames from ``reach`` before to ``reach`` after; ends are repeated."""
    padded = np.pad(values, [(reach, reach)] + [(0, 0)] * (values.ndim - 1), mode='edge')
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0), axis=-1)
