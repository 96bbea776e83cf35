"""Statistics of distributions against closed forms."""

import math

import pytest
import torch

from core.models.distributions import (
    bin_centers,
    fourier_codes,
    moment,
    peak_position,
    peak_score,
    relative_entropy,
    scale_gradient,
    variance,
)


def gaussian(mean: float, bins: int = 192, sigma: float = 4.0) -> torch.Tensor:
    weights = torch.exp(-0.5 * ((torch.arange(bins) - mean) / sigma) ** 2)
    return weights / weights.sum()


def test_bin_centers_are_symmetric_and_inside():
    centers = bin_centers(4)
    assert centers.tolist() == [-0.75, -0.25, 0.25, 0.75]


def test_moment_and_variance_of_a_gaussian():
    p = gaussian(60)
    assert moment(p).item() == pytest.approx(60.5 / 192 * 2 - 1, abs=1e-5)
    assert variance(p).item() == pytest.approx((4 / 192 * 2) ** 2, rel=1e-3)


def test_relative_entropy_spans_0_to_1():
    assert relative_entropy(torch.full((2, 10), 0.1)).tolist() == pytest.approx([1, 1])
    certain = torch.zeros(10, requires_grad=True)
    entropy = relative_entropy(certain + torch.eye(10)[3])
    entropy.backward()
    assert entropy.item() == 0 and certain.grad.isfinite().all()


def test_peak_position_is_the_peak_but_learns_like_the_mean():
    logits = torch.randn(3, 20, requires_grad=True)
    p = logits.softmax(dim=-1)
    position = peak_position(p)
    assert torch.equal(position.detach(), bin_centers(20)[logits.argmax(dim=-1)])
    (got,) = torch.autograd.grad(position.sum(), logits, retain_graph=True)
    (wanted,) = torch.autograd.grad(moment(p).sum(), logits)
    torch.testing.assert_close(got, wanted)


def test_score_of_a_perfect_target_is_1_and_of_a_flat_one_small():
    assert peak_score(gaussian(60), gaussian(100, 320), 4).item() == pytest.approx(1, abs=1e-4)
    assert peak_score(torch.full((192,), 1 / 192), torch.full((320,), 1 / 320), 4).item() < 0.05
    assert peak_score(torch.eye(9)[0], torch.eye(9)[1], 4) == 1


def test_fourier_codes_share_the_channels_between_the_axes():
    x, y = fourier_codes(9, 32, axis=0), fourier_codes(9, 32, axis=1)
    assert torch.equal(x[0], bin_centers(32)) and torch.equal(y[1], bin_centers(32))
    assert ((x.abs().sum(dim=1) > 0) ^ (y.abs().sum(dim=1) > 0)).all()
    torch.testing.assert_close(x[2], torch.sin(math.pi * bin_centers(32)))
    torch.testing.assert_close(x[4], torch.cos(math.pi * bin_centers(32)))
    torch.testing.assert_close(y[7], torch.sin(2 * math.pi * bin_centers(32)))


@pytest.mark.parametrize('scale', [1.0, 0.25])
def test_scaled_gradient_leaves_the_value(scale):
    x = torch.randn(50, requires_grad=True)
    y = scale_gradient(x, scale)
    assert torch.equal(y, x)
    y.sum().backward()
    torch.testing.assert_close(x.grad, torch.full((50,), scale))


def test_gradient_scale_0_detaches():
    assert not scale_gradient(torch.randn(3, requires_grad=True), 0.0).requires_grad
