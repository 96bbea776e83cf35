"""The checkpoint, run once more on a few clips."""

import numpy as np
import pytest

from core.config import load_config
from core.data.build import build_data
from core.report.run import read_run
from core.report.watching import watch_clips
from exp import train as exp_train
from tests.conftest import NUM_FRAMES, SIZE

NAME = 'S001C001P001R001A002'


@pytest.fixture
def run(tiny_overrides, tmp_path):
    """An untrained run of the tiny data, told to test three clips of a sequence."""
    exp_train.main([*tiny_overrides, 'END_EPOCH', '0', 'TEST.NUM_CLIPS', '3', 'CLIP_SIZE', str(NUM_FRAMES)])
    return read_run(tmp_path / 'tiny')


def test_true_joints_lie_where_the_annotation_says(run):
    watched, layout = watch_clips(run, [NAME])
    clip, record = watched[NAME], next(record for record in build_data(load_config(
        run.folder / 'config.yaml')).test.dataset.records if record.name == NAME)
    assert clip.frames.shape == (NUM_FRAMES, SIZE[1], SIZE[0], 3)
    np.testing.assert_allclose(clip.true, record.keypoints, atol=1e-3)
    assert clip.p_x.shape == (NUM_FRAMES, layout.num_joints, 64) and clip.attention is None
    np.testing.assert_allclose(clip.p_y.sum(axis=-1), 1, atol=1e-5)
    assert clip.true_bins.shape == clip.joints_crop.shape == (NUM_FRAMES, layout.num_joints, 2)
    inside = np.abs(clip.predicted[0] - clip.predicted[0].mean()) < 2 * max(SIZE)
    assert inside.all()


def test_whole_frames_are_those_of_the_sequence(run):
    clip = watch_clips(run, [NAME])[0][NAME]
    whole = build_data(run.cfg).test.dataset.frames
    size = np.array([[0, 0, *SIZE]] * NUM_FRAMES)
    views = whole.read(NAME, np.arange(NUM_FRAMES), NUM_FRAMES, size, np.ones(NUM_FRAMES))
    np.testing.assert_array_equal(clip.frames, [view.pixels[..., ::-1] for view in views])


def test_clips_that_have_gone_are_named(run):
    with pytest.raises(ValueError, match="'gone' is no longer on the test side"):
        watch_clips(run, ['gone'])
