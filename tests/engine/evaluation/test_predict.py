"""What a model answers about batches, and the figure that chooses the best weights."""

from unittest.mock import Mock

import numpy as np
import pytest
import torch
from torch import nn

from core.config import load_config
from core.data.clips.person_clips import Clip
from core.engine.evaluation import predict as answering
from core.engine.evaluation.predict import apply_affine, predict
from core.engine.evaluation.views import Views
from core.engine.runs.run_log import RunLogger
from core.engine.runtime import Runtime
from core.engine.training.loop import validate
from core.layouts import COCO17
from core.losses.joint_loss import JointLoss
from core.models.output import JointOutput
from core.models.pose.simcc import encode_simcc

CPU = Runtime(torch.device('cpu'))


class LeftHalf(nn.Module):
    """Three classes, told by the color of the left half of all crops of a clip."""

    def forward(self, frames, person_mask, crop_to_image, image_size):
        return JointOutput(logits=frames[..., :frames.shape[-2] // 2, :].float().mean((1, 2, 3, 4)))


def make_batch(index, frames):
    """Clips (B, 1, T, 4, 6, 3) without joints."""
    count, times = len(index), frames.shape[2]
    joints = torch.zeros(count, 1, times, 17, 2)
    return Clip(frames, joints, joints[..., 0], joints, torch.eye(2, 3).expand(count, 1, times, 2, 3),
                torch.full((count, 2), 9.0), torch.ones(count, 1), torch.zeros(count, dtype=torch.int64),
                torch.tensor(index))


def test_answers_are_in_the_order_of_the_dataset():
    frames = torch.rand(3, 1, 2, 4, 6, 3)
    found = predict(LeftHalf(), [make_batch([2, 0], frames[[2, 0]]), make_batch([1], frames[1:2])], CPU)
    assert found.index.tolist() == [0, 1, 2] and found.pose is None
    np.testing.assert_allclose(found.probabilities, LeftHalf()(frames, *[None] * 3).logits.softmax(-1), rtol=1e-5)


def test_clips_and_mirror_images_are_averaged():
    frames = 9 * torch.rand(2, 1, 6, 4, 6, 3)
    views = [half.mean((1, 2, 3, 4)).softmax(-1) for clip in frames.split(2, dim=2)
             for half in (clip[..., :3, :], clip[..., 3:, :])]
    found = predict(LeftHalf(), [make_batch([0, 1], frames)], CPU, views=Views(3, COCO17.flip_order))
    np.testing.assert_allclose(found.probabilities, sum(views) / 6, rtol=1e-5)
    found = predict(LeftHalf(), [make_batch([0, 1], frames)], CPU, views=Views(3))
    np.testing.assert_allclose(found.probabilities, sum(views[::2]) / 3, rtol=1e-5)


@pytest.mark.parametrize('split_ratio', [1.0, 2.0])
def test_validation_reads_the_bins_as_the_loss_draws_them(split_ratio, tmp_path):
    size, truth = (32, 64), torch.rand(2, 1, 3, 17, 2) * torch.tensor([20., 40.]) + 6
    ones = torch.ones(2, 1, 3, 17)
    clip = Clip(torch.zeros(2, 1, 3, 64, 32, 3), truth, ones, truth, torch.eye(2, 3).expand(2, 1, 3, 2, 3),
                torch.tensor([size] * 2), torch.ones(2, 1), torch.zeros(2), torch.arange(2))
    target = encode_simcc(truth.flatten(0, 2), ones.flatten(0, 2), image_size=size, split_ratio=split_ratio, sigma=2.0)
    x, y = (axis.clamp(min=1e-9).log().view(2, 1, 3, 17, -1) for axis in target[:2])
    model = Mock(return_value=JointOutput(x, y))
    trainer = Mock(amp='none', step=0, criterion=JointLoss(image_size=size, split_ratio=split_ratio, sigma=2.0))
    trainer.averaged_model.return_value = model
    score = validate(trainer, [clip], COCO17, 0, CPU, RunLogger(tmp_path, enabled=False))
    assert score == pytest.approx(100)


def test_affine_maps_points():
    affine = torch.tensor([[2., 0, 1], [0, 3, -1]])
    assert apply_affine(affine, torch.tensor([[1., 1.], [0., 2.]])).tolist() == [[3, 2], [1, 5]]


@pytest.mark.parametrize(('flip', 'order'), [('True', COCO17.flip_order), ('False', ())])
def test_settings_of_testing_are_used(monkeypatch, flip, order):
    monkeypatch.setattr(answering, 'predict', lambda model, batches, runtime, **settings: settings)
    cfg = load_config(overrides=['TEST.NUM_CLIPS', '3', 'TEST.FLIP', flip, 'TEST.DECODE', 'argmax', 'MODEL.SIGMA', '2',
                                 'SIMDR_SPLIT_RATIO', '3', 'TRAIN.AMP', 'bf16'])
    settings = answering.predict_as_tested(cfg, None, (), None)
    assert settings == {'split_ratio': 3, 'sigma': 2, 'decode': 'argmax', 'amp': 'bf16', 'views': (3, order)}
