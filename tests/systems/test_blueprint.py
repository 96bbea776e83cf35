"""What a system that overrides nothing does: one stage, one rate, and PRETRAINED to start from."""

import pytest
import torch
from torch import nn

from core.config import load_config
from core.systems.blueprint import Blueprint, stage_of


class Plain(Blueprint):
    """A system of one layer."""

    def build(self, cfg):
        return nn.ModuleDict({'skeleton': nn.Linear(2, 2)})


def test_defaults_are_one_stage_at_one_rate():
    cfg, system = load_config(overrides=['END_EPOCH', '7', 'LR', '0.5']), Plain()
    assert (system.earlier_stages(cfg), system.num_epochs(cfg), system.learning_rate(cfg)) == ([], 7, 0.5)
    assert system.rate_factors(cfg) == {} and not system.leaves_gradients_out(cfg)
    assert system.start(system.build(cfg), cfg, []) is None


def test_pretrained_is_loaded_and_reported(tmp_path):
    system, file = Plain(), tmp_path / 'w.pth'
    cfg = load_config(overrides=['PRETRAINED', str(file)])
    model, other = system.build(cfg), system.build(cfg)
    torch.save(other.state_dict(), file)
    assert system.start(model, cfg, []).startswith(f'{file}: 2 tensors loaded, 0 missing')
    assert torch.equal(model['skeleton'].weight, other['skeleton'].weight)
    torch.save({'elsewhere': torch.ones(1)}, file)
    with pytest.raises(ValueError, match='none of the 1 tensors fits'):
        system.start(model, cfg, [])


def test_a_stage_is_a_run_of_its_own():
    cfg = load_config(overrides=['NAME', 'run'])
    stage = stage_of(cfg, 'pose', 3, 'x.pth')
    assert (stage.NAME, stage.TRAIN.MODE, stage.TRAIN.END_EPOCH, stage.PRETRAINED) == ('run_pose', 'pose', 3, 'x.pth')
    assert stage.is_frozen() and (cfg.NAME, cfg.TRAIN.MODE, cfg.PRETRAINED) == ('run', 'joint', '')
