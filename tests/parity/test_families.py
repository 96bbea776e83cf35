import importlib

import pytest

from core.parity.cases import loss_cases, pose_cases, simcc_cases
from core.parity.families import FAMILIES, check, find_runner
from core.parity.vector import Vector


def vector(source='', config=None):
    return Vector({'name': 'renamed', 'source': source, 'config': config or {}}, {})


@pytest.mark.parametrize(('made', 'runner'), [
    (vector(config={'type': 'TopDown', 'backbone': {'type': 'LiteHRNet'}}), pose_cases.run_lite_hrnet),
    (vector(config={'MODEL': {'NAME': 'pose_hrnet'}}), pose_cases.run_hrnet),
    (vector('core/functions/loss.py KLDiscretLoss, JointsMSELoss'), loss_cases.run),
    (vector('core/data/feeder.py Feeder._generate_sa_simdr'), simcc_cases.run),
])
def test_families_are_recognized_by_what_was_run(made, runner):
    assert find_runner(made) is runner


@pytest.mark.parametrize('made', [
    vector('pyskl', {'type': 'Recognizer2D', 'backbone': {'type': 'ResNet'}}),
    vector('pyskl', {'type': 'RecognizerGCN', 'backbone': {'type': 'AAGCN'}}), vector()])
def test_unknown_families_are_refused(made):
    with pytest.raises(ValueError, match="'renamed'.*no implemented family"):
        find_runner(made)


def test_every_runner_exists():
    for family in FAMILIES:
        module, function = family.runner.split(':')
        assert callable(getattr(importlib.import_module(module), function))


def test_an_incomplete_configuration_gives_one_sentence(unpack):
    path = unpack('end2end_losses')
    path.write_text(path.read_text().replace('"target_weight"', '"weight"'))
    with pytest.raises(ValueError, match=r"end2end_losses\.json.*incomplete.*target_weight"):
        check(path)
