"""Person tubes on disk: ``tube.json`` says what is shown, ``tube.bin`` holds the frames.

``tube.bin`` begins with little-endian 64-bit numbers, the positions of all its JPEG files and its end; then come the
files, those of the largest size first, frame by frame. So a clip opens one file and reads only what it needs.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import RawIOBase
from pathlib import Path
from typing import NamedTuple

import numpy as np

TUBE_FILE, FRAMES_FILE = 'tube.json', 'tube.bin'
_NUMBER = np.dtype('<u8')

Size = tuple[int, int]


class Place(NamedTuple):
    """Where pixels lie: pixel (u, v) shows position ``origin + (u, v) / scale`` of the uncut frame, for x and y each.

    Pixel centers lie on whole numbers, in both.
    """

    origin: tuple[float, float]
    scale: tuple[float, float]

    def moved(self, pixel: tuple[int, int]) -> Place:
        """Return where a part of these pixels lies that begins at ``pixel`` (u, v)."""
        (x, y), (across, down) = self
        return Place((x + pixel[0] / across, y + pixel[1] / down), self.scale)


class Tube(NamedTuple):
    """What the stored frames of a sequence show.

    Attributes:
        frame_size: (width, height) of the uncut frame, in pixels.
        box: x0, y0, x1, y1 of the part that is stored, in pixels of the uncut frame, counted from its upper left edge.
        sizes: (width, height) that the part is stored in, largest first.
    """

    frame_size: Size
    box: tuple[float, float, float, float]
    sizes: tuple[Size, ...]

    def place(self, level: int) -> Place:
        """Where the pixels of the frames of ``sizes[level]`` lie."""
        x0, y0, x1, y1 = self.box
        across, down = self.sizes[level][0] / (x1 - x0), self.sizes[level][1] / (y1 - y0)
        return Place((x0 + 0.5 / across - 0.5, y0 + 0.5 / down - 0.5), (across, down))

    def levels(self, steps: np.ndarray) -> np.ndarray:
        """Return which of ``sizes`` to use, int ``(N,)``: the smallest with pixels at most ``steps`` ``(N,)`` apart.

        ``steps`` are in pixels of the uncut frame. If no size is that fine, it is the largest, number 0.
        """
        scales = np.array([min(self.place(level).scale) for level in range(len(self.sizes))])
        return np.maximum(0, (steps[:, None] * scales >= 1).sum(1) - 1)


def read_tube(folder: str | Path) -> Tube | None:
    """Return what a folder of frames shows, or ``None`` if they are uncut.

    Raises:
        ValueError: ``tube.json`` is damaged, or of an older kind.
    """
    path = Path(folder) / TUBE_FILE
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
        (width, height), (x0, y0, x1, y1) = content['frame_size'], map(float, content['box'])
        tube = Tube((int(width), int(height)), (x0, y0, x1, y1), tuple((int(w), int(h)) for w, h in content['sizes']))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not a tube's frame_size, box and sizes ({error}); delete the folder and extract the "
                         'sequence again') from error
    if not (tube.sizes and min(*tube.frame_size, *map(min, tube.sizes), x1 - x0, y1 - y0) > 0 and
            all(map(math.isfinite, tube.box))):
        raise ValueError(f'{path}: {tube} has no size, or one that is not positive and finite; delete the folder and '
                         'extract the sequence again')
    return tube


def write_tube(folder: str | Path, tube: Tube, frames: Iterable[Sequence[bytes]]) -> None:
    """Write a tube into an existing folder.

    Args:
        folder: to write to.
        tube: what the frames show.
        frames: for each frame its JPEG files, one for each size.

    Raises:
        OSError: it cannot be written.
    """
    files = [file for level in zip(*frames, strict=True) for file in level]
    places = np.cumsum([(len(files) + 1) * _NUMBER.itemsize, *map(len, files)])
    (Path(folder) / FRAMES_FILE).write_bytes(places.astype(_NUMBER).tobytes() + b''.join(files))
    (Path(folder) / TUBE_FILE).write_text(json.dumps(tube._asdict()) + '\n', encoding='utf-8')


@contextmanager
def open_tube(folder: str | Path, tube: Tube) -> Iterator[Callable[[int, int], bytes]]:
    """Yield a function that returns a JPEG file, given the 0-based numbers of a frame and of a size.

    The function raises ``ValueError`` for a frame beyond the end. From a truncated ``tube.bin`` it returns incomplete
    files.

    Raises:
        ValueError: ``tube.bin`` cannot be read, or is no such file.
    """
    path = Path(folder) / FRAMES_FILE
    with ExitStack() as stack:
        try:
            file = stack.enter_context(open(path, 'rb', buffering=0))
            places = _places(file)
        except (OSError, ValueError) as error:
            raise ValueError(f'{path}: not the frames of a tube ({error}); delete the folder and extract the sequence '
                             'again') from error
        count = (len(places) - 1) // len(tube.sizes)

        def read(time: int, level: int) -> bytes:
            if not 0 <= time < count:
                raise ValueError(f'{count} frames are stored')
            start, stop = places[level * count + time:][:2]
            file.seek(start)
            return file.read(max(0, stop - start))

        yield read


def _places(file: RawIOBase) -> list[int]:
    """Begin and end of the files in ``tube.bin``; never beyond its end, if it is truncated."""
    end, first = os.fstat(file.fileno()).st_size, file.read(_NUMBER.itemsize)
    rest = file.read(min(int.from_bytes(first, 'little'), end) - len(first))
    return np.minimum(np.frombuffer(first + rest, _NUMBER), end).tolist()
