"""When the keys of the neighboring systems have an effect."""

import pytest

from core.config import KEYS, load_config
from core.config.keys.neighbor_keys import NEIGHBOR_KEYS
from core.config.resolve import settings_of

INTEGRAL = ['MODEL.NAME', 'integralaction']


@pytest.mark.parametrize(('name', 'overrides', 'effect'), [
    ('POSEC3D.LIMBS', ['MODEL.NAME', 'posec3d'], False),
    ('POSEC3D.LIMBS', ['MODEL.NAME', 'posec3d', 'HEATMAP', 'limb'], True),
    ('POSEC3D.STAGE_BLOCKS', ['SKELETON.NAME', 'posec3d', 'IMPLICIT.MODE', 'probs', 'GEOM', 'none'], True),
    ('POSEC3D.SIGMA', ['SKELETON.NAME', 'posec3d', 'IMPLICIT.MODE', 'probs', 'GEOM', 'none'], False),
    ('INTEGRAL.RGB_DEPTH', [*INTEGRAL, 'MODE', 'pose_only'], False), ('INTEGRAL.RGB_DEPTH', INTEGRAL, True),
    ('INTEGRAL.POSE_DEPTH', [*INTEGRAL, 'MODE', 'rgb_only'], False),
    ('INTEGRAL.RESNET', INTEGRAL, True), ('INTEGRAL.RESNET', [*INTEGRAL, 'PRETRAINED', 'both.pth'], False),
    ('INTEGRAL.FRAME_FACTOR', [*INTEGRAL, 'MODE', 'rgb_only'], True),          # frames are drawn in its steps
])
def test_effect(name, overrides, effect):
    assert KEYS[f'MODEL.{name}'].of.holds(settings_of(load_config(overrides=overrides))) is effect


def test_none_of_them_belongs_to_the_joint_model_as_it_is():
    assert not [name for name, key in NEIGHBOR_KEYS.items() if key.of.holds(settings_of(load_config()))]
