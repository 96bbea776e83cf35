"""The frames of one sequence as extraction stored them, whole and in colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from core.data.frames import FRAME_NAME
from core.data.jpeg import decode_jpeg


def count_frames(folder: Path) -> int:
    """Return the number of frame files in the folder of a sequence."""
    return sum(file.suffix == '.jpg' for file in folder.iterdir())


def read_frames(folder: Path, times: Iterable[int]) -> Iterator[np.ndarray]:
    """Yield the frames at the 0-based positions ``times`` as uint8 RGB (H, W, 3), one at a time.

    Raises:
        ValueError: a frame is missing or damaged.
    """
    for time in times:
        path = folder / FRAME_NAME.format(time + 1)
        try:
            yield cv2.cvtColor(decode_jpeg(np.fromfile(path, np.uint8)), cv2.COLOR_BGR2RGB)
        except (OSError, ValueError) as error:
            raise ValueError(f'{path}: cannot be read ({error}); delete its folder and start again') from error
