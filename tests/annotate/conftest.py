"""Videos of a bright rectangle walking over a dark floor, and an estimator that takes it for a person."""

from __future__ import annotations

import numpy as np
import pytest

from core.annotate import videos as annotate
from core.data.frames.video import write_video
from core.people.person import person_within

SIZE = (160, 120)


def walking(num_frames, hidden=()):
    """Frames with a rectangle of 20x60 pixels that moves two pixels a frame."""
    frames = np.zeros((num_frames, SIZE[1], SIZE[0], 3), np.uint8)
    for time in set(range(num_frames)) - set(hidden):
        frames[time, 30:90, 20 + 2 * time:40 + 2 * time] = 255
    return frames


def find_rectangle(frame, expected=()):
    """A person whose joints spread over the bright part of the frame."""
    rows, columns = np.nonzero(frame[..., 0] > 128)
    if not len(rows):
        return []
    low, high = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()])
    spread = np.random.default_rng(0).uniform(0, 1, (17, 2))
    spread[:2] = [(0, 0), (1, 1)]
    return [person_within(low + spread * (high - low), np.ones(17), 1.0, frame.shape[1::-1])]


@pytest.fixture
def fake_estimator(monkeypatch):
    """Stand in for every pose estimator."""
    monkeypatch.setattr(annotate, 'build_estimator', lambda pose, checkpoint: find_rectangle)


@pytest.fixture
def clips(tmp_path):
    """Folder with two classes of one video each; in the second one the person is hidden for four frames."""
    for path, hidden in (('walk/s01.avi', ()), ('limp/s02.avi', range(6, 10))):
        (tmp_path / 'videos' / path).parent.mkdir(parents=True)
        write_video(tmp_path / 'videos' / path, walking(20, hidden), fps=10)
    return tmp_path / 'videos'
