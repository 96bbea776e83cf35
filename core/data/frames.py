"""Where pixels come from: folders of JPEG files, ``root/images/<sequence>/00001.jpg, 00002.jpg, ...``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.data.jpeg import decode_region, read_header
from core.data.tubes import Tube, read_tube

FRAME_NAME = '{:05d}.jpg'
"""File name of a frame; the number is the video's frame number, counted from 1."""

_SHRINK = (1, 2, 4, 8)


class View(NamedTuple):
    """Pixels of one frame, or of the part of it that was asked for.

    Attributes:
        pixels: uint8 (H, W, 3) in OpenCV's order B, G, R; pixel (u, v) shows position ``origin + (u, v) / scale`` of
            the frame.
        origin: (x, y) in pixels of the frame.
        scale: pixels here per pixel of the frame.
        time: 0-based number of the frame, which is not the one asked for where that is missing or damaged.
    """

    pixels: np.ndarray
    origin: tuple[float, float]
    scale: float
    time: int


class _Stored(NamedTuple):
    """A sequence's frames: the (width, height) of an uncut one, and how they are cut if they are."""

    size: tuple[int, int]
    tube: Tube | None


class FrameFolder:
    """Extracted frames of many sequences, a directory each, uncut or as person tubes (``core.data.tubes``).

    Only what is needed is decoded: the part that is asked for, of an uncut frame to the pixel as the whole frame has
    it, of a tube at a half, a quarter or an eighth of its size where that is enough. A frame that is
    missing or damaged is replaced by the nearest readable one of its sequence, of two by the earlier.

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
                             'tools/extract_ntu_frames.py, or correct the data directory')

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of the sequences that have a frame directory."""
        with os.scandir(self.images) as entries:
            return frozenset(entry.name for entry in entries if not entry.name.startswith('.') and entry.is_dir())

    def frame_size(self, name: str, num_frames: int) -> tuple[int, int]:
        """(width, height) of the uncut frames of a sequence of ``num_frames`` frames.

        Raises:
            ValueError: no frame of it can be read.
        """
        return self._stored(name, num_frames).size

    def read(self, name: str, times: Iterable[int], num_frames: int, regions: np.ndarray,
             steps: np.ndarray) -> Iterator[View]:
        """Yield one view for each of the 0-based frame numbers ``times`` (L,).

        Args:
            name: of the sequence.
            times: frame numbers.
            num_frames: number of frames of the sequence.
            regions: (L, 4) x0, y0, x1, y1 of what is needed, in pixels of the uncut frame.
            steps: (L,) pixels of the uncut frame from one needed pixel to the next.

        Raises:
            ValueError: no frame of the sequence can be read.
        """
        stored = self._stored(name, num_frames)
        for time, region, step in zip(times, regions, steps, strict=True):
            for candidate in _nearest(int(time), num_frames):
                try:
                    view = _decode(self._bytes(name, candidate), stored, region, step, candidate)
                except (OSError, ValueError):
                    continue
                yield view
                break
            else:
                raise self._unreadable(name)

    def _stored(self, name: str, num_frames: int) -> _Stored:
        """How the frames of a sequence are stored; uncut frames have the size of the first readable one."""
        if name not in self._sequences:
            tube = read_tube(self.images / name)
            self._sequences[name] = _Stored(tube.frame_size if tube else self._uncut_size(name, num_frames), tube)
        return self._sequences[name]

    def _uncut_size(self, name: str, num_frames: int) -> tuple[int, int]:
        for time in range(num_frames):
            try:
                return read_header(self._bytes(name, time)).size
            except (OSError, ValueError):
                continue
        raise self._unreadable(name)

    def _bytes(self, name: str, time: int) -> np.ndarray:
        with open(f'{self.images}/{name}/{FRAME_NAME.format(time + 1)}', 'rb') as file:
            return np.frombuffer(file.read(), np.uint8)

    def _unreadable(self, name: str) -> ValueError:
        return ValueError(f'{self.images / name}: no readable frame; delete the directory and extract the sequence '
                          'again')


def _nearest(time: int, num_frames: int) -> Iterator[int]:
    """All frame numbers of a sequence, by their distance to ``time``."""
    yield time
    yield from sorted(range(num_frames), key=lambda other: (abs(other - time), other))[1:]


def _decode(data: np.ndarray, stored: _Stored, region: np.ndarray, step: float, time: int) -> View:
    header = read_header(data)
    if stored.tube is None and header.size != stored.size:
        raise ValueError('not of the size of the other frames')
    _, origin, scale = stored.tube or Tube(stored.size, (0.0, 0.0), 1.0)
    shrink = max(factor for factor in _SHRINK if factor <= step * scale) if stored.tube and step * scale > 1 else 1
    low, high = (region[:2] - origin) * scale, (region[2:] - origin) * scale
    pixels, (x, y) = decode_region(data, header, (*low, *high), shrink)
    middle = (shrink - 1) / 2                   # a shrunk pixel lies in the middle of those it stands for
    return View(pixels, (origin[0] + (x + middle) / scale, origin[1] + (y + middle) / scale), scale / shrink, time)
