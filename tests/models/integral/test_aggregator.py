"""The gate between the streams, and pose frames that outnumber the RGB frames."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.models.integral.aggregator import Aggregator, init_layers

RGB, POSE, WIDTH = 6, 4, 8


def make(**options):
    aggregator = Aggregator(RGB, POSE, WIDTH, **options).eval()
    for name, parameter in aggregator.named_parameters():   # visible numbers instead of the tiny initial ones
        nn.init.normal_(parameter, mean=float(name.endswith('conv.1.weight')))
    return aggregator


def projected(aggregator, name, x, normed):
    """ReLU(BN(Conv x)) and, if wanted, its LayerNorm, by plain matrix products."""
    conv, norm = getattr(aggregator, f'{name}_conv')[0], getattr(aggregator, f'{name}_norm')
    scale = getattr(aggregator, f'{name}_conv')[1]
    y = F.relu((x @ conv.weight[:, :, 0, 0].T + conv.bias) / (1 + scale.eps) ** 0.5 * scale.weight + scale.bias)
    return F.layer_norm(y, (WIDTH,), norm.weight.flatten(), norm.bias.flatten()) if normed else y


@pytest.mark.parametrize(('bias', 'share', 'chosen'), [(200.0, 1, 'pose'), (-200.0, 0, 'img')])
def test_an_open_gate_hands_the_pose_on_and_a_closed_one_the_picture(bias, share, chosen):
    aggregator, inputs = make(), {'img': torch.randn(2, 3, RGB), 'pose': torch.randn(2, 3, POSE)}
    nn.init.constant_(aggregator.pose_gate_fc[0].bias, bias)
    feature, gate = aggregator(*inputs.values())
    torch.testing.assert_close(gate, torch.full((2, 3, WIDTH), float(share)))
    torch.testing.assert_close(feature, projected(aggregator, chosen, inputs[chosen], normed=True))


def test_the_gate_reads_the_pose_of_each_frame():
    aggregator, rgb, pose = make(), torch.randn(2, 3, RGB), torch.randn(2, 3, POSE)
    linear = aggregator.pose_gate_fc[0]
    torch.testing.assert_close(aggregator(rgb, pose).gate, torch.sigmoid(pose @ linear.weight.T + linear.bias))
    assert torch.equal(aggregator(rgb, pose).gate, aggregator(torch.randn_like(rgb), pose).gate)


def test_without_gate_it_is_the_plain_sum():
    aggregator, rgb, pose = make(gate=False), torch.randn(1, 3, RGB), torch.randn(1, 3, POSE)
    feature, gate = aggregator(rgb, pose)
    wanted = projected(aggregator, 'img', rgb, normed=False) + projected(aggregator, 'pose', pose, normed=False)
    torch.testing.assert_close(feature, wanted)
    assert gate is None and not any('norm' in key or 'gate' in key for key in aggregator.state_dict())


@pytest.mark.parametrize(('factor', 'frames'), [(2, 4), (4, 3)])
def test_more_pose_frames_are_brought_to_those_of_the_picture(factor, frames):
    aggregator, rgb = make(frame_factor=factor), torch.randn(2, frames, RGB)
    pose = torch.randn(2, (frames - 1) * factor + 1, POSE)
    conv, norm = aggregator.pose_temporal_conv[:2]
    padded = F.pad(pose, (0, 0, 2, 2))
    taps = torch.stack([padded[:, shift:shift + factor * (frames - 1) + 1:factor] for shift in range(5)], dim=-1)
    aligned = torch.einsum('btck,dck->btd', taps, conv.weight[..., 0, 0]) + conv.bias
    aligned = F.relu(aligned / (1 + norm.eps) ** 0.5 * norm.weight + norm.bias)
    linear = aggregator.pose_gate_fc[0]
    wanted = torch.sigmoid(aligned @ linear.weight.T + linear.bias)
    torch.testing.assert_close(aggregator(rgb, pose).gate, wanted)
    assert aggregator(rgb, pose).feature.shape == (2, frames, WIDTH)


def test_published_initial_values():
    module = nn.Sequential(nn.Conv2d(64, 64, 3), nn.Linear(128, 128))
    init_layers(module)
    assert module[0].weight.std().item() == pytest.approx(0.001, rel=0.05)
    assert module[1].weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert not module[0].bias.any() and not module[1].bias.any()
