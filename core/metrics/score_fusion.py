"""Late fusion: the weighted mean of the scores that several models give to the same clips.

Skeleton-based action recognition usually combines its streams (joints, bones, appearance) in this way, for example Shi
et al., "Two-Stream Adaptive Graph Convolutional Networks for Skeleton-Based Action Recognition", CVPR 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class ClipScores(NamedTuple):
    """Scores of one model for N clips over K classes.

    Attributes:
        names: of the clips, unique, str ``(N,)``.
        labels: true classes, int ``(N,)``.
        scores: probabilities ``(N, K)``.
        source: where the scores come from, such as their file; error messages name it.
    """

    names: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    source: str = 'scores'


def fuse_scores(parts: Sequence[ClipScores], weights: Sequence[float] | None = None) -> ClipScores:
    """Return the weighted mean of the scores, in the clip order of the first part.

    The mean ranks the classes as the weighted sum does, and the mean of probabilities is again a probability.

    Args:
        parts: one or more, all of the same clips in any order.
        weights: one per part, none negative (default: all equal).

    Raises:
        ValueError: the weights do not fit, or the parts differ in clips, labels or number of classes.
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
        ValueError: a clip is missing, not in ``reference``, there twice or has another label, or the number of classes
            differs; the message names the source of ``part``.
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
