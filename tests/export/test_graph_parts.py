"""The two parts in a row are the model, whatever the order of channels in memory."""

import numpy as np
import pytest
import torch

from core.export.check import part_inputs, random_clips
from core.export.graph_parts import ClipPart, CropPart, channels_first, example_clips, example_crops


@pytest.mark.parametrize('overrides', [
    (), ('NUM_PERSONS', '2'), ('NUM_PERSONS', '2', 'MULTI_FUSE', 'true'),
    ('MULTI_FUSE', 'true', 'VISUAL.NAME', 'late_conv', 'NUM_PERSONS', '2')])
@torch.no_grad()
def test_parts_in_a_row_answer_as_the_model(make_recognizer, overrides):
    recognizer = make_recognizer(*overrides)
    model, clips = recognizer.model, random_clips(recognizer, 3, np.random.default_rng(0))
    wanted = model(*clips)
    assert wanted.logits.std() > 0.01
    simcc_x, simcc_y, *seen = CropPart(channels_first(model))(**part_inputs(model, 'pose', clips))
    batch = clips[0].shape[:3]
    pose, *kept = (values.unflatten(0, batch) for values in seen)
    logits = ClipPart(channels_first(model))(pose, clips[1], *kept)
    present = clips[1] > 0
    for found, known in ((logits, wanted.logits), (simcc_x.unflatten(0, batch)[present], wanted.simcc_x[present])):
        assert (found - known).abs().max() < 1e-4 * known.abs().max()


def test_channels_first_leaves_the_model_alone_and_its_frames_equal(recognizer):
    copy = channels_first(recognizer.model)
    frames = torch.randint(0, 256, (2, 64, 32, 3), dtype=torch.uint8)
    assert copy.normalize(frames).is_contiguous()
    assert torch.equal(copy.normalize(frames), recognizer.model.normalize(frames))
    assert not recognizer.model.normalize(frames).is_contiguous()


@torch.no_grad()
def test_examples_fit_the_parts(recognizer):
    answers = CropPart(recognizer.model)(*example_crops((32, 64)))
    clips = example_clips(answers, persons=1, clip_size=4)
    assert ClipPart(recognizer.model)(*clips).shape == (3, 3)
