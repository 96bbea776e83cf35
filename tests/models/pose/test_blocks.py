import pytest
import torch
from torch import nn

from core.models.pose.blocks import ConvBlock, TwiceTrackedBatchNorm, channel_shuffle, init_weights, separable


def test_shuffle_interleaves_the_halves():
    x = torch.arange(6.0).view(1, 6, 1, 1)
    assert channel_shuffle(x).flatten().tolist() == [0, 3, 1, 4, 2, 5]


def test_shuffle_keeps_the_memory_format_and_the_values():
    x = torch.randn(2, 6, 3, 5)
    last = channel_shuffle(x.to(memory_format=torch.channels_last))
    assert last.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(last, channel_shuffle(x))


@pytest.mark.parametrize('norm', [True, False])
def test_convolution_has_a_bias_only_without_norm(norm):
    keys = set(ConvBlock(4, 8, norm=norm).state_dict())
    assert ('conv.bias' in keys) != norm
    assert ('bn.weight' in keys) == norm


def test_twice_tracked_norm_equals_two_passes_of_a_norm():
    twice, plain = TwiceTrackedBatchNorm(3).double(), nn.BatchNorm2d(3).double()
    for _ in range(2):
        x = 2 * torch.randn(4, 3, 5, 5, dtype=torch.float64) + 1
        plain(x)
        assert torch.allclose(twice(x), plain(x))
    assert torch.allclose(twice.running_mean, plain.running_mean)
    assert torch.allclose(twice.running_var, plain.running_var)
    assert twice.num_batches_tracked == plain.num_batches_tracked == 4


def test_twice_tracked_norm_rests_in_evaluation():
    norm = TwiceTrackedBatchNorm(3).eval()
    norm(torch.randn(4, 3, 5, 5))
    assert norm.num_batches_tracked == 0 and not norm.running_mean.any()


def test_separable_halves_and_ends_with_a_relu_if_wanted():
    x = torch.randn(2, 4, 6, 8)
    assert separable(4, 6, 2, relu=True)(x).min() == 0
    linear = separable(4, 6, 2, relu=False)(x)
    assert linear.shape == (2, 6, 3, 4) and linear.min() < 0


def test_initial_weights_are_the_official_ones():
    block = nn.Sequential(ConvBlock(64, 64, 3), ConvBlock(8, 8, norm=False))
    init_weights(block)
    assert block[0].conv.weight.std().item() == pytest.approx(0.001, rel=0.05)
    assert not block[1].conv.bias.any() and torch.equal(block[0].bn.weight, torch.ones(64))
