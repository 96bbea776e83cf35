"""Predicted keypoints: those of the checkpoint, computed once, kept apart by what they depend on."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.config import load_config
from core.data.annotations.skeletons import read_skeletons
from core.engine.runtime import Runtime
from core.engine.training.pose_keypoints import predicted_keypoints
from core.systems.build import build_model

RUNTIME = Runtime(torch.device('cpu'))


@pytest.fixture
def action_overrides(tiny_overrides, tiny_of, tmp_path):
    cfg = load_config(overrides=[*tiny_overrides, 'TRAIN.MODE', 'pose'])
    torch.manual_seed(0)
    torch.save({'model': build_model(cfg).state_dict(), 'config': cfg.dump()}, tmp_path / 'pose.pth')
    return tiny_of('TRAIN.MODE', 'action', 'POSE_CHECKPOINT', str(tmp_path / 'pose.pth'))


def test_keypoints_are_computed_once_for_every_frame(action_overrides):
    file = predicted_keypoints(load_config(overrides=action_overrides), RUNTIME)
    stamp = file.stat().st_mtime_ns
    records = read_skeletons(file, 17).annotations
    assert len(records) == 12 and records[0].keypoints.shape == (1, 6, 17, 3)
    assert records[0].image_size == (96, 72)
    assert np.ptp(records[0].keypoints[..., 0]) > 0                     # not one point for all joints
    assert predicted_keypoints(load_config(overrides=[*action_overrides, 'STREAM', 'b']), RUNTIME) == file
    assert file.stat().st_mtime_ns == stamp
    assert predicted_keypoints(load_config(overrides=[*action_overrides, 'BBOX_SCALE', '2']), RUNTIME) != file


def test_only_skeleton_runs_that_name_a_checkpoint_have_them(tiny_overrides, tiny_of):
    assert predicted_keypoints(load_config(overrides=tiny_overrides), RUNTIME) is None
    assert predicted_keypoints(load_config(overrides=tiny_of('TRAIN.MODE', 'action')), RUNTIME) is None


def test_another_pose_network_is_refused(action_overrides):
    with pytest.raises(ValueError, match='lacks weights of a lite-hrnet-30'):
        predicted_keypoints(load_config(overrides=[*action_overrides, 'BACKBONE', 'lite-hrnet-30']), RUNTIME)
