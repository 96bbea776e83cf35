"""Weights to test with come from our checkpoints of the same model only."""

import pytest
import torch
from torch import nn

from core.engine.evaluation.evaluate import load_weights


def test_weights_are_set(tmp_path):
    torch.save({'model': {'weight': torch.ones(2, 2), 'bias': torch.ones(2)}, 'config': ''}, tmp_path / 'c.pth')
    model = nn.Linear(2, 2)
    load_weights(model, tmp_path / 'c.pth')
    assert model.weight.tolist() == [[1, 1], [1, 1]]


def test_another_model_is_refused_in_one_sentence(tmp_path):
    torch.save({'model': {'weight': torch.ones(3, 3)}, 'config': ''}, tmp_path / 'c.pth')
    with pytest.raises(ValueError, match='another model') as error:
        load_weights(nn.Linear(2, 2), tmp_path / 'c.pth')
    assert '\n' not in str(error.value)
