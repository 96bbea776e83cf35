"""Late fusion: the weighted mean of the scores that several models give the same clips.

The usual way to combine streams (joints, bones, appearance) in skeleton-based action recognition, such as Shi et al.,
"Two-Stream Adaptive Graph Convolutional Networks for Skeleton-Based Action Recognition", CVPR 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class ClipScores(NamedTuple):
    """Scores of one model for N clips over K classes.

    Attributes:
        names: of the clips, unique, str (N,).
        labels: true classes, int (N,).
        scores: probabilities (N, K).
        source: where they come from, such as their file, for messages.
    """

    names: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    source: str = 'scores'


def fuse_scores(parts: Sequence[ClipScores], weights: Sequence[float] | None = None) -> ClipScores:
    """Return the weighted mean of the scores, in the clip order of the first part.

    The mean ranks the classes as the weighted sum does, and of probabilities it makes probabilities.

    Args:
        parts: one or more; the order of the clips may differ, the clips may not.
        weights: one per part, none negative (default: all equal).

    Raises:
        ValueError: weights that do not fit, or parts that differ in clips, labels or number of classes.
    """
    shares = np.ones(len(parts)) if weights is None else np.asarray(weights, dtype=float)  # (number of parts,)
    if len(shares) != len(parts) or not (shares >= 0).all() or not 0 < shares.sum() < np.inf:
        raise ValueError(f'{len(parts)} sets of scores need as many weights, none negative and not all 0, '
                         f'got {shares.tolist()}')
    first = parts[0]
    stacked = np.stack([align(part, first).scores for part in parts])  # (number of parts, N, K)
    return first._replace(scores=np.average(stacked, axis=0, weights=shares), source='fusion')


def align(part: ClipScores, reference: ClipScores) -> ClipScores:
    """Return ``part`` with its clips in the order of ``reference``.

    Raises:
        ValueError: naming ``part``'s source and the first clip that is missing, not in ``reference``, there twice or
            labeled otherwise, or the number of classes when it differs.
    """
    order = np.argsort(part.names, kind='stable')  # (N,)
    ordered = part.names[order]
    _refuse(part, ordered[1:][ordered[1:] == ordered[:-1]], 'holds it twice')
    _refuse(part, np.setdiff1d(part.names, reference.names), f"holds it but '{reference.source}' does not")
    _refuse(part, np.setdiff1d(reference.names, part.names), f"lacks it but '{reference.source}' holds it")
    rows = order[np.searchsorted(ordered, reference.names)]  # (N,)
    labels, scores = part.labels[rows], part.scores[rows]
    _refuse(part, reference.names[labels != reference.labels], f"labels it otherwise than '{reference.source}'")
    if scores.shape[1] != reference.scores.shape[1]:
        raise ValueError(f"'{part.source}' scores {scores.shape[1]} classes but '{reference.source}' "
                         f'{reference.scores.shape[1]}; fuse tests of one data set')
    return part._replace(names=reference.names, labels=labels, scores=scores)


def _refuse(part: ClipScores, names: np.ndarray, reason: str) -> None:
    """Raise ValueError about the first of ``names``, if there is any."""
    if len(names):
        raise ValueError(f"clip '{names[0]}': '{part.source}' {reason}; fuse tests of the same clips")
