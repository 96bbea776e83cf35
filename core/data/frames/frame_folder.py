"""Reads frames of sequences: JPEG files ``root/images/<sequence>/00001.jpg, 00002.jpg, ...``, or person tubes.

File names of six digits (``000001.jpg``), as in IntegralAction's data, are read, too. A sequence may lie deeper; its
name then has slashes (``train_256/juggling/x``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, partial
from itertools import chain, product
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from core.data.frames.jpeg import Cut, cut_regions, decode_jpeg, read_header
from core.data.frames.tube_files import Place, Size, Tube, open_tube, read_tube

FRAME_NAME = '{:05d}.jpg'
"""File name of an uncut frame; the number is the video's frame number, counted from 1."""

_FRAME_NAMES = (FRAME_NAME, '{:06d}.jpg')

Fetch = Callable[[int, int], bytes]
"""Returns the JPEG file of a frame in a size, given both 0-based numbers; OSError or ValueError if there is none."""


class FrameView(NamedTuple):
    """Pixels of one frame, or of the requested part of it.

    Attributes:
        pixels: uint8 ``(H, W, 3)`` in OpenCV's order B, G, R.
        place: where they lie in the frame.
        time: 0-based number of the frame; another than the requested one if that is missing or damaged.
    """

    pixels: np.ndarray
    place: Place
    time: int


class _Stored(NamedTuple):
    """How a sequence is stored: what frames show, and the name pattern of uncut frames (``None`` if cut)."""

    tube: Tube
    file_name: str | None


class FrameFolder:
    """Extracted frames of many sequences, one directory each, uncut or as person tubes.

    Decodes only the requested region. For uncut frames the result equals cropping the full decode, pixel for pixel; for
    tubes it uses the smallest stored size that is large enough. A missing or damaged frame is replaced by the nearest
    readable one; ties go to the earlier.

    Args:
        root: data directory.
        folder: directory inside ``root`` that holds the sequences.

    Raises:
        ValueError: ``root/folder`` is not a directory.
    """

    def __init__(self, root: str | Path, folder: str = 'images') -> None:
        self.images = Path(root) / folder
        self._sequences: dict[str, _Stored] = {}
        if not self.images.is_dir():
            raise ValueError(f'{self.images}: no such directory; extract the videos there with '
                             'pose-action extract-ntu, or correct the data directory')

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of the sequences that have a frame directory directly below the folder."""
        with os.scandir(self.images) as entries:
            return frozenset(entry.name for entry in entries if not entry.name.startswith('.') and entry.is_dir())

    def names_with(self, deeper: Iterable[str]) -> frozenset[str]:
        """Return ``names`` and those of ``deeper`` that contain a slash and have a frame directory."""
        return self.names.union(name for name in deeper if '/' in name and (self.images / name).is_dir())

    def frame_size(self, name: str, num_frames: int) -> Size:
        """(width, height) of the uncut frames of a sequence of ``num_frames`` frames.

        Raises:
            ValueError: no frame of it can be read.
        """
        return self._stored(name, num_frames).tube.frame_size

    def is_cut(self, name: str, num_frames: int) -> bool:
        """Return whether a sequence of ``num_frames`` frames is a person tube, which shows only part of the frame.

        Raises:
            ValueError: no frame of it can be read.
        """
        return self._stored(name, num_frames).file_name is None

    def read(self, name: str, times: np.ndarray, num_frames: int, regions: np.ndarray,
             steps: np.ndarray) -> Iterator[FrameView]:
        """Yield one view for each of the 0-based frame numbers ``times`` ``(L,)``.

        Args:
            name: of the sequence.
            times: frame numbers.
            num_frames: number of frames of the sequence.
            regions: ``(L, 4)`` x0, y0, x1, y1 of what is needed, in pixels of the uncut frame.
            steps: ``(L,)`` pixels of the uncut frame from one needed pixel to the next.

        Raises:
            ValueError: no frame of the sequence can be read.
        """
        tube, file_name = self._stored(name, num_frames)
        levels, places = tube.levels(steps), [tube.place(level) for level in range(len(tube.sizes))]
        opened: AbstractContextManager[Fetch] = (open_tube(self.images / name, tube) if file_name is None else
                                                 nullcontext(partial(self._uncut_file, name, file_name)))
        with opened as fetch:
            cuts = _cuts(fetch, tube, times, regions, levels)
            for time, region, level, cut in zip(times.tolist(), regions, levels, cuts, strict=True):
                others = _replacements(fetch, tube, time, num_frames, region, level)
                for candidate, part in chain([(time, cut)], others):
                    if part is not None and (pixels := _decode(part)) is not None:
                        yield FrameView(pixels, places[level].moved(part.origin), candidate)
                        break
                else:
                    raise self._unreadable(name)

    def whole(self, name: str, times: np.ndarray, num_frames: int) -> Iterator[np.ndarray]:
        """Yield whole frames uint8 RGB ``(H, W, 3)``, one for each of the 0-based frame numbers ``times`` ``(L,)``.

        What a person tube does not show is black. Arguments and errors are those of ``read``.
        """
        size = self.frame_size(name, num_frames)
        regions = np.tile([0, 0, *size], (len(times), 1))
        for view in self.read(name, times, num_frames, regions, np.ones(len(times))):
            yield _in_frame(view, size)

    def _uncut_file(self, name: str, file_name: str, time: int, level: int = 0) -> bytes:
        file = os.open(f'{self.images}/{name}/{file_name.format(time + 1)}', os.O_RDONLY)
        try:
            return os.read(file, os.fstat(file).st_size)
        finally:
            os.close(file)

    def _stored(self, name: str, num_frames: int) -> _Stored:
        """How the frames of a sequence are stored; uncut frames have the size of the first readable one."""
        if name not in self._sequences:
            tube = read_tube(self.images / name)
            self._sequences[name] = _Stored(tube, None) if tube else self._uncut(name, num_frames)
        return self._sequences[name]

    def _uncut(self, name: str, num_frames: int) -> _Stored:
        for time, file_name in product(range(num_frames), _FRAME_NAMES):
            try:
                size = read_header(self._uncut_file(name, file_name, time)).size
            except (OSError, ValueError):
                continue
            return _Stored(Tube(size, (0, 0, *size), (size,)), file_name)
        raise self._unreadable(name)

    def _unreadable(self, name: str) -> ValueError:
        return ValueError(f'{self.images / name}: no readable frame; delete the directory and extract the sequence '
                          'again')


def _in_frame(view: FrameView, size: Size) -> np.ndarray:
    """The pixels of a view, RGB, at their place in a black frame of (width, height) pixels."""
    pixels, ((x, y), (across, down)) = cv2.cvtColor(view.pixels, cv2.COLOR_BGR2RGB), view.place
    if (x, y, across, down) == (0, 0, 1, 1) and pixels.shape[1::-1] == size:
        return pixels
    return cv2.warpAffine(pixels, np.array([[1 / across, 0, x], [0, 1 / down, y]]), size)


def _cuts(fetch: Fetch, tube: Tube, times: np.ndarray, regions: np.ndarray, levels: np.ndarray) -> list[Cut | None]:
    """What frames show of regions ``(L, 4)``, in the sizes ``levels`` ``(L,)`` of ``tube``; ``None`` if unreadable."""
    cuts: list[Cut | None] = [None] * len(times)
    for level in set(levels.tolist()):
        chosen = np.flatnonzero(levels == level)
        files = [_file(fetch, time, level) for time in times[chosen].tolist()]
        (x, y), (across, down) = tube.place(level)
        needed = (regions[chosen] - (x, y, x, y)) * (across, down, across, down)
        for index, cut in zip(chosen, cut_regions(files, tube.sizes[level], needed), strict=True):
            cuts[index] = cut
    return cuts


def _replacements(fetch: Fetch, tube: Tube, time: int, num_frames: int, region: np.ndarray,
                  level: int) -> Iterator[tuple[int, Cut | None]]:
    """What the other frames of a sequence show of a region ``(4,)``, by their distance to ``time``."""
    for other in sorted(set(range(num_frames)) - {time}, key=lambda other: (abs(other - time), other)):
        cut, = _cuts(fetch, tube, np.array([other]), region[None], np.array([level]))
        yield other, cut


def _file(fetch: Fetch, time: int, level: int) -> bytes | None:
    try:
        return fetch(time, level)
    except (OSError, ValueError):
        return None


def _decode(cut: Cut) -> np.ndarray | None:
    try:
        return decode_jpeg(cut.data)
    except ValueError:
        return None
