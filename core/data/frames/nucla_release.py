"""Finds the pictures and videos of Northwestern-UCLA in the folders of its release.

Frames are named ``view_1/a01_s01_e00/frame_<number>_tc_<time>_rgb.jpg``, among depth and skeleton files; videos
``a01/v01_s01_e00.avi``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from core.data.annotations.nucla import CLASS_NAMES
from core.data.frames.extraction import FrameSource, by_sequence, files_below, is_video, sequence_stem

_SEQUENCE_PATHS = tuple(re.compile('.*/' + form) for form in (
    r'view_(?P<v>\d+)/a(?P<a>\d+)_s(?P<s>\d+)_e(?P<e>\d+)',
    r'a(?P<a>\d+)/v(?P<v>\d+)_s(?P<s>\d+)_e(?P<e>\d+)',
    r'a(?P<a>\d+)_s(?P<s>\d+)_e(?P<e>\d+)_v(?P<v>\d+)'))
_PICTURE = re.compile(r'(?:frame_)?(\d+)(?:_tc_(\d+))?(?:_rgb)?\.jpe?g', re.IGNORECASE)


class NuclaSources(NamedTuple):
    """Found sources: sequence name → video or pictures, and the number of sequences that show no known action."""

    sequences: dict[str, FrameSource]
    left_out: int


def find_nucla(folder: str | Path) -> NuclaSources:
    """Find the N-UCLA sequences below ``folder``: folders of pictures, videos, or some of each.

    A folder or video may also be named as the sequence, ``a01_s01_e00_v01``.

    Raises:
        ValueError: the folder is missing or holds no sequence, a sequence has two sources, or a source's path names no
            sequence.
    """
    files = files_below(folder)
    pictures: dict[Path, list[tuple[int, int, Path]]] = defaultdict(list)
    for path in files:
        if match := _PICTURE.fullmatch(path.name):
            pictures[path.parent].append((int(match[1]), int(match[2] or 0), path))
    candidates = [*filter(is_video, files), *pictures]
    found = by_sequence((_sequence_name(path), path) for path in candidates)
    if not found:
        raise ValueError(f'{folder}: holds neither videos such as a01/v01_s01_e00.avi nor pictures such as '
                         'view_1/a01_s01_e00/frame_0_tc_0_rgb.jpg')
    sequences = {name: _in_order(pictures[path]) if path in pictures else path for name, path in found.items()
                 if int(name[1:3]) in CLASS_NAMES}
    return NuclaSources(sequences, len(found) - len(sequences))


def _in_order(numbered: list[tuple[int, int, Path]]) -> tuple[Path, ...]:
    return tuple(path for _, _, path in sorted(numbered))


def _sequence_name(source: Path) -> str:
    """Name ``aAA_sSS_eEE_vVV`` of a video or a folder of pictures."""
    place = source.absolute().with_name(sequence_stem(source)).as_posix()
    match = next(filter(None, (form.fullmatch(place) for form in _SEQUENCE_PATHS)), None)
    if match is None:
        raise ValueError(f'{source}: not placed like view_1/a01_s01_e00, a01/v01_s01_e00.avi or a01_s01_e00_v01, so '
                         'its sequence is unknown; rename it or move it elsewhere')
    return '_'.join(f'{letter}{int(match[letter]):02d}' for letter in 'asev')
