"""Validation performances, held out so that the test side never chooses a checkpoint, and records repeated by class."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

_CAMERA = re.compile(r'C\d{3}(?=P\d{3}R\d{3}A\d{3}$)|(?<=^a\d{2}_s\d{2}_e\d{2})_v\d{2}$')


def performance(name: str) -> str:
    """Return a name without its camera: all views of a performance share it. Only NTU and N-UCLA names change.

    Example:
        >>> performance('S001C003P008R002A024'), performance('a01_s02_e00_v03')
        ('S001P008R002A024', 'a01_s02_e00')
    """
    return _CAMERA.sub('', name)


def hold_out(indices: np.ndarray, names: Sequence[str], ratio: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Split training positions into those to learn from and those to validate on.

    Args:
        indices: positions of the training side, ``(N,)``.
        names: names of all records.
        ratio: share of the performances to hold out; all cameras of a performance go to the same side.
        seed: of the draw.

    Returns:
        Positions to train on and positions to validate on, both in the order of ``indices``.
    """
    groups = np.array([performance(names[index]) for index in indices])
    performances = np.unique(groups)
    held = np.random.default_rng(seed).permutation(performances)[:round(ratio * len(performances))]
    out = np.isin(groups, held)
    return indices[~out], indices[out]


def resample(labels: Sequence[int] | np.ndarray, num_classes: int, times: Sequence[float],
             rng: np.random.Generator) -> np.ndarray:
    """Repeat records by their class.

    Args:
        labels: 0-based classes ``(N,)``.
        num_classes: K.
        times: how often records are taken, one number for each of several equal blocks of classes. A number of 1.3
            takes every record once, and a random 30 % of each class once more.
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


def rank_in_class(labels: np.ndarray) -> np.ndarray:
    """How many of the same label come before each of ``labels`` ``(N,)``, int64 ``(N,)``.

    Example:
        >>> rank_in_class(np.array([5, 7, 5, 5]))
        array([0, 0, 1, 2])
    """
    grouped = np.argsort(labels, kind='stable')
    _, start, count = np.unique(labels[grouped], return_index=True, return_counts=True)
    rank = np.empty(len(labels), np.int64)
    rank[grouped] = np.arange(len(labels)) - np.repeat(start, count)
    return rank


def _random_rank(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Place ``(N,)`` of every record in a random order of its class, from 0."""
    order = np.argsort(rng.random(len(labels)), kind='stable')
    rank = np.empty_like(labels)
    rank[order] = rank_in_class(labels[order])
    return rank
