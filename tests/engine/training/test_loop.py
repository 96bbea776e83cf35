"""A training step: what it changes and what it does not wait for."""

import math
from unittest.mock import MagicMock, Mock

import pytest
import torch
from torch import nn

from core.data.clips.person_clips import Clip
from core.engine.runs.run_log import RunLogger
from core.engine.runtime import Runtime, autocast, to_device
from core.engine.training.build import build_optimizer, build_scheduler
from core.engine.training.loop import Trainer, train_step, validate
from core.layouts import COCO17
from core.losses.joint_loss import JointLoss
from core.models.output import JointOutput
from core.models.pose.coding import SimCCCoding


class Tiny(nn.Module):
    """A joint model's interface over one weight per output."""

    def __init__(self):
        super().__init__()
        self.x, self.y = nn.Parameter(torch.zeros(64)), nn.Parameter(torch.zeros(64))
        self.action = nn.Parameter(torch.zeros(3))

    def forward(self, frames, person_mask, crop_to_image, image_size):
        shape = (*frames.shape[:3], 17, 64)
        logits = self.action.expand(len(frames), 3)
        return JointOutput(self.x.expand(shape), self.y.expand(shape), logits, logits, None)


def make_clip():
    return Clip(torch.zeros(2, 1, 2, 32, 32, 3, dtype=torch.uint8), torch.full((2, 1, 2, 17, 2), 16.0),
                torch.ones(2, 1, 2, 17), torch.zeros(2, 1, 2, 17, 2), torch.zeros(2, 1, 2, 2, 3),
                torch.ones(2, 2), torch.ones(2, 1), torch.tensor([1, 1]), torch.tensor([0, 1]))


def make_trainer(**settings):
    torch.manual_seed(0)
    model = Tiny()
    optimizer = build_optimizer(model, lr=0.1)
    scheduler = build_scheduler(optimizer, epochs=1, steps_per_epoch=100)
    return Trainer(model, JointLoss(coding=SimCCCoding((32, 32))), optimizer, scheduler,
                   torch.amp.GradScaler('cpu', enabled=False), **settings)


def test_steps_lower_the_loss_and_count():
    trainer, clip = make_trainer(), make_clip()
    first = train_step(trainer, clip)
    for _ in range(30):
        last = train_step(trainer, clip)
    assert first['action_loss'] == pytest.approx(math.log(3), abs=1e-5)
    assert last['loss'] < first['loss'] / 2 and trainer.step == 31
    assert not any(value.requires_grad for value in last.values())


def test_gradient_clipping_bounds_the_step():
    trainer = make_trainer(clip_grad=1e-3)
    train_step(trainer, make_clip())
    norm = torch.stack([parameter.grad.norm() for parameter in trainer.model.parameters()]).norm()
    assert norm <= 1.001e-3


def test_half_precision_forward_keeps_losses_finite():
    losses = train_step(make_trainer(amp='bf16'), make_clip())
    assert all(torch.isfinite(torch.stack(tuple(losses.values()))))
    assert autocast(torch.device('cpu'), 'bf16').fast_dtype == torch.bfloat16


def test_batch_moves_as_a_whole():
    moved = to_device(make_clip(), torch.device('cpu'))
    assert isinstance(moved, Clip) and all(torch.is_tensor(value) for value in moved)


@pytest.mark.parametrize('split_ratio', [1.0, 2.0])
def test_validation_reads_the_bins_as_the_loss_draws_them(split_ratio, tmp_path):
    size, truth = (32, 64), torch.rand(2, 1, 3, 17, 2) * torch.tensor([20., 40.]) + 6
    ones = torch.ones(2, 1, 3, 17)
    clip = Clip(torch.zeros(2, 1, 3, 64, 32, 3), truth, ones, truth, torch.eye(2, 3).expand(2, 1, 3, 2, 3),
                torch.tensor([size] * 2), torch.ones(2, 1), torch.zeros(2), torch.arange(2))
    coding = SimCCCoding(size, split_ratio, sigma=2.0)
    target = coding.encode(truth.flatten(0, 2), ones.flatten(0, 2))
    x, y = (axis.clamp(min=1e-9).log().view(2, 1, 3, 17, -1) for axis in target[:2])
    model = Mock(return_value=JointOutput(x, y), coding=coding)
    trainer = Mock(amp='none', step=0)
    trainer.averaged_model.return_value = model
    batches = MagicMock(dataset=Mock(layout=COCO17))
    batches.__iter__.return_value = iter([clip])
    score = validate(trainer, batches, 0, Runtime(torch.device('cpu')), RunLogger(tmp_path, enabled=False))
    assert score == pytest.approx(100)
