"""PYSKL's ``UniformSample`` with the same random numbers, to repeat its test scores.

PYSKL draws from numpy's legacy generator and seeds it with ``TEST_SEED`` before every test sample. Our own models
sample with ``core.data.clips.sampling`` instead.
"""

from __future__ import annotations

import numpy as np

TEST_SEED = 255


def uniform_sample(num_frames: int, clip_len: int, rng: np.random.RandomState, num_clips: int = 1,
                   p_interval: tuple[float, float] = (1.0, 1.0), test_mode: bool = False) -> np.ndarray:
    """Sample one frame per equal segment of a sequence, for several clips.

    Args:
        num_frames: frames of the sequence, at least 1.
        clip_len: L, frames per clip.
        rng: legacy generator; for testing freshly seeded with ``TEST_SEED``.
        num_clips: K.
        p_interval: smallest and largest share of the sequence a clip may cover.
        test_mode: spread the starts of sequences shorter than a clip evenly instead of drawing them.

    Returns:
        0-based frame indices ``(K * L,)``, int64, clip after clip; a short sequence starts again at its first frame.

    Raises:
        ValueError: when the sequence has no frame.
    """
    if num_frames < 1:
        raise ValueError(f'cannot sample from {num_frames} frames: at least 1 is needed')
    clips = [_clip(num_frames, clip_len, rng, p_interval, (index, num_clips) if test_mode else None)
             for index in range(num_clips)]
    return np.concatenate(clips) % num_frames


def _clip(num_frames: int, clip_len: int, rng: np.random.RandomState, p_interval: tuple[float, float],
          test_clip: tuple[int, int] | None) -> np.ndarray:
    ratio = rng.rand() * (p_interval[1] - p_interval[0]) + p_interval[0]
    covered = int(ratio * num_frames)
    offset = rng.randint(num_frames - covered + 1)  # drawn even where it can only be 0: the order of draws counts
    if covered < clip_len:
        return offset + _short_start(covered, rng, test_clip) + np.arange(clip_len)
    if covered < 2 * clip_len:
        skips = np.zeros(clip_len + 1, dtype=np.int64)
        skips[rng.choice(clip_len + 1, covered - clip_len, replace=False)] = 1
        return offset + np.arange(clip_len) + np.cumsum(skips)[:-1]
    bounds = np.arange(clip_len + 1) * covered // clip_len
    return offset + bounds[:-1] + rng.randint(np.diff(bounds))


def _short_start(covered: int, rng: np.random.RandomState, test_clip: tuple[int, int] | None) -> int:
    if test_clip is None:
        return rng.randint(max(covered, 1))
    index, num_clips = test_clip
    return index if covered < num_clips else index * covered // num_clips


def pyskl(num_frames: int, length: int, rng: np.random.Generator | None = None, clip: int = 0,
          num_clips: int = 1) -> np.ndarray:
    """Frames ``(length,)`` of clip k of K as PYSKL's testing takes them, to repeat its scores; ``rng`` is unused."""
    clips = uniform_sample(num_frames, length, np.random.RandomState(TEST_SEED), num_clips, test_mode=True)
    return clips.reshape(num_clips, length)[clip]
