"""When the keys of the loss, of training and of testing have an effect."""

import pytest

from core.config import KEYS, load_config
from core.config.resolve import settings_of


@pytest.mark.parametrize(('name', 'overrides', 'effect'), [
    ('LOSS.RATIO', ['MODEL.NAME', 'skelet'], True),                            # the second number scales its loss
    ('LOSS.KL_NORM', ['MODEL.NAME', 'skelet'], False), ('LOSS.KL_NORM', ['MODE', 'pose'], True),
    ('LOSS.LABEL_SMOOTHING', ['MODE', 'pose'], False), ('LOSS.LABEL_SMOOTHING', ['MODEL.NAME', 'skelet'], True),
    ('LOSS.GATE_RATIO', ['MODEL.NAME', 'integralaction'], True),
    ('LOSS.GATE_RATIO', ['MODEL.NAME', 'integralaction', 'GATE', 'false'], False),
    ('LOSS.VISUAL_RATIO', [], False), ('LOSS.VISUAL_RATIO', ['MULTI_FUSE', 'true'], True),
    ('TRAIN.POSE_SHARE', [], False), ('TRAIN.POSE_LR_RATIO', ['MODE', 'two_stage'], True),
    ('TRAIN.POSE_LR_RATIO', ['MODEL.NAME', 'integralaction'], False),
    ('TRAIN.MOMENTUM', ['OPTIMIZER', 'adamw'], False), ('TRAIN.MOMENTUM', ['OPTIMIZER', 'momentum'], True),
    ('TRAIN.LR_STEP', ['SCHEDULER', 'cosine'], False), ('TRAIN.MIN_LR', ['SCHEDULER', 'cosine'], True),
    ('TEST.DECODE', ['MODEL.NAME', 'skelet'], False), ('TEST.PICTURES', ['MODEL.NAME', 'integralaction'], False),
])
def test_effect(name, overrides, effect):
    assert KEYS[name].of.holds(settings_of(load_config(overrides=overrides))) is effect
