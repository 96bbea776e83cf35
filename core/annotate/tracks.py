"""From fragments to whole tracks: joined, the strongest chosen, gaps filled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.annotate.people import Person
from core.annotate.tracking import Track

FILLED_SCORE = 0.5
"""Factor on the scores of joints that were interpolated."""


def join_fragments(tracks: Sequence[Track], max_gap: int, longest: float = np.inf) -> list[Track]:
    """Make one track of those that can be one person: it is lost, and found again near that place.

    Near is within a body's length, more where it was lost for longer than ``max_gap`` frames: people walk a body's
    length or so in a second.

    Args:
        tracks: of one video.
        max_gap: frames in about a second.
        longest: frames after which somebody who was lost is not looked for any more.
    """
    joined: list[Track] = []
    for track in sorted(tracks, key=lambda track: track.times[0]):
        distances = [_distance(before, track, max_gap, longest) for before in joined]
        nearest = int(np.argmin(distances)) if distances else 0
        if distances and distances[nearest] <= 1:
            before = joined[nearest]
            joined[nearest] = Track(before.times + track.times, before.people + track.people)
        else:
            joined.append(track)
    return joined


def choose_tracks(tracks: Sequence[Track], num_frames: int, count: int, least: float = 1 / 3) -> list[Track]:
    """Return at most ``count`` tracks, the strongest first; after the first only those seen long enough.

    Strength sums, over the frames, the mean joint score times the square root of the box's area: someone sure, near and
    seen for long.

    Args:
        tracks: of one video.
        num_frames: T of the video.
        count: most people.
        least: share of the frames in which a further person must be seen.
    """
    ranked = sorted(tracks, key=lambda track: -sum(_weight(person) for person in track.people))[:count]
    return ranked[:1] + [track for track in ranked[1:] if len(track.times) >= least * num_frames]


def fill_gaps(times: Sequence[int], joints: np.ndarray, num_frames: int,
              max_gap: int) -> tuple[np.ndarray, np.ndarray]:
    """Joints of one person in every frame of the video.

    In gaps of at most ``max_gap`` frames joints lie on the line between their neighbours in time, with lower scores;
    longer gaps, and what lies before the first and behind the last sight, stay zero.

    Args:
        times: 0-based frames, ascending, in which the person was seen.
        joints: (N, V, 3) as (x, y, score) in those frames.
        num_frames: T of the video.
        max_gap: in frames.

    Returns:
        keypoints (T, V, 2) in pixels and scores (T, V).
    """
    times, frames = np.asarray(times), np.arange(num_frames)
    after = np.searchsorted(times, frames).clip(max=len(times) - 1)
    before = (np.searchsorted(times, frames, side='right') - 1).clip(min=0)
    span = times[after] - times[before]                                             # (T,), 0 where seen
    share = ((frames - times[before]) / np.maximum(span, 1))[:, None, None]
    values = (1 - share) * joints[before] + share * joints[after]                     # (T, V, 3)
    known = (frames >= times[0]) & (frames <= times[-1]) & (span <= max_gap + 1)
    values = np.where(known[:, None, None], values, 0.0)
    return values[..., :2], values[..., 2] * np.where(span > 0, FILLED_SCORE, 1.0)[:, None]


def _distance(before: Track, after: Track, max_gap: int, longest: float) -> float:
    """How far a track begins from where another ended, over how far it may; infinite if it is not the time."""
    gap = after.times[0] - before.times[-1]
    if not 0 < gap <= longest:
        return np.inf
    last, first = before.people[-1].box, after.people[0].box
    length = max(float((box[2:] - box[:2]).max()) for box in (last, first))
    between = float(np.linalg.norm((last[:2] + last[2:]) - (first[:2] + first[2:]))) / 2
    return between / (max(length, 1.0) * max(1.0, gap / max_gap))


def _weight(person: Person) -> float:
    width, height = (person.box[2:] - person.box[:2]).clip(min=0)
    return float(person.scores.mean() * np.sqrt(width * height))
