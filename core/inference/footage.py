"""The frames of a video file as annotation would store them, and when each of them is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from core.annotate.videos import USUAL_FPS, usual_size
from core.data.frames.video import VideoReader

FASTEST_FPS = 1000


class Footage:
    """A video that can be read several times: its frames, uint8 RGB (H, W, 3), at most 960 pixels on the longer side.

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
        self.size, self.times = (0, 0), []

    def __iter__(self) -> Iterator[np.ndarray]:
        self.times, reader = [], VideoReader(self.path)
        for frame in reader:
            fitted = fit(frame)
            self.times.append(reader.seconds)
            self.size = fitted.shape[1::-1]
            yield fitted

    @property
    def edges(self) -> np.ndarray:
        """float64 (n + 1,), when each of n frames begins and the last one ends, in seconds from the first."""
        return frame_edges(self.times, self.fps)


def fit(frame: np.ndarray) -> np.ndarray:
    """Return a frame (H, W, 3) at the size at which annotation stores it."""
    size = usual_size(frame.shape[1::-1])
    return frame if size == frame.shape[1::-1] else cv2.resize(frame, size, interpolation=cv2.INTER_AREA)


def usual_rate(fps: float) -> float:
    """Return the frames per second that a file or a camera speaks of, or 30 where that cannot be."""
    return fps if 1 <= fps <= FASTEST_FPS else USUAL_FPS


def frame_edges(times: Sequence[float], fps: float) -> np.ndarray:
    """Return when each frame begins and the last one ends, in seconds from the first, float64 (n + 1,).

    Args:
        times: of n frames by the file, at least one; where they do not ascend, the frame rate tells.
        fps: frames per second by the file.
    """
    edges = np.array(times) - times[0]
    if len(edges) == 1 or (np.diff(edges) <= 0).any():
        return np.arange(len(edges) + 1) / fps
    return np.append(edges, edges[-1] + np.diff(edges).mean())
