"""Predicted keypoints: those of the checkpoint, computed once, kept apart by what they depend on."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.config import load_config, resolve_path
from core.data.annotations.records import read_annotations
from core.data.annotations.skeletons import read_skeletons
from core.data.build import build_clips
from core.data.frames.frame_folder import FrameFolder
from core.engine.runtime import Runtime
from core.engine.training.build import predicted_keypoints
from core.engine.training.pose_keypoints import WholeSequences, predict_entries, write_predicted
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


@pytest.fixture
def tiny_clips(action_overrides):
    """A pose model, test clips of all tiny sequences, and their annotation file."""
    cfg = load_config(overrides=[*action_overrides[:-4], 'TRAIN.MODE', 'pose'])
    torch.manual_seed(0)
    file = read_annotations(resolve_path(cfg.DATA_DIR) / cfg.DATASET.ANNOTATIONS)
    dataset = build_clips(cfg, file.annotations, FrameFolder(cfg.DATA_DIR), False)
    return build_model(cfg), dataset, file


def test_a_whole_sequence_is_every_frame_in_order(tiny_clips):
    _, dataset, _ = tiny_clips
    clip, record = WholeSequences(dataset, [5, 3])[1], dataset.records[3]
    assert clip.frames.shape[1] == record.total_frames and int(clip.label) == record.label
    np.testing.assert_allclose(clip.keypoints_image[0], record.keypoints[0], atol=1e-4)


def test_every_process_predicts_its_share_and_the_main_one_joins_them(tiny_clips, tmp_path):
    model, dataset, annotated = tiny_clips
    for rank in (1, 0):                                     # the main process comes last, as behind the barrier
        write_predicted(tmp_path / 'two.pkl', model, dataset, annotated,
                        Runtime(torch.device('cpu'), rank=rank, world_size=2), decode='expect')
    write_predicted(tmp_path / 'one.pkl', model, dataset, annotated, RUNTIME, decode='expect')
    one, two = (read_skeletons(tmp_path / name, 17).annotations for name in ('one.pkl', 'two.pkl'))
    assert [record.name for record in one] == [record.name for record in two] == [
        record.name for record in annotated.annotations]
    assert all(np.array_equal(mine.keypoints, theirs.keypoints) for mine, theirs in zip(one, two, strict=True))
    assert sorted(file.name for file in tmp_path.glob('*.p*')) == ['one.pkl', 'pose.pth', 'two.pkl']


def test_entries_are_those_of_the_chosen_records(tiny_clips):
    model, dataset, _ = tiny_clips
    entries = list(predict_entries(model, dataset, [4, 2], decode='argmax', device=torch.device('cpu'), show=False))
    assert [entry['frame_dir'] for entry in entries] == [dataset.records[4].name, dataset.records[2].name]
