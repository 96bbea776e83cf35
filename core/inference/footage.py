"""The frames of a video, of a file or in memory, as annotation would store them, and when each of them is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from core.data.frames.video import USUAL_FPS, VideoReader, usual_size

FASTEST_FPS = 1000


class Frames(Protocol):
    """A video that can be read several times: frames uint8 RGB ``(H, W, 3)``, at most 960 pixels on the longer side.

    Attributes:
        announced_frames: number of frames as far as known, 0 if unknown.
        fps: usual frames per second.
        size: (width, height) of the frames; known after the first.
    """

    announced_frames: int
    fps: float
    size: tuple[int, int]

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield the frames from the first on."""
        ...

    @property
    def edges(self) -> np.ndarray:
        """float64 ``(n + 1,)``, when each of n frames begins and the last one ends, in seconds from the first."""
        ...


class Footage:
    """The ``Frames`` of a video file.

    Videos of phones come upright: OpenCV turns the frames as the file says.

    Args:
        path: video file.

    Attributes:
        announced_frames: number of frames by the file's header, 0 if unknown.
        fps: frames per second by the header, 30 where that cannot be.
        size: (width, height) of the frames; known after the first.
        times: seconds at which the frames that have gone by begin, by the file.

    Raises:
        ValueError: the file is missing, empty or not a video.
    """

    def __init__(self, path: Path) -> None:
        reader = VideoReader(path)
        self.path, self.announced_frames, self.fps = path, reader.announced_frames, usual_rate(reader.fps)
        self.size: tuple[int, int] = (0, 0)
        self.times: list[float] = []

    def __iter__(self) -> Iterator[np.ndarray]:
        self.times, reader = [], VideoReader(self.path)
        for frame in reader:
            fitted = fit(frame)
            self.times.append(reader.seconds)
            self.size = frame_size(fitted)
            yield fitted

    @property
    def edges(self) -> np.ndarray:
        """float64 ``(n + 1,)``, when each of n frames begins and the last one ends, in seconds from the first.

        Raises:
            ValueError: no frame could be decoded.
        """
        if not self.times:
            raise ValueError(f'{self.path}: no frame of it could be decoded; copy or download it again')
        return frame_edges(self.times, self.fps)


class FrameArray:
    """The ``Frames`` of an array.

    Args:
        frames: uint8 RGB ``(T, H, W, 3)``.
        fps: frames per second.

    Raises:
        ValueError: an array of another kind, or a rate that cannot be.
    """

    def __init__(self, frames: np.ndarray, fps: float) -> None:
        frames = np.asarray(frames)
        if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[-1] != 3 or not frames.size:
            raise ValueError(f'frames must be uint8 RGB of shape (T, H, W, 3), found {frames.dtype} of shape '
                             f'{frames.shape}')
        if usual_rate(fps) != fps:
            raise ValueError(f'fps must be between 1 and {FASTEST_FPS} frames per second, found {fps}')
        self._frames, self.fps, self.announced_frames = frames, float(fps), len(frames)
        self.size = usual_size(frame_size(frames[0]))

    def __iter__(self) -> Iterator[np.ndarray]:
        yield from map(fit, self._frames)

    @property
    def edges(self) -> np.ndarray:
        """float64 ``(T + 1,)``, as in ``Frames``."""
        return np.arange(len(self._frames) + 1) / self.fps


def frame_size(frame: np.ndarray) -> tuple[int, int]:
    """Return the (width, height) of a frame ``(H, W, 3)``."""
    return frame.shape[1], frame.shape[0]


def fit(frame: np.ndarray) -> np.ndarray:
    """Return a frame ``(H, W, 3)`` at the size at which annotation stores it."""
    size = usual_size(frame_size(frame))
    return frame if size == frame_size(frame) else cv2.resize(frame, size, interpolation=cv2.INTER_AREA)


def usual_rate(fps: float) -> float:
    """Return the frames per second that a file or a camera states, or 30 where that cannot be."""
    return fps if 1 <= fps <= FASTEST_FPS else USUAL_FPS


def frame_edges(times: Sequence[float], fps: float) -> np.ndarray:
    """Return when each frame begins and the last one ends, in seconds from the first, float64 ``(n + 1,)``.

    Args:
        times: of n frames by the file, at least one; where they do not ascend, the frame rate tells.
        fps: frames per second by the file.
    """
    edges = np.array(times) - times[0]
    if len(edges) == 1 or (np.diff(edges) <= 0).any():
        return np.arange(len(edges) + 1) / fps
    return np.append(edges, edges[-1] + np.diff(edges).mean())
