"""Normalization of the input joints."""

import pytest
import torch
from torch import nn

from core.models.skeleton.norm import JointNorm, joint_norm


@pytest.mark.parametrize('persons', [None, 2])
def test_every_joint_and_channel_is_normalized_by_itself(persons):
    norm = JointNorm(5, 3, persons)
    x = torch.randn(4, 2, 6, 5, 3) * torch.arange(1.0, 4) + torch.randn(2, 1, 5, 3)
    axes = (0, 2) if persons else (0, 1, 2)
    wanted = (x - x.mean(axes, keepdim=True)) / (x.var(axes, unbiased=False, keepdim=True) + norm.eps).sqrt()
    torch.testing.assert_close(norm(x), wanted)
    assert norm.num_features == 5 * 3 * (persons or 1)


def test_parameters_are_ordered_as_in_the_official_code():
    norm = JointNorm(5, 3, 2).eval()
    with torch.no_grad():
        norm.bias.copy_(torch.arange(30))
    torch.testing.assert_close(norm(torch.zeros(1, 2, 1, 5, 3)).flatten(), torch.arange(30.0))


def test_types():
    assert isinstance(joint_norm(None, 5, 3, 2), nn.Identity)
    assert [joint_norm(kind, 5, 3, 2).num_features for kind in ('VC', 'MVC')] == [15, 30]
    with pytest.raises(ValueError, match='data_bn_type'):
        joint_norm('VCM', 5, 3, 2)
