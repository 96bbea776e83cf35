"""Two stages share the epochs of one run."""

from __future__ import annotations

import pytest

from core.config import load_config
from core.engine.run_folder import run_folder
from core.engine.stages import num_epochs, pose_stage, starting_weights


@pytest.mark.parametrize(('epochs', 'share', 'pose', 'action'), [(10, 0.5, 5, 5), (9, 0.3, 3, 6), (4, 0, 0, 4),
                                                                 (4, 1, 4, 0)])
def test_stages_share_the_epochs(epochs, share, pose, action):
    cfg = load_config(overrides=['TRAIN.MODE', 'two_stage', 'END_EPOCH', str(epochs), 'POSE_SHARE', str(share)])
    first = pose_stage(cfg)
    assert (first.TRAIN.MODE, num_epochs(first), num_epochs(cfg)) == ('pose', pose, action)
    assert starting_weights(cfg) == run_folder(first) / 'best.pth'
    assert first.NAME != cfg.NAME and cfg.TRAIN.MODE == 'two_stage'


def test_other_modes_are_one_stage():
    cfg = load_config(overrides=['END_EPOCH', '7', 'PRETRAINED', 'x.pth'])
    assert (num_epochs(cfg), starting_weights(cfg)) == (7, 'x.pth')
