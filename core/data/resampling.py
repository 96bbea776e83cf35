"""Classes shown more often than others in training (PYSKL ``ClassSpecificDistributedSampler``)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def resample(labels: Sequence[int] | np.ndarray, num_classes: int, times: Sequence[float],
             rng: np.random.Generator) -> np.ndarray:
    """Repeat records by their class.

    Args:
        labels: 0-based classes, (N,).
        num_classes: K.
        times: how often the records of each block are taken; the K classes fall into as many equal blocks in a row. Of
            the share beyond a whole number, that share of every class's records is drawn.
        rng: source of the draws; not used for whole numbers.

    Returns:
        Positions in ``labels``, sorted, int64.

    Raises:
        ValueError: the classes do not fall into so many blocks.

    Example:
        >>> resample([0, 1, 2, 3], 4, (1, 2), np.random.default_rng(0))
        array([0, 1, 2, 2, 3, 3])
    """
    if num_classes % len(times):
        raise ValueError(f'DATASET.CLASS_TIMES has {len(times)} numbers, which {num_classes} classes cannot be shared '
                         'out to evenly; give as many numbers as blocks of equal size')
    labels = np.asarray(labels, np.int64)
    wanted = np.asarray(times, np.float64)[labels * len(times) // num_classes]          # (N,)
    repeats = wanted.astype(np.int64)
    if (wanted > repeats).any():
        repeats += _random_rank(labels, rng) < (wanted - repeats) * np.bincount(labels)[labels] - 0.5
    return np.repeat(np.arange(len(labels)), repeats)


def _random_rank(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Place (N,) of every record in a random order of its class, from 0."""
    order = np.lexsort((rng.random(len(labels)), labels))
    counts = np.bincount(labels)
    rank = np.empty_like(labels)
    rank[order] = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rank
