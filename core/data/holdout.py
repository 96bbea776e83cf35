"""The validation side: performances kept out of training, so that the test side never chooses a checkpoint."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

_CAMERA = re.compile(r'C\d{3}(?=P\d{3}R\d{3}A\d{3}$)|(?<=^a\d{2}_s\d{2}_e\d{2})_v\d{2}$')


def performance(name: str) -> str:
    """Return an NTU or N-UCLA name without its camera, which all views of one performance share; others as they are.

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
