"""Who is in a video, when and where: the tracks whose actions are recognized."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from core.people.person import PoseEstimator
from core.people.tracking import Track, Tracker, choose_tracks, fill_gaps, join_fragments, steady

LEAST_SECONDS = 0.5
"""People who are seen for less are left out, unless there is nobody else."""
LOST_SECONDS = 3
"""People who come back later than this count as new."""


class TrackedPerson(NamedTuple):
    """One person of a video, from the first frame with them to the last.

    Attributes:
        number: of the track, from 1.
        first: 0-based frame of the video in which they are first seen.
        keypoints: float32 ``(T, V, 2)``, (x, y) in pixels, (0, 0) where unknown.
        scores: float32 ``(T, V)`` of the joints, 0 where unknown.
    """

    number: int
    first: int
    keypoints: np.ndarray
    scores: np.ndarray

    @property
    def last(self) -> int:
        """0-based frame of the video in which they are last seen."""
        return self.first + len(self.keypoints) - 1

    @property
    def seen(self) -> np.ndarray:
        """bool ``(T,)``, whether any joint is known."""
        return np.asarray(self.scores.any(axis=1))

    def at(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Joints ``(..., V, 2)`` and scores ``(..., V)`` in frames ``times`` of the video, 0 outside of the track."""
        inside = (times >= self.first) & (times <= self.last)
        rows = np.where(inside, times - self.first, 0)
        return (np.where(inside[..., None, None], self.keypoints[rows], 0),
                np.where(inside[..., None], self.scores[rows], 0))


def follow_people(frames: Iterable[np.ndarray], estimator: PoseEstimator, second: int) -> list[TrackedPerson]:
    """Return everybody in a video, the strongest track (see ``choose_tracks``) first.

    Args:
        frames: of the video, uint8 RGB ``(H, W, 3)``, in order.
        estimator: looks at every frame.
        second: frames in about a second.
    """
    tracker, time = Tracker(second), -1
    for time, frame in enumerate(frames):
        tracker.update(time, estimator(frame, tracker.expected))
    return number_tracks(tracker.tracks, time + 1, second)


def number_tracks(tracks: Sequence[Track], num_frames: int, second: int) -> list[TrackedPerson]:
    """Return the people behind the fragments that a tracker left of a video of ``num_frames`` frames."""
    whole = join_fragments(tracks, second, LOST_SECONDS * second)
    least = min(1.0, LEAST_SECONDS * second / max(1, num_frames))
    whole = choose_tracks(whole, num_frames, len(whole), least)
    return [tracked(number, track.times, steady(track.joints, second), second) for number, track in enumerate(whole, 1)]


def tracked(number: int, times: Sequence[int], joints: np.ndarray, second: int) -> TrackedPerson:
    """Return the person seen in frames ``times`` ``(N,)``, gaps filled; ``joints`` is ``(N, V, 3)``: x, y, score."""
    first = times[0]
    keypoints, scores = fill_gaps([time - first for time in times], joints, times[-1] - first + 1, second)
    return TrackedPerson(number, first, keypoints.astype(np.float32), scores.astype(np.float32))
