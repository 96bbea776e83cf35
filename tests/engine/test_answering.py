"""What a configuration says of testing reaches the answers."""

import pytest

from core.config import load_config
from core.engine import answering
from core.layouts import COCO17


@pytest.mark.parametrize(('flip', 'order'), [('True', COCO17.flip_order), ('False', ())])
def test_settings_of_testing_are_used(monkeypatch, flip, order):
    monkeypatch.setattr(answering, 'predict', lambda model, batches, runtime, **settings: settings)
    cfg = load_config(overrides=['TEST.NUM_CLIPS', '3', 'TEST.FLIP', flip, 'TEST.DECODE', 'argmax', 'MODEL.SIGMA', '2',
                                 'SIMDR_SPLIT_RATIO', '3', 'TRAIN.AMP', 'bf16'])
    settings = answering.predict_as_tested(cfg, None, (), None)
    assert settings == {'split_ratio': 3, 'sigma': 2, 'decode': 'argmax', 'amp': 'bf16', 'views': (3, order)}
