"""From a video file to a label."""

import numpy as np
import pytest

from core.data.annotations.records import Annotation
from core.data.frames.video import write_video
from core.inference.exported import ExportedModel
from tests.export.conftest import files, make_recognizer, recognizer
from tools.benchmarks.export_video import STEPS, Stopwatch, crop_video, label_video, record_of

__all__ = ['files', 'make_recognizer', 'recognizer']      # fixtures

FRAMES, SIZE = 6, (80, 60)


@pytest.fixture
def video(tmp_path):
    """A white square at the right on black."""
    frames = np.zeros((FRAMES, SIZE[1], SIZE[0], 3), np.uint8)
    frames[:, 20:40, 50:70] = 255
    write_video(tmp_path / 'S001_rgb.avi', frames)
    return tmp_path / 'S001_rgb.avi'


@pytest.fixture
def record():
    """A person around that square, in pixels of a picture twice as large."""
    corners = np.array([(100, 40), (140, 80)], np.float32)
    keypoints = np.tile(corners[np.arange(17) % 2], (1, FRAMES, 1, 1))
    return Annotation('S001', 0, FRAMES, (160, 120), keypoints, np.ones((1, FRAMES, 17)))


def test_every_frame_is_cropped_around_the_person(video, record, make_recognizer):
    crops = crop_video(video, record, make_recognizer('NUM_PERSONS', '2').view, Stopwatch())
    assert crops.frames.shape == (2, FRAMES, 64, 32, 3) and crops.person_mask.tolist() == [1, 0]
    assert crops.frames[0, :, 28:36, 12:20].min() > 200 and crops.frames[0, :, 0].max() < 60
    center = crops.crop_to_image[0, 0] @ np.array([16, 32, 1])
    assert center == pytest.approx([60, 30], abs=0.5)
    assert crops.image_size.tolist() == [80, 60]


def test_a_video_gets_the_class_of_its_clip(video, record, files, recognizer):
    pose, action = (ExportedModel(files[part]) for part in ('pose', 'action'))
    label, spent = label_video(video, record, pose, action)
    crops = crop_video(video, record, recognizer.view, Stopwatch())
    chosen = [0, 2, 3, 5]                                                # the middles of four parts of six frames
    logits = ExportedModel(files['joint']).run(
        frames=crops.frames[None, :, chosen], person_mask=crops.person_mask[None],
        crop_to_image=crops.crop_to_image[None, :, chosen], image_size=crops.image_size[None])['logits']
    assert label == logits.argmax()
    assert tuple(spent) == STEPS and min(spent.values()) > 0


def test_the_record_is_that_with_the_longest_name(tiny_data, tmp_path):
    name = 'S001C001P001R001A001'
    assert record_of(tmp_path / f'{name}_rgb.avi', tiny_data / 'tiny.pkl').name == name
    with pytest.raises(ValueError, match='no record'):
        record_of(tmp_path / 'other.avi', tiny_data / 'tiny.pkl')
