"""The table of systems, and what a configuration makes of MODEL.NAME and TRAIN.MODE."""

from __future__ import annotations

from importlib import import_module

import pytest

from core.config import load_config
from core.config.systems import ABILITIES, SYSTEMS, abilities, require, settle_system
from core.data.build import DATASETS
from core.systems.blueprint import Blueprint


@pytest.mark.parametrize('name', SYSTEMS)
def test_every_system_has_a_blueprint_a_dataset_and_known_abilities(name):
    module, blueprint = SYSTEMS[name].blueprint.split(':')
    assert issubclass(getattr(import_module(module), blueprint), Blueprint)
    assert SYSTEMS[name].clips in DATASETS and SYSTEMS[name].modes
    assert set(SYSTEMS[name].abilities) <= set(ABILITIES)


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


def test_what_a_system_cannot_do_is_refused_and_who_can_is_named():
    require('stream', 'joint', 'two_stage', 'the run')
    with pytest.raises(ValueError, match='the run is of MODEL.NAME skelet, TRAIN.MODE action, which cannot label a '
                                         'video frame by frame; name one of a system that can: joint$'):
        require('stream', 'skelet', 'action', 'the run')


def test_a_pose_network_alone_finds_joints_and_nothing_else():
    assert abilities('joint', 'pose') == ('pose',) and 'action' in abilities('joint', 'joint')
    with pytest.raises(ValueError, match='cannot recognize actions; .* in another mode than pose$'):
        require('action', 'joint', 'pose', 'the run')
