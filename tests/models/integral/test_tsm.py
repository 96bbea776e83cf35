"""Temporal shift, and the ResNet that shifts."""

import pytest
import torch
from torch.nn import functional as F

from core.compat import torchvision
from core.models.integral.tsm import TSMResNet, temporal_shift


def test_shift_of_a_ramp():
    ramp = torch.arange(1.0, 5)[:, None, None, None].expand(4, 8, 2, 3)                      # frame t holds t + 1
    shifted = torch.cat([temporal_shift(clip, 4) for clip in (ramp, 10 * ramp)])
    torch.testing.assert_close(temporal_shift(torch.cat([ramp, 10 * ramp]), 4), shifted)     # clips do not mix
    by_frame = shifted[:4, :, 1, 2].T.tolist()
    assert by_frame[0:2] == [[0, 1, 2, 3]] * 2
    assert by_frame[2:4] == [[2, 3, 4, 0]] * 2
    assert by_frame[4:8] == [[1, 2, 3, 4]] * 4


@pytest.mark.parametrize('memory', [torch.channels_last, torch.contiguous_format])
def test_gradient_flows_back_the_way_the_frames_came(memory):
    x = torch.randn(6, 6, 2, 2).contiguous(memory_format=memory).requires_grad_()            # a quarter of 6 is 1
    weight = torch.randn(6, 6, 2, 2)
    shifted = temporal_shift(x, 3)
    assert shifted.is_contiguous(memory_format=torch.channels_last)
    (shifted * weight).sum().backward()
    wanted = weight.clone().unflatten(0, (2, 3))
    wanted[:, :-1, 0], wanted[:, -1, 0] = weight.unflatten(0, (2, 3))[:, 1:, 0], 0
    wanted[:, 1:, 1], wanted[:, 0, 1] = weight.unflatten(0, (2, 3))[:, :-1, 1], 0
    torch.testing.assert_close(x.grad, wanted.flatten(0, 1))


@pytest.mark.parametrize(('depth', 'channels', 'shifted'), [(18, 512, 8), (34, 512, 16), (50, 2048, 16)])
def test_names_are_torchvisions_and_every_block_shifts(depth, channels, shifted):
    network = TSMResNet(depth, num_frames=2)
    wanted = {key for key in getattr(torchvision.models, f'resnet{depth}')().state_dict() if not key.startswith('fc.')}
    assert set(network.state_dict()) == wanted and network.channels == channels
    assert sum(getattr(part, 'num_frames', 0) == 2 for part in network.modules()) == shifted
    assert network(torch.rand(4, 3, 32, 32)).shape == (4, channels, 1, 1)


def test_only_the_residual_branch_shifts():
    network = TSMResNet(18, num_frames=3, stem=False).eval()
    block, x = network.layer1[0], torch.randn(3, 64, 4, 4)
    residual = F.relu(block.bn1(F.conv2d(temporal_shift(x, 3), block.conv1.weight, padding=1)))
    torch.testing.assert_close(block(x), F.relu(x + block.bn2(block.conv2(residual))))
    assert not any(key.startswith(('conv1', 'bn1')) for key in network.state_dict())
    assert network(x).shape == (3, 512, 1, 1)


def test_other_depths_are_refused():
    with pytest.raises(ValueError, match='depth 20.*18, 34, 50, 101, 152'):
        TSMResNet(20, 8)
