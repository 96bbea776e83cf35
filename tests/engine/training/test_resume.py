"""What is saved is set again: weights, optimizer, schedule, step and random state."""

import torch

from core.config import load_config
from core.engine.runs.checkpoint import read_checkpoint
from core.engine.runtime import Runtime
from core.engine.training.build import build_trainer
from core.engine.training.resume import restore_training, save_training

RUNTIME = Runtime(torch.device('cpu'))


def make_trainer(seed):
    return build_trainer(load_config(overrides=['MODEL.NAME', 'skeleton', 'SKELETON.NAME', 'stgcnpp', 'NUM_ACTION', '3',
                                                'EMA_DECAY', '0.9', 'SEED', seed]), RUNTIME, 1)


def save(folder, trainer, **how):
    return save_training(folder, trainer, RUNTIME, config='', class_names=['a', 'b', 'c'], **how)


def test_a_restored_trainer_is_the_saved_one(tmp_path):
    trainer, other = make_trainer('1'), make_trainer('2')
    trainer.step = 7
    assert save(tmp_path, trainer, epoch=3, score=40.0, best=50.0) == 50.0
    drawn = torch.rand(3)
    assert restore_training(other, read_checkpoint(tmp_path / 'last.pth'), RUNTIME) == (3, 50.0)
    assert other.step == 7 and torch.equal(torch.rand(3), drawn)
    for part in ('model', 'ema'):
        own, restored = (getattr(one, part).state_dict() for one in (trainer, other))
        assert all(torch.equal(value, restored[name]) for name, value in own.items())


def test_only_a_score_that_is_not_lower_becomes_the_best(tmp_path):
    trainer = make_trainer('1')
    save(tmp_path, trainer, epoch=1, score=None, best=-1.0)
    assert not (tmp_path / 'best.pth').exists()
    assert save(tmp_path, trainer, epoch=2, score=10.0, best=10.0) == 10.0
    best = (tmp_path / 'best.pth').read_bytes()
    save(tmp_path, trainer, epoch=3, score=9.0, best=10.0)
    assert (tmp_path / 'best.pth').read_bytes() == best
    assert sorted(file.name for file in tmp_path.iterdir()) == ['best.pth', 'last.pth']
