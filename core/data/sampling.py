"""Which frames of a sequence make a clip.

Every sampler is ``(num_frames, length, rng) -> int64 (length,)`` with 0-based frame indices. A sequence shorter than
the clip is looped (0, 1, .., n-1, 0, 1, ..), or, by CTR-GCN's two samplers, stretched; never refused.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Sampler = Callable[[int, int, np.random.Generator], np.ndarray]

_COPIES = 100


def _check(num_frames: int, length: int) -> None:
    if num_frames < 1 or length < 1:
        raise ValueError(f'cannot sample {length} frames out of {num_frames}: both numbers must be at least 1')


def _looped(num_frames: int, length: int) -> np.ndarray:
    _check(num_frames, length)
    return np.arange(length) % num_frames


def _segment_bounds(num_frames: int, length: int) -> np.ndarray:
    return np.arange(length + 1) * num_frames // length  # (T + 1,)


def uniform(num_frames: int, length: int, rng: np.random.Generator | None = None) -> np.ndarray:
    """First frame of every segment, ``floor(i * num_frames / length)`` (End2end ``uniform_sample``); ``rng`` is unused.

    The positions are an accumulated float sum, as in the published code: 103 frames give 0, 3, 6, 9, 12, 16 for i < 6
    of 32.
    """
    if num_frames < length:
        return _looped(num_frames, length)
    steps = np.full(length, num_frames / length)
    steps[0] = 0.0
    return np.cumsum(steps).astype(np.int64)


def random_segment(num_frames: int, length: int, rng: np.random.Generator) -> np.ndarray:
    """One frame drawn uniformly out of each of ``length`` equal segments (PYSKL ``UniformSample``; training default).

    A sequence that is too short starts its loop at a random frame.
    """
    if num_frames < length:
        return (_looped(num_frames, length) + rng.integers(num_frames)) % num_frames
    bounds = _segment_bounds(num_frames, length)
    return rng.integers(bounds[:-1], bounds[1:])


def centred(num_frames: int, length: int, rng: np.random.Generator | None = None, phase: float = 0.5) -> np.ndarray:
    """The frame at ``phase`` (0..1) of every segment, by default its middle (testing default); ``rng`` is unused.

    K test clips of one sequence are the phases ``(k + 0.5) / K``.
    """
    if num_frames < length:
        return _looped(num_frames, length)
    return np.floor((np.arange(length) + phase) * num_frames / length).astype(np.int64)


def repeating(num_frames: int, length: int, rng: np.random.Generator) -> np.ndarray:
    """Frames drawn without replacement out of 100 copies of each, sorted (CTR-GCN ``feeder_ucla.py``, training)."""
    _check(num_frames, length)
    copies = max(_COPIES, length)  # a sequence of one frame must fill the clip, too
    return np.sort(rng.choice(copies * num_frames, length, replace=False, shuffle=False) % num_frames)


def even(num_frames: int, length: int, rng: np.random.Generator | None = None) -> np.ndarray:
    """Frames evenly spaced from the first to the last (CTR-GCN ``feeder_ucla.py``, testing); ``rng`` is unused."""
    _check(num_frames, length)
    return np.linspace(0, num_frames - 1, length).astype(np.int64)


SAMPLERS: dict[str, Sampler] = {'uniform': uniform, 'random': random_segment, 'centred': centred,
                                'repeating': repeating, 'even': even}
