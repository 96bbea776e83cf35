"""The table of systems, and what a configuration makes of MODEL.NAME and TRAIN.MODE."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from core.config import load_config
from core.config.systems import SYSTEMS, settle_system
from core.data.build import DATASETS


@pytest.mark.parametrize('name', SYSTEMS)
def test_every_system_has_a_builder_and_a_dataset(name):
    module, function = SYSTEMS[name].builder.split(':')
    assert find_spec(module) and function == 'build'
    assert SYSTEMS[name].reads in DATASETS and SYSTEMS[name].modes


@pytest.mark.parametrize(('name', 'mode', 'settled'), [
    ('joint', '', ('joint', 'joint')), ('joint', 'two_stage', ('joint', 'two_stage')),
    ('joint', 'action', ('skeleton', 'action')), ('skeleton', '', ('skeleton', 'action')),
    ('integralaction', '', ('integralaction', 'rgb+pose')),
    ('integralaction', 'rgb_only', ('integralaction', 'rgb_only')),
])
def test_the_usual_mode_of_a_system(name, mode, settled):
    assert settle_system(name, mode) == settled
    cfg = load_config(overrides=['MODEL.NAME', name, 'MODE', mode])
    assert (cfg.MODEL.NAME, cfg.TRAIN.MODE) == settled


def test_a_mode_of_another_system_is_refused():
    with pytest.raises(ValueError, match='TRAIN.MODE is rgb_only but MODEL.NAME posec3d has only action'):
        load_config(overrides=['MODEL.NAME', 'posec3d', 'MODE', 'rgb_only'])
