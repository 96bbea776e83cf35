"""Cuts a track into windows, and makes answers for its frames of the answers for the windows.

Frames are 0-based and counted from the first of the track.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.data.clips.sampling import Sampler

STEPS_PER_WINDOW = 4

USUAL_SECONDS = 4.0
"""Of a window where nobody says otherwise: an action of NTU RGB+D lasts about three."""


class Windows(NamedTuple):
    """N clips of one track.

    Attributes:
        times: int64 ``(N, T)``, the frames that the clips show.
        first: int64 ``(N,)``, the first frame that a clip's answer covers.
        stop: int64 ``(N,)``, one past the last frame that a clip's answer covers.
    """

    times: np.ndarray
    first: np.ndarray
    stop: np.ndarray


class LabelSpan(NamedTuple):
    """Consecutive frames of one label.

    Attributes:
        first: first frame.
        last: last frame.
        label: 0-based class.
        probabilities: ``(K,)`` of the classes, mean over the frames.
    """

    first: int
    last: int
    label: int
    probabilities: np.ndarray


def cut_windows(num_frames: int, clip_size: int, length: float, sampler: Sampler) -> Windows:
    """Cut a track into windows.

    A track not longer than a window is one clip, as in testing. In a longer one, clips show frames of one grid only,
    with steps of ``length / clip_size`` frames; like ``core.data.clips.sampling.centered`` it takes the middle of each
    step. Windows move by a quarter of their length, so that they share frames. The last one ends with the track.

    Args:
        num_frames: of the track.
        clip_size: T.
        length: of a window, frames; a shorter one than T counts as T, so that no clip shows a frame twice.
        sampler: chooses the frames of a track that is one clip.
    """
    if num_frames <= max(length, clip_size):
        times = sampler(num_frames, clip_size, np.random.default_rng(0))
        return Windows(times[None], np.array([0]), np.array([num_frames]))
    stride = max(length / clip_size, 1.0)
    grid = np.floor((np.arange(int(num_frames / stride)) + 0.5) * stride).astype(np.int64)
    last = len(grid) - clip_size
    starts = np.append(np.arange(0, last, max(1, clip_size // STEPS_PER_WINDOW)), last)
    stops = np.ceil((starts + clip_size) * stride).astype(np.int64)
    stops[-1] = num_frames
    return Windows(grid[starts[:, None] + np.arange(clip_size)], np.floor(starts * stride).astype(np.int64), stops)


def frame_probabilities(windows: Windows, probabilities: np.ndarray) -> np.ndarray:
    """Return for each frame ``(T, K)`` the mean of the probabilities ``(N, K)`` of the windows that cover it."""
    weighted = np.column_stack([probabilities.astype(np.float64), np.ones(len(probabilities))])
    sums = np.zeros((windows.stop.max() + 1, weighted.shape[1]))
    np.add.at(sums, windows.first, weighted)
    np.subtract.at(sums, windows.stop, weighted)
    sums = sums.cumsum(axis=0)[:-1]
    return (sums[:, :-1] / sums[:, -1:]).clip(0, 1)


def find_spans(probabilities: np.ndarray) -> list[LabelSpan]:
    """Return the spans of frames with the same most probable class; ``probabilities`` is ``(T, K)``."""
    labels = probabilities.argmax(axis=1)
    starts = np.flatnonzero(np.diff(labels, prepend=-1))
    stops = np.append(starts[1:], len(labels))
    means = np.add.reduceat(probabilities, starts) / (stops - starts)[:, None]
    return [LabelSpan(int(start), int(stop) - 1, int(labels[start]), mean)
            for start, stop, mean in zip(starts, stops, means, strict=True)]
