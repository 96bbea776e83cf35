"""Which of the bodies that Kinect tracked are people, and who is the first and who the second (PYSKL ``ntu_preproc``).

Kinect takes furniture for bodies and gives a person who was lost a new id. The people are those who move most and are
higher than wide; several ids may be one person.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from core.data.annotations.sources.ntu_text import Body

LONGEST_NOISE = 11
"""Among several bodies, those of at most so many frames are noise."""
MAX_SPREAD = 0.8
"""Widest x-range of a valid frame, in y-ranges."""
MAX_INVALID = 0.69754
"""A body of which at least this share of the frames is invalid is noise."""


def choose_bodies(bodies: Iterable[Body]) -> list[Body]:
    """Return the bodies that are people, most motion first; none if all are noise.

    Motion is the variance of the joints over all joints and frames, summed over x, y, z. A body that is alone, or
    alone not short, is not asked for its spread.
    """
    bodies = list(bodies)
    if len(bodies) > 1:
        bodies = [body for body in bodies if len(body.frames) > LONGEST_NOISE]
    if len(bodies) <= 1:
        return bodies
    people = [(_people_motion(body.xyz), body) for body in bodies if _invalid(body.xyz).mean() < MAX_INVALID]
    return [body for _, body in sorted(people, key=lambda pair: -pair[0])]


def close_gaps(bodies: Iterable[Body]) -> list[Body]:
    """Renumber frames as PYSKL does: those without any body do not count, and a body's frames follow each other.

    The second moves what follows a gap forward in time, so the numbers no longer fit the video.
    """
    bodies = list(bodies)
    occupied = np.unique(np.concatenate([np.zeros(0, np.int64), *(body.frames for body in bodies)]))
    return [body._replace(frames=np.searchsorted(occupied, body.frames[0]) + np.arange(len(body.frames)))
            for body in bodies]


def slot_bodies(bodies: list[Body]) -> list[list[Body]]:
    """Distribute people, most motion first, to one slot if there is one, otherwise to two.

    Each goes to the first slot with room: where it does not overlap the stretch from the slot's first frame to its
    last one. Who finds no room is left out. The slot that begins first is the first one.
    """
    if len(bodies) == 1:
        return [bodies]
    slots: list[list[Body]] = [[], []]
    stretches = [(math.inf, -math.inf)] * 2
    for body in bodies:
        start, end = body.frames[0], body.frames[-1] + 1
        for slot, (first, last) in enumerate(stretches):
            if max(first, start) >= min(last, end):
                slots[slot].append(body)
                stretches[slot] = min(first, start), max(last, end)
                break
    return slots if stretches[0][0] <= stretches[1][0] else slots[::-1]


def _invalid(xyz: np.ndarray) -> np.ndarray:
    """Which frames (T,) of joints (T, V, 3) are too wide for a person."""
    width, height, _ = np.moveaxis(np.ptp(xyz, axis=1), -1, 0)
    return width > MAX_SPREAD * height


def _people_motion(xyz: np.ndarray) -> float:
    """The smaller of the motions (T, V, 3) over all and over the valid frames, of which there must be one."""
    return min(float(frames.reshape(-1, 3).var(axis=0).sum()) for frames in (xyz, xyz[~_invalid(xyz)]))
