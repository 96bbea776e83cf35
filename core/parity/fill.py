"""Weights and inputs in closed form, so that a parity vector needs to store neither.

Everything is a slice of one wave, ``sin(0.7·i + 1.3·k + 0.1 + 0.9·(i² mod 1009))``: ``i`` is the flat C-order index
inside the tensor, ``k`` a number that tells tensors apart. It is computed in float64 and stored as float32.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

INPUT_OFFSET = 1000


def wave(shape: Sequence[int], number: int) -> np.ndarray:
    """The wave of tensor ``number``, float64 in -1..1, of any shape."""
    index = np.arange(math.prod(shape), dtype=np.int64)
    return np.sin(0.7 * index + 1.3 * number + 0.1 + 0.9 * (index * index % 1009)).reshape(tuple(shape))


def make_input(shape: Sequence[int], seed: int) -> np.ndarray:
    """Input array ``seed``: a fast and a slow wave, float32 in -2..2."""
    index = np.arange(math.prod(shape), dtype=np.int64).reshape(tuple(shape))
    return (wave(shape, INPUT_OFFSET + seed) + np.sin(0.013 * index + seed)).astype(np.float32)


def fill_tensor(key: str, shape: Sequence[int], number: int) -> np.ndarray:
    """Value of one entry of a state dict.

    Args:
        key: its name; the part after the last dot says what kind of tensor it is.
        shape: its shape.
        number: its position among the sorted keys of the official state dict.
    """
    kind = key.rsplit('.', 1)[-1]
    values = wave(shape, number)
    if kind == 'num_batches_tracked':
        return np.zeros(tuple(shape), np.int64)
    if kind == 'running_var':
        values = 1 + 0.25 * values ** 2
    elif kind == 'running_mean':
        values = 0.1 * values
    elif kind == 'weight' and len(shape) == 1:
        values = 1 + 0.1 * values
    elif kind in ('PA', 'WM') or kind.startswith('edge_importance'):
        values = 1 + 0.5 * values
    elif len(shape) < 2:
        values = 0.1 * values
    elif kind in ('A', 'M'):
        values = values / math.sqrt(shape[-2])
    else:
        values = 1.2 * values / math.sqrt(math.prod(shape[1:]))
    return values.astype(np.float32)


def fill_state(entries: Sequence[tuple[str, Sequence[int]]],
               constants: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A whole state dict.

    Args:
        entries: sorted ``(key, shape)`` of the official state dict.
        constants: entries that keep a given value.
    """
    return {key: constants[key] if key in constants else fill_tensor(key, shape, number)
            for number, (key, shape) in enumerate(entries)}
