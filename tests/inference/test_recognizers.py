import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch

from core.inference import recognizers
from core.inference.crop_plan import cut_crops, plan_crops, view_of
from core.inference.follow import follow_people
from core.inference.recognizers import CheckpointClips, ExportedClips, load_clip_recognizer, recognize_clips
from core.inference.windows import cut_windows

VISUAL = ('MULTI_FUSE', 'True', 'VISUAL.DIM', '16', 'VISUAL.LAYERS', '1', 'VISUAL.T_STRIDE', '2')
SIZE = (160, 120)


class WholeClips:
    """Answers whole clips as an exported file does."""

    part = 'joint'

    def __init__(self, recognizer):
        self.model, self.cfg, self.class_names = recognizer

    @torch.no_grad()
    def run(self, frames, person_mask, crop_to_image, image_size):
        values = (torch.from_numpy(array) for array in (frames, person_mask, crop_to_image, image_size))
        return {'logits': self.model(*values).logits.numpy()}


@pytest.fixture
def scene(walking, estimator):
    """Frames in which two people walk, the people, and the frames of their clips."""
    frames = walking(40, persons=2, step=1)
    frames[:6, :, 55:] = 0                                          # the second comes later
    people = follow_people(frames, estimator, 10)
    return frames, people, [person.first + cut_windows(len(person.keypoints), 4, 10.0, None).times
                            for person in people]


@pytest.mark.parametrize('overrides', [(), ('NUM_PERSONS', '2'), ('BBOX_MODE', '1-frame+', 'NUM_PERSONS', '2', *VISUAL),
                                       ('MULTI_FUSE', 'True', 'VISUAL.NAME', 'late_conv', 'NUM_PERSONS', '2')])
def test_clips_of_shared_crops_answer_as_whole_clips(scene, make_recognizer, monkeypatch, overrides):
    monkeypatch.setattr(recognizers, 'CLIPS_AT_ONCE', 3)            # crops are carried over from batch to batch
    monkeypatch.setattr(recognizers, 'CROPS_AT_ONCE', 5)
    frames, people, clips = scene
    recognizer = make_recognizer(*overrides)
    view = view_of(recognizer.cfg)
    plan = plan_crops(people, clips, view, SIZE)
    answers = [recognize_clips(way, plan, cut_crops(frames, plan, view.image_size), SIZE)
               for way in (CheckpointClips(recognizer), ExportedClips(WholeClips(recognizer)))]
    crops = np.stack(list(cut_crops(frames, plan, view.image_size)))
    to_image = plan.to_image[plan.index].astype(np.float32)
    inputs = crops[plan.index], plan.mask, to_image, np.float32([SIZE] * len(plan.mask))
    with torch.no_grad():
        whole = recognizer.model(*(torch.from_numpy(values) for values in inputs)).logits.softmax(-1).numpy()
    np.testing.assert_allclose(answers[0], whole, atol=1e-5)
    np.testing.assert_allclose(answers[1], whole, atol=1e-5)
    assert np.ptp(whole, axis=0).max() > 1e-3                       # or any answer would do
    assert len(plan.mask) == sum(map(len, clips)) > 6


def test_the_backbone_sees_every_frame_once(scene, make_recognizer, monkeypatch):
    frames, people, clips = scene
    recognizer = make_recognizer('BBOX_MODE', '1-frame')
    seen = []
    recognizer.model.pose.register_forward_hook(lambda pose, inputs, output: seen.append(len(inputs[0])))
    plan = plan_crops(people[:1], clips[:1], view_of(recognizer.cfg), SIZE)
    recognize_clips(CheckpointClips(recognizer), plan, cut_crops(frames, plan, (32, 32)), SIZE)
    assert sum(seen) == len(np.unique(clips[0])) < clips[0].size / 2


def test_an_exported_file_must_be_of_the_whole_model(tmp_path, make_recognizer, monkeypatch):
    runtime = ModuleType('core.inference.exported')
    monkeypatch.setitem(sys.modules, 'core.inference.exported', runtime)
    runtime.OnnxModel = lambda file: WholeClips(make_recognizer())
    assert load_clip_recognizer(tmp_path / 'joint.onnx').class_names == ('sit', 'stand', 'walk')
    runtime.OnnxModel = lambda file: SimpleNamespace(part='pose')
    with pytest.raises(ValueError, match='holds the part pose.*--part joint'):
        load_clip_recognizer(tmp_path / 'pose.onnx')
