"""A tiny run with every section of the page, and one clip as a model might have seen it."""

from __future__ import annotations

import numpy as np
import pytest

from core.layouts import COCO17
from core.report.replay import SeenPerson, Watched
from exp import test as exp_test
from exp import train as exp_train


@pytest.fixture
def tested_run(tiny_overrides, tmp_path):
    """Folder of a run with a visual branch, trained for one epoch and tested."""
    overrides = [*tiny_overrides, 'END_EPOCH', '1', 'MULTI_FUSE', 'True', 'TOKEN_POOL', 'grid+joint',
                 'SKELETON.NAME', 'stgcnpp', 'TEST.PICTURES', '0']
    exp_train.main(overrides)
    exp_test.main(overrides)
    return tmp_path / 'tiny'


@pytest.fixture
def watched():
    """A clip of 4 frames, 80x60 pixels; its person stands in the middle and is predicted 2 pixels to the right."""
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (4, 60, 80, 3), dtype=np.uint8)
    true = np.tile(rng.uniform((30, 20), (50, 50), (17, 2)), (1, 4, 1, 1))          # (M, T, V, 2)
    visible = np.ones((1, 4, COCO17.num_joints))
    bins = np.full((4, 17, 64), 1 / 64)
    person = SeenPerson(frames[:, :32, :32], np.zeros((4, 17, 2)), bins, bins,
                        np.tile(np.arange(4.0)[:, None, None], (1, 17, 2)), None)
    return Watched(frames, true, visible, true + (2, 0), person)


@pytest.fixture
def person(watched):
    """What was seen of the person of ``watched``."""
    return watched.person
