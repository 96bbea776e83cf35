"""NTU RGB+D's ``.skeleton`` text files (Shahroudy et al., CVPR 2016), one file at a time, as arrays.

A file is the number of frames; for each frame the number of bodies; for each body a line of 10 values that starts with
its id, the number of joints (25) and a line of 12 values a joint: x y z, x y in the depth and in the color picture,
four of the orientation, tracking state.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.layouts import NTU25

_COLUMNS = 12
_XYZ, _COLOR, _TRACKING = slice(0, 3), slice(5, 7), 11
_WINDOWS_NAN = re.compile(r'1\.#\w+|nan\(\w+\)', re.IGNORECASE)  # -1.#IND, 1.#QNAN, 1.#INF, -nan(ind)


class Body(NamedTuple):
    """One tracked body over the frames in which it occurs.

    Attributes:
        frames: int64 ``(T,)``, rising 0-based frame numbers.
        xyz: float32 ``(T, 25, 3)``, meters in the camera's frame, y upwards; zeros where the file has no finite number.
        color: float32 ``(T, V, 2)``, pixels of the 1920x1080 color picture; NaN where the file has no number.
        tracking: float32 ``(T, V)``: 0 not tracked, 1 inferred, 2 tracked.
    """

    frames: np.ndarray
    xyz: np.ndarray
    color: np.ndarray
    tracking: np.ndarray


class SkeletonFile(NamedTuple):
    """Number of frames, including those without a body, and bodies by id, in order of first appearance."""

    num_frames: int
    bodies: dict[int, Body]


class _Lines:
    """Lines of a file, taken from the front."""

    def __init__(self, text: str) -> None:
        self._lines, self._next = text.rstrip().split('\n'), 0

    def take(self, count: int) -> list[str]:
        if self._next + count > len(self._lines):
            raise ValueError('the file ends in it')
        self._next += count
        return self._lines[self._next - count:self._next]

    def take_count(self) -> int:
        line = self.take(1)[0]
        if not line.strip().isdecimal():
            raise ValueError(f"a count was expected, found '{line[:40]}'")
        return int(line)

    @property
    def rest(self) -> int:
        return len(self._lines) - self._next


def parse_skeleton(path: Path) -> SkeletonFile:
    """Read one ``.skeleton`` file; Windows' spellings of NaN are understood.

    Raises:
        ValueError: the file is truncated or its counts do not fit; the sentence names the file and the 1-based frame.
        OSError: the file cannot be read.
    """
    text = path.read_text(encoding='utf-8', errors='replace')
    lines = _Lines(_WINDOWS_NAN.sub('nan', text) if '#' in text or '(' in text else text)
    tracks: dict[int, list[tuple[int, np.ndarray]]] = {}
    frame = 0
    try:
        num_frames = lines.take_count()
        for frame in range(num_frames):
            for _ in range(lines.take_count()):
                identity, joints = _take_body(lines)
                tracks.setdefault(identity, []).append((frame, joints))
        if lines.rest:
            raise ValueError(f'{lines.rest} lines follow the last frame')
    except ValueError as error:
        raise ValueError(f'{path}: frame {frame + 1} cannot be read ({error}); the file is truncated or damaged, copy '
                         'or download it again') from error
    return SkeletonFile(num_frames, {identity: _to_body(track) for identity, track in tracks.items()})


def _take_body(lines: _Lines) -> tuple[int, np.ndarray]:
    """Id and joints ``(V, 12)`` of the next body; ids have more digits than a float keeps."""
    identity = int(lines.take(1)[0].strip().partition(' ')[0])
    if (count := lines.take_count()) != NTU25.num_joints:
        raise ValueError(f'a body has {count} joints instead of {NTU25.num_joints}')
    rows = lines.take(count)
    try:
        return identity, np.loadtxt(rows, np.float32, comments=None).reshape(count, _COLUMNS)
    except ValueError as error:
        raise ValueError(f'its joints are not {count} lines of {_COLUMNS} numbers') from error


def _to_body(track: list[tuple[int, np.ndarray]]) -> Body:
    frames, joints = zip(*track, strict=True)
    values = np.stack(joints)
    xyz = values[..., _XYZ]
    return Body(np.array(frames), np.where(np.isfinite(xyz), xyz, np.float32(0)), values[..., _COLOR],
                values[..., _TRACKING])
