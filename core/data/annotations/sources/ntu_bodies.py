"""Chooses the people among the bodies that Kinect tracked, and their order (PYSKL ``ntu_preproc``).

Kinect mistakes furniture for bodies, and gives a person a new id after losing him. People are the bodies that move most
and are taller than wide. Several ids may be one person.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from core.data.annotations.sources.ntu_text import Body

LONGEST_NOISE = 11
"""If there are several bodies, those seen in at most this many frames are noise."""
MAX_SPREAD = 0.8
"""Largest width of the joints of a valid frame, in heights."""
MAX_INVALID = 0.69754
"""From this share of invalid frames on, a body is noise."""


def choose_bodies(bodies: Iterable[Body]) -> list[Body]:
    """Return the bodies that are people, most motion first; none if all are noise.

    Motion is the variance of the joints over all joints and frames, summed over x, y, z. The
    spread test is skipped when one body, or one long-enough body, remains.
    """
    bodies = list(bodies)
    if len(bodies) > 1:
        bodies = [body for body in bodies if len(body.frames) > LONGEST_NOISE]
    if len(bodies) <= 1:
        return bodies
    people = [(_people_motion(body.xyz), body) for body in bodies if _invalid(body.xyz).mean() < MAX_INVALID]
    return [body for _, body in sorted(people, key=lambda pair: -pair[0])]


def close_gaps(bodies: Iterable[Body]) -> list[Body]:
    """Renumber frames as PYSKL does, so that they no longer fit the video.

    Frames without any body are not counted, and the frames of a body follow each other without a gap.
    """
    bodies = list(bodies)
    occupied = np.unique(np.concatenate([np.zeros(0, np.int64), *(body.frames for body in bodies)]))
    return [body._replace(frames=np.searchsorted(occupied, body.frames[0]) + np.arange(len(body.frames)))
            for body in bodies]


def slot_bodies(bodies: list[Body]) -> list[list[Body]]:
    """Distribute bodies, most motion first, to two slots; a lone body gets the only slot.

    Each body goes to the first slot with room: there it does not overlap the time from the slot's first frame to its
    last one. A body that finds no room is left out. The slot that begins earlier comes first.
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
    """Which frames ``(T,)`` of joints ``(T, V, 3)`` are too wide for a person."""
    width, height, _ = np.moveaxis(np.ptp(xyz, axis=1), -1, 0)
    return width > MAX_SPREAD * height


def _people_motion(xyz: np.ndarray) -> float:
    """The motion of joints ``(T, V, 3)`` over all or over the valid frames, whichever is smaller; one must be valid."""
    return min(float(frames.reshape(-1, 3).var(axis=0).sum()) for frames in (xyz, xyz[~_invalid(xyz)]))
