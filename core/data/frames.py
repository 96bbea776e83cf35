"""Where pixels come from: folders of JPEG files, ``root/images/<sequence>/00001.jpg, 00002.jpg, ...``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

FRAME_NAME = '{:05d}.jpg'
"""File name of a frame; the number is the video's frame number, counted from 1."""


class FrameFolder:
    """Extracted frames of many sequences, a directory each.

    Nothing is listed up front; the directory of a sequence is listed when first asked for, once. Frames are decoded at
    full size: JPEG's half-size decode saves only a quarter of the time, and only where a crop is half as large as its
    box.

    Args:
        root: data directory.
        folder: directory inside ``root`` that holds the sequences.

    Raises:
        ValueError: ``root/folder`` is not a directory.
    """

    def __init__(self, root: str | Path, folder: str = 'images') -> None:
        self.images = Path(root) / folder
        self._num_frames: dict[str, int] = {}
        if not self.images.is_dir():
            raise ValueError(f'{self.images}: no such directory; extract the videos there with '
                             'tools/extract_ntu_frames.py, or correct the data directory')

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of the sequences that have a frame directory."""
        with os.scandir(self.images) as entries:
            return frozenset(entry.name for entry in entries if not entry.name.startswith('.') and entry.is_dir())

    def num_frames(self, name: str) -> int:
        """Number of frame files of a sequence.

        Raises:
            ValueError: the sequence has no directory or no frames.
        """
        if name not in self._num_frames:
            directory = self.images / name
            files = os.listdir(directory) if directory.is_dir() else []
            count = sum(file.endswith('.jpg') for file in files)
            if count == 0:
                raise ValueError(f'{directory}: no frames; extract the sequence again with tools/extract_ntu_frames.py')
            self._num_frames[name] = count
        return self._num_frames[name]

    def read(self, name: str, times: Iterable[int]) -> Iterator[np.ndarray]:
        """Yield the frames at the 0-based positions ``times`` as uint8 RGB arrays (H, W, 3), one at a time.

        Raises:
            ValueError: a frame is missing or damaged, or its size differs from the ones before.
        """
        shape = None
        for time in times:
            path = self.images / name / FRAME_NAME.format(time + 1)
            frame = _decode(path)
            shape = shape or frame.shape
            if frame.shape != shape:
                raise ValueError(f'{path}: {frame.shape[1]}x{frame.shape[0]} pixels, but the frames before have '
                                 f'{shape[1]}x{shape[0]}; delete the directory and extract the sequence again')
            yield frame


def _decode(path: Path) -> np.ndarray:
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise ValueError(f'{path}: cannot read the frame ({error.strerror}); delete its directory and extract the '
                         'sequence again with tools/extract_ntu_frames.py') from error
    # OpenCV fills the lost part of a truncated JPEG with grey and reports success, so look for the end marker.
    complete = b'\xff\xd9' in data[-32:].tobytes()
    frame = cv2.imdecode(data, cv2.IMREAD_COLOR) if complete else None
    if frame is None:
        raise ValueError(f'{path}: not a complete JPEG file; delete its directory and extract the sequence again with '
                         'tools/extract_ntu_frames.py')
    return cv2.cvtColor(frame, cv2.COLOR_BGR2RGB, dst=frame)
