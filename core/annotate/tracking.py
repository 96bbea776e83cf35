"""Who is whom from one frame to the next: the people of single frames become tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.annotate.people import Person, box_overlaps, keypoint_similarity


@dataclass(frozen=True, eq=False)
class Track:
    """One person in a video: ``people[i]`` was seen in the 0-based frame ``times[i]``; the times ascend."""

    times: list[int]
    people: list[Person]

    @property
    def joints(self) -> np.ndarray:
        """(N, V, 3) as (x, y, score), sight by sight."""
        return np.stack([np.column_stack([person.keypoints, person.scores]) for person in self.people])


class Tracker:
    """Gives the people of every frame, shown in order, to tracks.

    The new person and the living track that are most alike belong together, then the next such pair, and so on; who is
    like no track begins one.

    Args:
        max_gap: frames that a track outlives unseen.
        least: similarity (see ``similarity``) below which a person is not that of the track.

    Attributes:
        tracks: all so far, in the order they began.
    """

    def __init__(self, max_gap: int, least: float = 0.2) -> None:
        self.max_gap, self.least = max_gap, least
        self.tracks: list[Track] = []
        self._living: list[Track] = []

    @property
    def expected(self) -> list[Person]:
        """Who should be in the next frame, as last seen."""
        return [track.people[-1] for track in self._living]

    def update(self, time: int, people: Sequence[Person]) -> None:
        """Take the people of the 0-based frame ``time``, which is later than those before."""
        alike = similarity(self.expected, people)  # (living tracks, people)
        new = set(range(len(people)))
        while alike.size and alike.max() >= self.least:
            track, person = np.unravel_index(alike.argmax(), alike.shape)
            self._living[track].times.append(time)
            self._living[track].people.append(people[person])
            new.discard(int(person))
            alike[track], alike[:, person] = -1.0, -1.0
        begun = [Track([time], [people[person]]) for person in sorted(new)]
        self.tracks += begun
        self._living = [track for track in self._living + begun if time - track.times[-1] < self.max_gap]


def similarity(first: Sequence[Person], second: Sequence[Person]) -> np.ndarray:
    """Mean of the boxes' intersection over union and of the joints' OKS, (A, B) in 0..1."""
    boxes, others = (np.reshape([person.box for person in people], (-1, 4)) for people in (first, second))
    oks = [[keypoint_similarity(one, other) for other in second] for one in first]
    return (box_overlaps(boxes, others) + np.reshape(oks, (len(first), len(second)))) / 2
