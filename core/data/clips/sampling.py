"""Which frames of a sequence make a clip.

Every sampler is ``(num_frames, length, rng) -> int64 (length,)`` with 0-based frame indices. A sequence shorter than
the clip is looped (0, 1, .., n-1, 0, 1, ..); CTR-GCN's two samplers and the dense ones stretch it instead. No length is
refused.

The samplers for testing draw nothing; they also give clip k of K of one sequence. The K clips are evenly offset:
interleaved, they are the frames that the sampler takes for one clip of K * length frames (up to the rounding of
``uniform``). Those of a sequence shorter than a clip start their loops at frames k * num_frames // K, as in PYSKL's
multi-clip testing. Dense clips begin one after the other instead.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from core.data.clips.pyskl_sampling import pyskl

Sampler = Callable[[int, int, np.random.Generator], np.ndarray]

NamedSampler = Callable[..., np.ndarray]
"""A ``Sampler`` with options of its own, given by name; one for testing takes ``clip`` and ``num_clips``."""

_COPIES = 100


def _check(num_frames: int, length: int) -> None:
    if num_frames < 1 or length < 1:
        raise ValueError(f'cannot sample {length} frames out of {num_frames}: both numbers must be at least 1')


def _looped(num_frames: int, length: int, start: int) -> np.ndarray:
    _check(num_frames, length)
    return (np.arange(length) + start) % num_frames


def _segment_bounds(num_frames: int, length: int) -> np.ndarray:
    return np.arange(length + 1) * num_frames // length  # (T + 1,)


def uniform(num_frames: int, length: int, rng: np.random.Generator | None = None, clip: int = 0,
            num_clips: int = 1) -> np.ndarray:
    """First frame of every segment, ``floor(i * num_frames / length)`` (End2end ``uniform_sample``); ``rng`` is unused.

    The positions are an accumulated float sum, as in the published code: 103 frames give 0, 3, 6, 9, 12, 16 for i < 6
    of 32. Clip k of K is shifted by k / K of a segment.
    """
    if num_frames < length:
        return _looped(num_frames, length, clip * num_frames // num_clips)
    steps = np.full(length, num_frames / length)
    steps[0] *= clip / num_clips
    return np.cumsum(steps).astype(np.int64)


def random_segment(num_frames: int, length: int, rng: np.random.Generator) -> np.ndarray:
    """One random frame of each of ``length`` equal segments (PYSKL ``UniformSample``; training default).

    A sequence that is too short starts its loop at a random frame.
    """
    _check(num_frames, length)
    if num_frames < length:
        return _looped(num_frames, length, int(rng.integers(num_frames)))
    bounds = _segment_bounds(num_frames, length)
    return rng.integers(bounds[:-1], bounds[1:])


def centered(num_frames: int, length: int, rng: np.random.Generator | None = None, clip: int = 0,
            num_clips: int = 1) -> np.ndarray:
    """The middle frame of every segment (testing default); ``rng`` is unused.

    Clip k of K takes the frame at the share (k + 0.5) / K of every segment.
    """
    if num_frames < length:
        return _looped(num_frames, length, clip * num_frames // num_clips)
    phase = (clip + 0.5) / num_clips
    return np.floor((np.arange(length) + phase) * num_frames / length).astype(np.int64)


def repeating(num_frames: int, length: int, rng: np.random.Generator) -> np.ndarray:
    """Frames drawn without replacement out of 100 copies of each, sorted (CTR-GCN ``feeder_ucla.py``, training)."""
    _check(num_frames, length)
    copies = max(_COPIES, length)  # a sequence of one frame must fill the clip, too
    return np.sort(rng.choice(copies * num_frames, length, replace=False, shuffle=False) % num_frames)


def even(num_frames: int, length: int, rng: np.random.Generator | None = None, clip: int = 0,
         num_clips: int = 1) -> np.ndarray:
    """Frames evenly spaced from the first to the last (CTR-GCN ``feeder_ucla.py``, testing); ``rng`` is unused.

    With K clips, the first begins at the first frame and the last ends at the last.
    """
    _check(num_frames, length)
    return np.linspace(0, num_frames - 1, length * num_clips)[clip::num_clips].astype(np.int64)


def dense(num_frames: int, length: int, rng: np.random.Generator, stride: float = 8) -> np.ndarray:
    """Frames ``stride`` apart from a start drawn uniformly (IntegralAction, training).

    In a sequence that is too short for this stride, they spread evenly from the first frame to the last; a sequence of
    fewer frames than the clip repeats some.
    """
    free = num_frames - 1 - _extent(num_frames, length, stride)
    return rng.integers(free + 1) + _apart(num_frames, length, stride)


def dense_starts(num_frames: int, length: int, rng: np.random.Generator | None = None, clip: int = 0,
                 num_clips: int = 1, stride: float = 8) -> np.ndarray:
    """Frames ``stride`` apart, like those of ``dense`` (IntegralAction, testing); ``rng`` is unused.

    A single clip lies in the middle. With K clips, the first begins at the first frame and the last ends at the last.
    """
    free = num_frames - 1 - _extent(num_frames, length, stride)
    start = free // 2 if num_clips == 1 else free * clip // (num_clips - 1)
    return start + _apart(num_frames, length, stride)


def _extent(num_frames: int, length: int, stride: float) -> int:
    """Number of frames from the first to the last of a dense clip."""
    _check(num_frames, length)
    return min(round((length - 1) * stride), num_frames - 1)


def _apart(num_frames: int, length: int, stride: float) -> np.ndarray:
    return np.arange(length) * _extent(num_frames, length, stride) // max(1, length - 1)


SAMPLERS: dict[str, NamedSampler] = {'uniform': uniform, 'random': random_segment, 'centered': centered,
                                     'repeating': repeating, 'even': even, 'dense': dense}
"""Samplers for training, by their name in a configuration."""

TEST_SAMPLERS: dict[str, NamedSampler] = {'uniform': uniform, 'centered': centered, 'even': even,
                                          'dense': dense_starts, 'pyskl': pyskl}
"""Samplers for testing, by their name in a configuration."""


def clip_samplers(sampler: NamedSampler, num_clips: int) -> tuple[Sampler, ...]:
    """Return one sampler for each of the K test clips of a sequence; for K = 1, ``sampler`` itself.

    Args:
        sampler: one of ``TEST_SAMPLERS``; any sampler if K is 1.
        num_clips: K.
    """
    if num_clips == 1:
        return (sampler,)
    return tuple(partial(sampler, clip=clip, num_clips=num_clips) for clip in range(num_clips))


def clip_after_clip(num_frames: int, length: int, rng: np.random.Generator, *,
                    samplers: tuple[Sampler, ...]) -> np.ndarray:
    """The frames of several clips, int64 ``(K * length,)``."""
    return np.concatenate([sampler(num_frames, length, rng) for sampler in samplers])
