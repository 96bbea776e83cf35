import math

import pytest
import torch

from core.losses.simcc_loss import simcc_kl_loss
from core.models.pose.simcc import SimCCTarget, encode_simcc

BINS = (24, 40)


def draw(samples=5, joints=4, target_norm='upstream'):
    generator = torch.Generator().manual_seed(0)
    logits = [torch.randn(samples, joints, bins, generator=generator, dtype=torch.float64) for bins in BINS]
    keypoints = torch.rand(samples, joints, 2, generator=generator) * torch.tensor([11.0, 19.0])
    visible = (torch.rand(samples, joints, generator=generator) > 0.3).float()
    target = encode_simcc(keypoints, visible, image_size=(12, 20), sigma=1.5, target_norm=target_norm)
    return logits, SimCCTarget(*(part.double() for part in target))


def published_loss(logits, target):
    """Joint by joint, as the published loop adds it up."""
    total = 0.0
    samples, joints = target.weight.shape
    for joint in range(joints):
        for scores, wanted in zip(logits, target[:2], strict=True):
            over_samples = 0.0
            for sample in range(samples):
                log_p = scores[sample, joint].log_softmax(-1).tolist()
                terms = [t * (math.log(t) - p) if t > 0 else 0.0
                         for t, p in zip(wanted[sample, joint].tolist(), log_p, strict=True)]
                over_samples += target.weight[sample, joint].item() * sum(terms) / len(terms)
            total += over_samples / samples
    return total / joints


@pytest.mark.parametrize('samples', [1, 5])
def test_published_settings_equal_the_published_loop(samples):
    logits, target = draw(samples)
    loss = simcc_kl_loss(*logits, target, reduction='upstream', norm='all')
    assert loss.item() == pytest.approx(published_loss(logits, target), rel=1e-9)


def test_published_loss_of_a_flat_prediction_is_the_one_on_record():
    joint = torch.tensor([[[48.0, 80.0]]])
    target = encode_simcc(joint, torch.ones(1, 1), image_size=(96, 160), target_norm='upstream')
    loss = simcc_kl_loss(torch.zeros(1, 1, 192), torch.zeros(1, 1, 320), target, reduction='upstream', norm='all')
    assert loss.item() == pytest.approx(2.45 / 192 + 2.96 / 320, rel=5e-3)


@pytest.mark.parametrize('reduction', ['sum', 'upstream'])
def test_loss_is_zero_at_the_target_and_positive_elsewhere(reduction):
    logits, target = draw(target_norm='renorm')
    exact = [part.clamp(min=1e-300).log() for part in target[:2]]
    assert simcc_kl_loss(*exact, target, reduction=reduction).abs() < 1e-6
    assert simcc_kl_loss(*logits, target, reduction=reduction) > 0.01


def test_loss_ignores_a_constant_on_the_logits_and_invisible_joints():
    logits, target = draw()
    wanted = simcc_kl_loss(*logits, target)
    assert torch.allclose(simcc_kl_loss(logits[0] + 3, logits[1] - 5, target), wanted)
    hidden = torch.where(target.weight[..., None] > 0, logits[0], 100 * torch.randn_like(logits[0]))
    assert torch.allclose(simcc_kl_loss(hidden, logits[1], target), wanted)


def test_norms_differ_by_the_share_of_visible_joints():
    logits, target = draw()
    share = target.weight.mean()
    assert 0 < share < 1
    assert torch.allclose(simcc_kl_loss(*logits, target, norm='all'), share * simcc_kl_loss(*logits, target))


def test_beta_scales_the_logits():
    logits, target = draw()
    scaled = simcc_kl_loss(*(3 * part for part in logits), target)
    assert torch.allclose(simcc_kl_loss(*logits, target, beta=3.0), scaled)


def test_nothing_visible_gives_zero_loss_and_gradient():
    logits, target = draw()
    empty = SimCCTarget(*(torch.zeros_like(part) for part in target))
    x = logits[0].requires_grad_()
    loss = simcc_kl_loss(x, logits[1], empty)
    loss.backward()
    assert loss == 0 and not x.grad.any()


@pytest.mark.parametrize('options', [{'reduction': 'mean'}, {'norm': 'none'}])
def test_unknown_settings_are_refused(options):
    logits, target = draw()
    with pytest.raises(ValueError, match='sum, upstream.*visible, all'):
        simcc_kl_loss(*logits, target, **options)
