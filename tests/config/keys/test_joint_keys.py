"""When the keys of the joint system have an effect."""

import pytest

from core.config import KEYS, load_config
from core.config.resolve import settings_of

VISUAL = ['MULTI_FUSE', 'true']


@pytest.mark.parametrize(('name', 'overrides', 'effect'), [
    ('BACKBONE', ['MODEL.NAME', 'skelet'], False),
    ('BACKBONE', ['MODEL.NAME', 'skelet', 'POSE_CHECKPOINT', 'x.pth'], True), ('BACKBONE', ['MODE', 'pose'], True),
    ('MODEL.IMAGE_SIZE', ['MODEL.NAME', 'integralaction'], True), ('MODEL.IMAGE_SIZE', ['MODE', 'action'], False),
    ('MODEL.INSTANCE_POOLING', ['MODEL.NAME', 'posec3d'], False), ('MODEL.INSTANCE_POOLING', ['MODE', 'pose'], False),
    ('MODEL.TARGET_NORM', ['MODE', 'two_stage'], True), ('MODEL.NUM_PERSONS', ['MODE', 'pose'], True),
    ('MODEL.IMPLICIT.MODE', ['MODE', 'two_stage'], False), ('MODEL.IMPLICIT.GEOM', ['MODE', 'two_stage'], True),
    ('MODEL.IMPLICIT.EMBED_DIM', ['IMPLICIT.MODE', 'moments'], False), ('MODEL.IMPLICIT.EMBED_DIM', [], True),
    ('MODEL.IMPLICIT.BETA', ['IMPLICIT.MODE', 'logits'], False),
    ('MODEL.IMPLICIT.BETA', ['MODE', 'two_stage'], True),                      # it also scales the score of a peak
    ('MODEL.SKELETON.DROPOUT', ['MODEL.NAME', 'skeleton'], True), ('MODEL.SKELETON.DROPOUT', ['MODE', 'pose'], False),
    ('MODEL.EDGE_IMPORTANCE', [], False), ('MODEL.EDGE_IMPORTANCE', ['SKELETON.NAME', 'stgcn'], True),
    ('MODEL.MS.LEARN_POOL', ['MS.BRANCHES', '1'], False), ('MODEL.MS.LEARN_POOL', ['MS.BRANCHES', '2'], True),
    ('MODEL.MULTI_FUSE', ['MODE', 'two_stage'], False),
    ('MODEL.VISUAL.DROP', VISUAL, True), ('MODEL.VISUAL.DROP', [*VISUAL, 'VISUAL.NAME', 'late_conv'], False),
    ('MODEL.VISUAL.TAP_GRAD', [*VISUAL, 'VISUAL.NAME', 'late_conv'], True),
    ('MODEL.FUSE_VERSION', VISUAL, False), ('MODEL.FUSION_SG_S', VISUAL, True),
    ('MODEL.FUSION_SG_S', [*VISUAL, 'FUSION', 'prob_upstream'], False),
])
def test_effect(name, overrides, effect):
    assert KEYS[name].of.holds(settings_of(load_config(overrides=overrides))) is effect
