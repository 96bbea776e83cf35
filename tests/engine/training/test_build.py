"""From configuration to trainer."""

import pytest
import torch
from torch import nn

from core.config import load_config
from core.engine.runtime import Runtime
from core.engine.training.build import (
    build_criterion,
    build_optimizer,
    build_scheduler,
    build_trainer,
    parameter_groups,
)

RUNTIME = Runtime(torch.device('cpu'))

SMALL = ['IMAGE_SIZE', '[32,32]', 'CLIP_SIZE', '2', 'NUM_ACTION', '3']


def test_settings_reach_the_trainer():
    cfg = load_config(overrides=[*SMALL, 'OPTIMIZER', 'sgd', 'LR', '0.1', 'POSE_LR_RATIO', '0.5', 'EMA_DECAY', '0.9',
                                 'CLIP_GRAD', '2', 'TRAIN.AMP', 'bf16'])
    trainer = build_trainer(cfg, RUNTIME, steps_per_epoch=3)
    assert isinstance(trainer.optimizer, torch.optim.SGD)
    assert {round(group['lr'], 6) for group in trainer.optimizer.param_groups} == {0.05, 0.1}
    assert (trainer.clip_grad, trainer.amp, trainer.scaler.is_enabled()) == (2.0, 'bf16', False)
    assert trainer.averaged_model() is trainer.ema.module


def test_seed_decides_the_weights():
    first, second, other = (
        build_trainer(load_config(overrides=[*SMALL, 'SEED', seed]), RUNTIME, 1).model.skeleton.head.fc_cls.weight
        for seed in ('1', '1', '2'))
    assert torch.equal(first, second) and not torch.equal(first, other)


def test_pretrained_is_loaded_and_reported(tmp_path, capsys):
    cfg = load_config(overrides=SMALL)
    weights = build_trainer(cfg, RUNTIME, 1).model.state_dict()
    torch.save({'model': weights}, tmp_path / 'w.pth')
    other = load_config(overrides=[*SMALL, 'SEED', '5', 'PRETRAINED', str(tmp_path / 'w.pth')])
    loaded = build_trainer(other, RUNTIME, 1).model.state_dict()
    assert '0 missing' in capsys.readouterr().out
    assert all(torch.equal(value, loaded[name]) for name, value in weights.items())


@pytest.mark.parametrize('reduction', ['sum', 'upstream'])
def test_loss_settings_reach_the_criterion(reduction):
    criterion = build_criterion(load_config(overrides=['KL_REDUCTION', reduction, 'LOSS.RATIO', '[2,3]']), None)
    assert criterion.ratio == (2.0, 3.0)
    assert criterion.kl['reduction'] == reduction


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.pose = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
        self.skeleton = nn.Linear(2, 2)
        self.frozen = nn.Linear(2, 2).requires_grad_(False)


def test_groups_hold_every_trainable_parameter_once():
    model = Model()
    groups = parameter_groups(model, 0.1, {'pose.': 0.5}, 0.01)
    grouped = [parameter for group in groups for parameter in group['params']]
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    assert {id(parameter) for parameter in grouped} == {id(parameter) for parameter in trainable}
    assert len(grouped) == len(trainable)


@pytest.mark.parametrize('schedule', ['multistep', 'cosine'])
def test_pose_rate_and_decay_of_matrices_only(schedule):
    model = Model()
    optimizer = build_optimizer(model, name='adamw', lr=0.1, factors={'pose.': 0.5}, weight_decay=0.01)
    build_scheduler(optimizer, name=schedule, epochs=2, steps_per_epoch=2)
    for group in optimizer.param_groups:
        for parameter in group['params']:
            in_pose = any(parameter is own for own in model.pose.parameters())
            assert group['lr'] == pytest.approx(0.05 if in_pose else 0.1)
            assert group['weight_decay'] == (0.01 if parameter.ndim > 1 else 0.0)


@pytest.mark.parametrize(('name', 'kind'), [('adam', torch.optim.Adam), ('adamw', torch.optim.AdamW),
                                            ('sgd', torch.optim.SGD)])
def test_optimizers_by_name(name, kind):
    assert isinstance(build_optimizer(Model(), name=name), kind)


def rates(name, steps=8, **settings):
    optimizer = build_optimizer(Model(), lr=1.0, factors={'pose.': 0.1})
    scheduler = build_scheduler(optimizer, name=name, epochs=4, steps_per_epoch=2, **settings)
    found = []
    for step in range(1, steps + 1):
        found.append({round(group['lr'], 6) for group in optimizer.param_groups})
        scheduler.step_update(step)
    return found


def test_multistep_falls_at_its_epochs_and_keeps_the_ratio():
    """timm lets a milestone act one update early."""
    found = rates('multistep', milestones=(1, 3), factor=0.5)
    assert [max(rate) for rate in found] == [1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]
    assert all(min(rate) == pytest.approx(0.1 * max(rate)) for rate in found)


def test_cosine_warms_up_and_falls_to_the_end():
    found = [max(rate) for rate in rates('cosine', warmup_epochs=1)]
    assert found[0] == 0 and found[1] == pytest.approx(0.5)
    assert max(found) == found[2] and found[-1] < 0.1 and found[2:] == sorted(found[2:], reverse=True)
