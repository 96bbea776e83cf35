"""Decoding and writing videos with OpenCV's FFmpeg."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import cv2
import numpy as np

LONGEST_SIDE = 960
"""Longer side of a stored frame, in pixels, if nothing else is asked for."""

USUAL_FPS = 30
"""Frames per second of a video whose file does not tell."""

_CODECS = {'.mp4': 'mp4v', '.avi': 'MJPG'}


class VideoReader:
    """The frames of a video file, in order, as uint8 RGB arrays ``(H, W, 3)``.

    Args:
        path: video file.
        threads: decoding threads; 0 lets FFmpeg choose.

    Attributes:
        announced_frames: number of frames by the file's header, 0 if unknown; a truncated file delivers fewer.
        fps: frames per second.
        seconds: time of the last frame read, from the beginning of the video.

    Raises:
        ValueError: the file is missing, empty or not a video.

    Example:
        >>> for frame in VideoReader('clip.avi'):  # doctest: +SKIP
        ...     print(frame.shape)
    """

    def __init__(self, path: str | Path, threads: int = 0) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise ValueError(f'{path}: no such video file')
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, threads])
        if not self._capture.isOpened():
            raise ValueError(f'{path}: empty or not a video; copy or download it again')
        self.announced_frames = max(0, int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)))
        self.fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        self.seconds = 0.0

    def __iter__(self) -> Iterator[np.ndarray]:
        """Decode from the present position, once; the file is closed after the last frame."""
        try:
            while True:
                decoded, frame = self._capture.read()
                if not decoded:
                    return
                self.seconds = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        finally:
            self._capture.release()


def usual_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the (width, height) at which frames of ``size`` are stored: the same, at most 960 on the longer side.

    Example:
        >>> usual_size((1920, 1080)), usual_size((640, 480))
        ((960, 540), (640, 480))
    """
    scale = min(1.0, LONGEST_SIDE / max(size))
    return max(1, round(scale * size[0])), max(1, round(scale * size[1]))


def write_video(path: str | Path, frames: Iterable[np.ndarray], fps: float = 30.0, codec: str | None = None) -> None:
    """Write uint8 RGB frames ``(H, W, 3)`` of one size as ``.mp4`` or ``.avi``; the file appears when it is complete.

    Args:
        path: file to write.
        frames: in order.
        fps: frames per second.
        codec: four letters that name OpenCV's encoder; by default the one most players know for the file's ending.

    Raises:
        ValueError: another file name extension, no frame, frames of different sizes, or an unwritable folder.
    """
    path, frames = Path(path), iter(frames)
    first = next(frames, None)
    if path.suffix not in _CODECS or first is None:
        raise ValueError(f"{path}: a video needs a name ending in {' or '.join(_CODECS)} and at least one frame")
    partial, size = path.with_name(f'.partial-{path.name}'), (first.shape[1], first.shape[0])
    writer = cv2.VideoWriter(str(partial), cv2.VideoWriter.fourcc(*(codec or _CODECS[path.suffix])), fps, size)
    try:
        if not writer.isOpened():
            raise ValueError(f'{path}: cannot write a video of {size[0]}x{size[1]} pixels there; check the folder')
        for frame in chain([first], frames):
            if frame.shape != first.shape:  # OpenCV would drop it without a word
                raise ValueError(f'{path}: frame of shape {frame.shape} among frames of shape {first.shape}')
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        writer.release()
        os.replace(partial, path)
    finally:
        writer.release()
        partial.unlink(missing_ok=True)
