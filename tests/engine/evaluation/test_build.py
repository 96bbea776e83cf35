"""From configuration to how a run is tested."""

import pytest

from core.config import load_config
from core.engine.evaluation.build import build_evaluation
from core.layouts import COCO17


@pytest.mark.parametrize(('flip', 'order'), [('True', COCO17.flip_order), ('False', ())])
def test_settings_of_testing_are_used(flip, order):
    cfg = load_config(overrides=['TEST.NUM_CLIPS', '3', 'TEST.FLIP', flip, 'TEST.DECODE', 'argmax', 'TRAIN.AMP',
                                 'bf16'])
    assert build_evaluation(cfg) == ((3, order), 'argmax', 'bf16')
