import sys
from types import SimpleNamespace

import pytest

from core.people.estimators import POSES, build_estimator

MODULES = {'blazepose': ('core.people.blazepose', 'BlazePose'),
           'torchvision': ('core.people.keypoint_rcnn', 'KeypointRCNN'),
           'checkpoint': ('core.people.build', 'load_own_network')}


@pytest.fixture(autouse=True)
def estimators(monkeypatch):
    """Stand-ins for the three estimators, which note what they are built with."""
    for module, name in MODULES.values():
        monkeypatch.setitem(sys.modules, module, SimpleNamespace(**{name: lambda *args, name=name: [name, *args]}))
    build_estimator.cache_clear()
    yield
    build_estimator.cache_clear()


def test_every_name_builds_its_estimator(tmp_path):
    built = {pose: build_estimator(pose, tmp_path) for pose in POSES}
    assert built == {'blazepose': ['BlazePose'], 'torchvision': ['KeypointRCNN'],
                     'checkpoint': ['load_own_network', tmp_path]}


def test_the_last_estimator_is_kept_until_another_is_asked_for(tmp_path):
    first = build_estimator('blazepose', None)
    assert build_estimator('blazepose', None) is first
    build_estimator('checkpoint', tmp_path)
    assert build_estimator('blazepose', None) is not first


def test_an_own_network_needs_its_file():
    with pytest.raises(ValueError, match="pose estimator 'checkpoint' needs a checkpoint"):
        build_estimator('checkpoint', None)
