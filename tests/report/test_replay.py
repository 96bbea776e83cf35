"""The checkpoint, run once more on a few clips."""

import numpy as np
import pytest
import torch
from torch import nn

from core.config import load_config
from core.data.annotations.records import read_annotations
from core.data.build import build_data
from core.data.clips.sampling import dense_starts
from core.data.clips.scene_clips import SceneDataset
from core.data.frames.frame_folder import FrameFolder
from core.layouts import COCO17
from core.models.output import JointOutput
from core.report.build import build_replay
from core.report.replay import CropReplay, SceneReplay, watch_clips
from core.report.run import read_run
from exp import train as exp_train
from tests.conftest import NUM_FRAMES, SIZE

NAME = 'S001C001P001R001A002'


@pytest.fixture
def run(tiny_overrides, tmp_path):
    """An untrained run of the tiny data, told to test three clips of a sequence."""
    exp_train.main([*tiny_overrides, 'END_EPOCH', '0', 'TEST.NUM_CLIPS', '3', 'CLIP_SIZE', str(NUM_FRAMES)])
    return read_run(tmp_path / 'tiny')


def replay(run, names):
    return watch_clips(build_replay(run.cfg, run.folder), names)


def test_true_joints_lie_where_the_annotation_says(run):
    watched, layout = replay(run, [NAME])
    clip, record = watched[NAME], next(record for record in build_data(load_config(
        run.folder / 'config.yaml')).test.dataset.records if record.name == NAME)
    assert clip.frames.shape == (NUM_FRAMES, SIZE[1], SIZE[0], 3)
    np.testing.assert_allclose(clip.true, record.keypoints, atol=1e-3)
    person = clip.person
    assert person.p_x.shape == (NUM_FRAMES, layout.num_joints, 64) and person.attention is None
    np.testing.assert_allclose(person.p_y.sum(axis=-1), 1, atol=1e-5)
    assert person.true_bins.shape == person.joints_crop.shape == (NUM_FRAMES, layout.num_joints, 2)
    inside = np.abs(clip.predicted[0] - clip.predicted[0].mean()) < 2 * max(SIZE)
    assert inside.all()


def test_whole_frames_are_those_of_the_sequence(run):
    clip = replay(run, [NAME])[0][NAME]
    whole = build_data(run.cfg).test.dataset.frames
    size = np.array([[0, 0, *SIZE]] * NUM_FRAMES)
    views = whole.read(NAME, np.arange(NUM_FRAMES), NUM_FRAMES, size, np.ones(NUM_FRAMES))
    np.testing.assert_array_equal(clip.frames, [view.pixels[..., ::-1] for view in views])


def test_large_frames_are_shrunk_and_their_joints_with_them(run, monkeypatch):
    full = replay(run, [NAME])[0][NAME]
    monkeypatch.setattr('core.report.replay.MAX_FRAME', SIZE[0] // 2)
    half = replay(run, [NAME])[0][NAME]
    assert half.frames.shape == (NUM_FRAMES, SIZE[1] // 2, SIZE[0] // 2, 3)
    np.testing.assert_allclose(half.true, (full.true + 0.5) / 2 - 0.5, atol=1e-3)


def test_clips_that_have_gone_are_named(run):
    with pytest.raises(ValueError, match="'gone' is no longer on the test side"):
        replay(run, ['gone'])


class ActionsOnly(nn.Module):
    """A system of crops that finds no joints."""

    def forward(self, frames, person_mask, crop_to_image, image_size):
        return JointOutput(logits=torch.zeros(len(frames), 2))


def test_a_system_of_crops_without_poses_shows_the_true_joints_only(run):
    dataset = build_replay(run.cfg, run.folder).dataset
    with_poses, alone = replay(run, [NAME])[0][NAME], watch_clips(CropReplay(dataset, ActionsOnly(), 'expect'),
                                                                  [NAME])[0][NAME]
    assert alone.person is None and alone.predicted.shape == (0, *with_poses.predicted.shape[1:])
    np.testing.assert_array_equal(alone.frames, with_poses.frames)
    np.testing.assert_array_equal(alone.true, with_poses.true)


def test_scenes_show_what_was_read_and_its_joints(tiny_data):
    records = read_annotations(tiny_data / 'tiny.pkl').annotations
    dataset = SceneDataset(records, FrameFolder(tiny_data), COCO17, clip_size=3, image_size=SIZE, short_side=SIZE[1],
                           num_persons=2, frame_factor=2, training=False)
    clip = watch_clips(SceneReplay(dataset), [NAME])[0][NAME]
    record = next(record for record in records if record.name == NAME)
    assert clip.frames.shape == (3, SIZE[1], SIZE[0], 3) and clip.person is None and not len(clip.predicted)
    np.testing.assert_allclose(clip.true[0], record.keypoints[0, dense_starts(NUM_FRAMES, 5)[::2]], atol=1e-3)
    assert clip.visible[0].all() and not clip.visible[1].any()
