"""When the keys of the data have an effect."""

import pytest

from core.config import KEYS, load_config
from core.config.resolve import settings_of

PREDICTED = ['MODEL.NAME', 'skelet', 'POSE_CHECKPOINT', 'x.pth']


@pytest.mark.parametrize(('name', 'overrides', 'effect'), [
    ('FRAMES', [], True), ('FRAMES', ['MODEL.NAME', 'skelet'], False), ('FRAMES', PREDICTED, True),
    ('FRAMES', ['MODEL.NAME', 'integralaction'], True),
    ('BBOX_SCALE', ['MODEL.NAME', 'integralaction'], False), ('BBOX_SCALE', PREDICTED, True),
    ('BOX_JITTER', ['BOX_SOURCE', 'annotation'], True),                         # training clips move their boxes, too
    ('BOX_JITTER', ['BOX_SOURCE', 'annotation', 'DATA_AUGMENTATION', 'false'], False),
    ('BOX_JITTER', [*PREDICTED, 'BOX_SOURCE', 'annotation'], False), ('BOX_JITTER', PREDICTED, True),
    ('SCALE_RANGE', PREDICTED, False), ('SCALE_RANGE', ['DATA_AUGMENTATION', 'false'], False),
    ('COLOR_JITTER', ['MODEL.NAME', 'integralaction'], True),
    ('COLOR_JITTER', ['MODEL.NAME', 'integralaction', 'MODE', 'pose_only'], False),
    ('FLIP_PROB', ['MODEL.NAME', 'posec3d'], True),
    ('NUM_S', ['EVAL_MODE', 'split:a,b'], False), ('NUM_S', ['EVAL_MODE', 'cset'], True),
    ('FRAME_STRIDE', [], False), ('FRAME_STRIDE', ['TEST_SAMPLER', 'dense'], True),
    ('HEATMAP_SIZE', ['MODEL.NAME', 'keypoint_cnn'], False), ('HEATMAP_SIZE', [], False),
    ('HEATMAP_SIZE', ['MODEL.NAME', 'keypoint_cnn', 'PREPROCESS', 'pose_compact'], True),
    ('HEATMAP_SIZE', ['SKELETON.NAME', 'posec3d', 'IMPLICIT.MODE', 'probs', 'GEOM', 'none'], True),
    ('VIEW_RANGE', ['MODEL.NAME', 'skeleton'], False),
    ('VIEW_RANGE', ['MODEL.NAME', 'skeleton', 'PREPROCESS', 'ctrgcn'], True),
])
def test_effect(name, overrides, effect):
    assert KEYS[f'DATASET.{name}'].of.holds(settings_of(load_config(overrides=overrides))) is effect
