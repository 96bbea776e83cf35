"""Follows people over time: the people of single frames become tracks, and tracks become joints.

The steps, in the order in which a video takes them: ``Tracker`` links the people of every frame to tracks,
``join_fragments`` makes one track of those that were interrupted, ``choose_tracks`` keeps the most important ones,
``steady`` repairs the joints of each, and ``fill_gaps`` spreads them over all frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.layouts import COCO17
from core.people.person import Person, box_overlaps, person_similarity

FILLED_SCORE = 0.5
"""Factor on the scores of joints that were interpolated."""

SIDED_JOINTS = (COCO17.flip_pairs[2:5], COCO17.flip_pairs[5:8])
"""``(left, right)`` joints of the arms with the shoulders, and of the legs with the hips."""


@dataclass(frozen=True, eq=False)
class Track:
    """One person in a video: ``people[i]`` was seen in the 0-based frame ``times[i]``; the times ascend."""

    times: list[int]
    people: list[Person]

    @property
    def joints(self) -> np.ndarray:
        """``(N, V, 3)`` as (x, y, score), one row per frame in which the person was seen."""
        return np.stack([np.column_stack([person.keypoints, person.scores]) for person in self.people])


class Tracker:
    """Links the people of one frame after another to tracks.

    The living track and the new person that are most alike belong together, then the next such pair, and so on. A
    person who is like no track begins a new one.

    Args:
        max_gap: a track ends when its person was not seen for so many frames.
        least: a person less similar than this to a track does not belong to it, see ``similarity``.

    Attributes:
        tracks: all so far, in the order they began.
    """

    def __init__(self, max_gap: int, least: float = 0.2) -> None:
        self.max_gap, self.least = max_gap, least
        self.tracks: list[Track] = []
        self._living: list[Track] = []

    @property
    def expected(self) -> list[Person]:
        """The people who should be in the next frame, as they were last seen."""
        return [track.people[-1] for track in self._living]

    def update(self, time: int, people: Sequence[Person]) -> None:
        """Link the people of the 0-based frame ``time``; frames come in ascending order."""
        alike = similarity(self.expected, people)  # (living tracks, people)
        new = set(range(len(people)))
        while alike.size and alike.max() >= self.least:
            track, person = (int(index) for index in np.unravel_index(alike.argmax(), alike.shape))
            self._living[track].times.append(time)
            self._living[track].people.append(people[person])
            new.discard(person)
            alike[track], alike[:, person] = -1.0, -1.0
        begun = [Track([time], [people[person]]) for person in sorted(new)]
        self.tracks += begun
        self._living = [track for track in self._living + begun if time - track.times[-1] < self.max_gap]


def similarity(first: Sequence[Person], second: Sequence[Person]) -> np.ndarray:
    """Return how alike two lists of A and B people are, ``(A, B)`` in 0..1.

    It is the mean of the intersection over union of their boxes and of the similarity of their joints.
    """
    boxes, others = (np.reshape([person.box for person in people], (-1, 4)) for people in (first, second))
    oks = [[person_similarity(one, other) for other in second] for one in first]
    return (box_overlaps(boxes, others) + np.reshape(oks, (len(first), len(second)))) / 2


def join_fragments(tracks: Sequence[Track], max_gap: int, longest: float = np.inf) -> list[Track]:
    """Join tracks that can be one person, who was lost and found again near the same place.

    Near means within one body length, since people walk about that far in a second. After a gap of more than
    ``max_gap`` frames the distance may be larger, in proportion to the gap.

    Args:
        tracks: of one video.
        max_gap: frames in about a second.
        longest: a gap of more frames is never closed.
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


def _distance(before: Track, after: Track, max_gap: int, longest: float) -> float:
    """The distance between two tracks over the largest one allowed; infinite if the gap forbids to join them."""
    gap = after.times[0] - before.times[-1]
    if not 0 < gap <= longest:
        return np.inf
    last, first = before.people[-1].box, after.people[0].box
    length = max(float((box[2:] - box[:2]).max()) for box in (last, first))
    between = float(np.linalg.norm((last[:2] + last[2:]) - (first[:2] + first[2:]))) / 2
    return between / (max(length, 1.0) * max(1.0, gap / max_gap))


def choose_tracks(tracks: Sequence[Track], num_frames: int, count: int, least: float = 1 / 3) -> list[Track]:
    """Return the strongest tracks, at most ``count``, the strongest first.

    Strength is the sum over the frames of the mean joint score times the square root of the box's area. It is large
    for people who are clearly seen, near and in view for long. The first track is always kept, the others only if they
    were seen long enough.

    Args:
        tracks: of one video.
        num_frames: T of the video.
        count: largest number of tracks.
        least: smallest share of the frames that a further track must cover.
    """
    ranked = sorted(tracks, key=lambda track: -sum(_weight(person) for person in track.people))[:count]
    return ranked[:1] + [track for track in ranked[1:] if len(track.times) >= least * num_frames]


def _weight(person: Person) -> float:
    width, height = (person.box[2:] - person.box[:2]).clip(min=0)
    return float(person.scores.mean() * np.sqrt(width * height))


def steady(joints: np.ndarray, second: int) -> np.ndarray:
    """Return the joints of one person with swapped sides corrected and brief errors removed.

    First, the left and right arm of a frame (and likewise the legs) are exchanged if that brings them nearer to their
    median place within a quarter of a second before and after. Then every value becomes the median of the sixth of a
    second around it.

    Args:
        joints: ``(T, V=17, 3)`` as (x, y, score), frame by frame.
        second: frames in about a second.
    """
    usual = _median(joints[..., :2], second // 4)
    mended = joints.copy()
    for pairs in SIDED_JOINTS:
        own, other = np.ravel(pairs), np.fliplr(pairs).ravel()
        distances = [np.linalg.norm(joints[:, side, :2] - usual[:, own], axis=-1).sum(-1) for side in (own, other)]
        changed = np.flatnonzero(distances[1] < distances[0])
        mended[changed[:, None], own] = joints[changed[:, None], other]
    return _median(mended, round(second / 12))


def _median(values: np.ndarray, reach: int) -> np.ndarray:
    """Median of ``values`` ``(T, ...)`` over the frames from ``reach`` before to ``reach`` after; ends are repeated."""
    padded = np.pad(values, [(reach, reach)] + [(0, 0)] * (values.ndim - 1), mode='edge')
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0), axis=-1)


def fill_gaps(times: Sequence[int], joints: np.ndarray, num_frames: int,
              max_gap: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the joints of one person in every frame of the video.

    Gaps of at most ``max_gap`` frames are interpolated linearly, with lower scores. Joints are zero in longer gaps,
    before the person was first seen and after the person was last seen.

    Args:
        times: 0-based frames, ascending, in which the person was seen.
        joints: ``(N, V, 3)`` as (x, y, score) in those frames.
        num_frames: T of the video.
        max_gap: in frames.

    Returns:
        keypoints ``(T, V, 2)`` in pixels and scores ``(T, V)``.
    """
    seen, frames = np.asarray(times), np.arange(num_frames)
    after = np.searchsorted(seen, frames).clip(max=len(seen) - 1)
    before = (np.searchsorted(seen, frames, side='right') - 1).clip(min=0)
    span = seen[after] - seen[before]                                             # (T,), 0 where seen
    share = ((frames - seen[before]) / np.maximum(span, 1))[:, None, None]
    values = (1 - share) * joints[before] + share * joints[after]                     # (T, V, 3)
    known = (frames >= seen[0]) & (frames <= seen[-1]) & (span <= max_gap + 1)
    values = np.where(known[:, None, None], values, 0.0)
    return values[..., :2], values[..., 2] * np.where(span > 0, FILLED_SCORE, 1.0)[:, None]
