"""The skeleton network of a configuration, with and without Instance Pooling."""

from __future__ import annotations

import pytest
import torch

from core.config import load_config
from core.models.skeleton.recognizer import PooledRecognizer
from core.systems.skeleton import Skeleton

KEYS = ['MODEL.NAME', 'skeleton', 'SKELETON.NAME', 'stgcnpp', 'NUM_ACTION', '4', 'NUM_PERSONS', '3']


@pytest.mark.parametrize('pooled', [False, True])
def test_persons_are_merged_where_the_configuration_says_so(pooled):
    model = Skeleton().build(load_config(overrides=[*KEYS, 'INSTANCE_POOLING', str(pooled)])).eval()
    assert isinstance(model.skeleton, PooledRecognizer) == pooled
    features, mask = torch.randn(2, 3, 8, 17, 3), torch.tensor([[1., 1., 1.], [1., 0., 0.]])
    assert model.skeleton.features(features, mask)[0].shape[1] == (1 if pooled else 3)
    assert model(features, mask).logits.shape == (2, 4)
