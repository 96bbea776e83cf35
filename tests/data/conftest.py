"""Small annotation records and frame folders for the tests of ``core.data``."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.data.annotations.records import Annotation
from core.data.frames.frame_folder import FRAME_NAME

MakeRecord = Callable[..., Annotation]
MakeFrames = Callable[..., Path]


@pytest.fixture
def make_record() -> MakeRecord:
    """Record of ``total_frames`` frames; every person stands still around another place of a 320x240 picture."""

    def make(name: str = 'A', total_frames: int = 12, persons: int = 1, label: int = 0) -> Annotation:
        rng = np.random.default_rng(len(name) + persons)
        joints = rng.uniform((80, 60), (160, 200), (1, 1, 17, 2)) + 40 * np.arange(persons).reshape(-1, 1, 1, 1)
        keypoints = np.repeat(joints, total_frames, axis=1).astype(np.float16)
        return Annotation(name, label, total_frames, (320, 240), keypoints, np.ones(keypoints.shape[:3], np.float16))

    return make


@pytest.fixture
def make_frames(tmp_path: Path) -> MakeFrames:
    """Write ``frames`` (uint8 RGB), or ``count`` noise pictures, as a sequence; returns the data directory."""

    def make(name: str = 'A', count: int = 12, frames: list[np.ndarray] | None = None) -> Path:
        folder = tmp_path / 'images' / name
        folder.mkdir(parents=True)
        rng = np.random.default_rng(count)
        frames = frames or [rng.integers(0, 255, (120, 160, 3), np.uint8) for _ in range(count)]
        for number, frame in enumerate(frames, 1):
            cv2.imwrite(str(folder / FRAME_NAME.format(number)), frame[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 100])
        return tmp_path

    return make


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write an object as a pickle, protocol 4 unless told otherwise; returns the file."""

    def write(content: object, protocol: int = 4) -> Path:
        path = tmp_path / 'annotations.pkl'
        path.write_bytes(pickle.dumps(content, protocol))
        return path

    return write
