"""Learning rates, weight decay and schedules."""

import pytest
import torch
from torch import nn

from core.engine.optim import build_optimizer, build_scheduler, parameter_groups


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.pose = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
        self.skeleton = nn.Linear(2, 2)
        self.frozen = nn.Linear(2, 2).requires_grad_(False)


def test_groups_hold_every_trainable_parameter_once():
    model = Model()
    grouped = [parameter for group in parameter_groups(model, 0.1, 0.5, 0.01) for parameter in group['params']]
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    assert {id(parameter) for parameter in grouped} == {id(parameter) for parameter in trainable}
    assert len(grouped) == len(trainable)


@pytest.mark.parametrize('schedule', ['multistep', 'cosine'])
def test_pose_rate_and_decay_of_matrices_only(schedule):
    model = Model()
    optimizer = build_optimizer(model, name='adamw', lr=0.1, pose_lr_ratio=0.5, weight_decay=0.01)
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
    optimizer = build_optimizer(Model(), lr=1.0, pose_lr_ratio=0.1)
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
