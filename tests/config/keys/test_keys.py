"""The declaration of keys is consistent with itself."""

import pytest

from core.config import KEYS, default_config
from core.config.values import checked


@pytest.mark.parametrize('name', KEYS)
def test_default_satisfies_its_own_rule_and_is_explained(name):
    key = KEYS[name]
    assert checked(name, key.default) == key.default
    assert len(key.help) > 10


def test_defaults_are_copied():
    default_config().GPUS.append(7)
    assert default_config().GPUS == [0]


@pytest.mark.parametrize('name', ['DATA_DIR', 'GPUS', 'PRETRAINED', 'MODEL.MULTI_FUSE', 'TRAIN.EVAL_MODE',
                                  'TRAIN.END_EPOCH', 'BATCH_PER_GPU', 'DATASET.CLIP_SIZE', 'MODEL.IMAGE_SIZE',
                                  'LOSS.RATIO'])
def test_published_names_are_kept(name):
    assert name in KEYS
