"""Two stages share the epochs of one run."""

from __future__ import annotations

import pytest

from core.config import load_config
from core.engine.training.stages import earlier_stages, learning_rate, num_epochs


@pytest.mark.parametrize(('epochs', 'share', 'pose', 'action'), [(10, 0.5, 5, 5), (9, 0.3, 3, 6), (4, 0, 0, 4),
                                                                 (4, 1, 4, 0)])
def test_stages_share_the_epochs(epochs, share, pose, action):
    cfg = load_config(overrides=['TRAIN.MODE', 'two_stage', 'END_EPOCH', str(epochs), 'POSE_SHARE', str(share)])
    first, = earlier_stages(cfg)
    assert (first.TRAIN.MODE, num_epochs(first), num_epochs(cfg)) == ('pose', pose, action)
    assert first.NAME != cfg.NAME and cfg.TRAIN.MODE == 'two_stage'


def test_other_modes_are_one_stage():
    cfg = load_config(overrides=['END_EPOCH', '7', 'PRETRAINED', 'x.pth'])
    assert (num_epochs(cfg), earlier_stages(cfg), learning_rate(cfg)) == (7, [], cfg.TRAIN.LR)


def test_the_gate_comes_after_both_streams():
    integral = ['MODEL.NAME', 'integralaction', 'LR', '0.005']
    cfg = load_config(overrides=[*integral, 'RESNET', 'resnet18.pth'])
    assert [stage.TRAIN.MODE for stage in earlier_stages(cfg)] == ['rgb_only', 'pose_only']
    assert {stage.PRETRAINED for stage in earlier_stages(cfg)} == {'resnet18.pth'}
    assert learning_rate(cfg) == pytest.approx(0.0005) and learning_rate(earlier_stages(cfg)[0]) == 0.005
    assert not earlier_stages(load_config(overrides=[*integral, 'PRETRAINED', 'merged.pth']))
