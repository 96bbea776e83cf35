"""Implicit pose: modes, geometry, gradients, absent persons."""

import math

import pytest
import torch

from core.models.implicit import GEOMETRIES, MODES, ImplicitPose
from core.models.pose.coding import SimCCCoding
from core.models.pose.simcc import decode_simcc

IMAGE_SIZE, JOINTS = (24, 32), 5
BINS = (48, 64)
CHANNELS = {'logits': 112, 'probs': 112, 'moments': 3, 'moments+': 7, 'embed': 16, 'embed+moments': 16, 'hard': 3}


def logits(batch: int = 2, persons: int = 2, frames: int = 3, scale: float = 3.0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return tuple(scale * torch.randn(batch, persons, frames, JOINTS, bins, generator=generator) for bins in BINS)


def geometry(batch: int = 2, persons: int = 2, frames: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    """A crop turned by 90 degrees, two image pixels per crop pixel, with its origin at (100, 40)."""
    crop = torch.tensor([[0.0, -2.0, 100.0], [2.0, 0.0, 40.0]]).expand(batch, persons, frames, 2, 3)
    return crop, torch.tensor([[200.0, 80.0]]).expand(batch, 2)


def implicit(mode: str, **options) -> ImplicitPose:
    return ImplicitPose(SimCCCoding(IMAGE_SIZE), mode=mode, embed_dim=16, **options)


@pytest.mark.parametrize(('mode', 'geom'), [
    (mode, geom) for mode in MODES for geom in GEOMETRIES if MODES[mode].coordinates or geom != 'image'])
def test_shapes(mode, geom):
    module = implicit(mode, geom=geom)
    features = module(*logits(), *geometry())
    assert module.out_channels == CHANNELS[mode] + 3 * (geom == 'append' and not MODES[mode].embeds)
    assert features.shape == (2, 2, 3, JOINTS, module.out_channels)


def test_logits_and_probs_are_the_distributions():
    x, y = logits()
    assert torch.equal(implicit('logits')(x, y), torch.cat([x, y], dim=-1))
    wanted = torch.cat([(2 * x).softmax(dim=-1), (2 * y).softmax(dim=-1)], dim=-1)
    torch.testing.assert_close(implicit('probs', beta=2.0)(x, y), wanted)


def test_embedding_starts_as_the_moments():
    moments = implicit('moments')(*logits())
    for mode in ('embed', 'embed+moments'):
        embedding = implicit(mode, geom='append')(*logits(), *geometry())
        torch.testing.assert_close(embedding[..., :2], moments[..., :2], atol=1e-6, rtol=0)


def test_moments_ignore_a_constant_added_to_the_logits_of_an_axis():
    x, y = logits()
    torch.testing.assert_close(implicit('moments')(x + 5, y - 3), implicit('moments')(x, y))


def test_hard_is_the_decoded_joint():
    x, y = logits()
    keypoints_crop, _ = decode_simcc(x, y, split_ratio=2.0, mode='argmax')
    centers = (2 * keypoints_crop + 0.5) / torch.tensor(BINS) * 2 - 1
    torch.testing.assert_close(implicit('hard')(x, y)[..., :2], centers)


def test_image_geometry_places_joints_in_the_stored_frame():
    x, y = (torch.full((1, 1, 1, 1, bins), -1e4) for bins in BINS)
    x[..., 20], y[..., 30] = 0, 0                       # pixel (10, 15) of the crop: pixel (70, 60) of the image
    for mode in ('moments', 'hard'):
        features = implicit(mode, geom='image')(x, y, *geometry(1, 1, 1))
        torch.testing.assert_close(features.flatten(), torch.tensor([-0.3, 0.5, 1.0]), atol=1e-5, rtol=0)


def test_appended_geometry_is_center_and_relative_size():
    features = implicit('moments', geom='append')(*logits(), *geometry())
    wanted = torch.tensor([(100 - 32) / 100 - 1, (40 + 24) / 40 - 1, math.log(2 * math.sqrt(24 * 32 / (200 * 80)))])
    torch.testing.assert_close(features[..., 3:], wanted.expand(2, 2, 3, JOINTS, 3))


@pytest.mark.parametrize('mode', list(MODES))
def test_gradient_reaches_the_logits_in_proportion_to_its_scale(mode):
    def gradient(scale: float) -> torch.Tensor | None:
        x, y = (axis.requires_grad_() for axis in logits())
        features = implicit(mode, grad_scale=scale)(x, y)
        if features.requires_grad:
            (features[..., 0] + features[..., 1]).sum().backward()
        return x.grad

    assert gradient(1.0).abs().max() > 0
    torch.testing.assert_close(gradient(0.25), 0.25 * gradient(1.0))
    assert gradient(0.0) is None


def test_logits_have_nothing_to_learn():
    assert not list(implicit('logits', geom='append').parameters())


@pytest.mark.parametrize('mode', [mode for mode in MODES if mode != 'logits'])
def test_every_parameter_learns(mode):
    module = implicit(mode, geom='append')
    (module(*logits(), *geometry()) ** 2).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in module.parameters())


@pytest.mark.parametrize('mode', list(MODES))
def test_absent_persons_are_zero_even_with_a_degenerate_crop(mode):
    crop, size = geometry()
    crop = crop * torch.tensor([1.0, 0.0]).view(1, 2, 1, 1, 1)
    mask = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    features = implicit(mode, geom='append')(*logits(), crop, size, mask)
    assert features[:, 1].abs().max() == 0 and features[:, 0].abs().max() > 0
    torch.testing.assert_close(features[:, 0], implicit(mode, geom='append')(*logits(), crop, size)[:, 0])


def test_temperature_is_learned_per_axis_within_bounds():
    module = implicit('moments', beta=4.0)
    torch.testing.assert_close(module.beta().detach(), torch.full((2,), 4.0))
    with torch.no_grad():
        module.log_beta.copy_(torch.tensor([9.0, -9.0]))
    torch.testing.assert_close(module.beta().detach(), torch.tensor([20.0, 0.1]))


def test_very_sharp_distributions_keep_gradients_finite():
    x, y = (axis.requires_grad_() for axis in logits(scale=300.0))
    implicit('moments+')(x, y).sum().backward()
    assert x.grad.isfinite().all()


def test_half_precision_logits_are_computed_in_float32():
    x, y = logits()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        features = implicit('embed')(x.bfloat16(), y.bfloat16())
    assert features.dtype == torch.float32
    torch.testing.assert_close(features, implicit('embed')(x.bfloat16().float(), y.bfloat16().float()))


@pytest.mark.parametrize(('options', 'message'), [
    ({'mode': 'coords'}, 'coords'), ({'mode': 'embed', 'geom': 'crop'}, 'crop'),
    ({'mode': 'embed', 'geom': 'image'}, 'append')])
def test_wrong_settings_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        implicit(**options)
