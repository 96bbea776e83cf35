"""From configuration to trainer."""

import pytest
import torch

from core.config import load_config
from core.engine.build import build_criterion, build_trainer
from core.engine.runtime import Runtime

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
    criterion = build_criterion(load_config(overrides=['KL_REDUCTION', reduction, 'LOSS.RATIO', '[2,3]']))
    assert criterion.ratio == (2.0, 3.0)
    assert criterion.kl['reduction'] == reduction
