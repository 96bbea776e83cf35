"""Fusion: perfect streams are perfect together, weights learn, the published rule does neither hide nor spread."""

import math

import pytest
import torch
from torch.nn import functional as F

from core.models.visual.fusion import FUSIONS, LogitFusion, ProbabilityFusion, UpstreamFusion

CLASSES = 60


@pytest.mark.parametrize('name', ['prob', 'logit'])
def test_perfect_streams_have_no_loss(name):
    label = torch.arange(4)
    perfect = 100 * F.one_hot(label, CLASSES).float()
    assert F.cross_entropy(FUSIONS[name](CLASSES)(perfect, perfect), label) < 1e-6


def test_published_fusion_has_a_loss_floor():
    label = torch.arange(4)
    perfect = 100 * F.one_hot(label, CLASSES).float()
    loss = F.cross_entropy(UpstreamFusion(CLASSES)(perfect, perfect), label)
    assert loss.item() == pytest.approx(math.log(1 + (CLASSES - 1) / math.e ** 2), abs=1e-4)


def test_probability_fusion_is_the_weighted_mean():
    fusion = ProbabilityFusion(CLASSES)
    skeleton, visual = torch.randn(5, CLASSES), torch.randn(5, CLASSES)
    p_s, p_v = skeleton.softmax(dim=-1), visual.softmax(dim=-1)
    torch.testing.assert_close(fusion(skeleton, visual).exp(), (p_s + p_v) / 2)
    with torch.no_grad():
        fusion.raw_weight.copy_(torch.linspace(-3, 3, CLASSES))
    weighted = p_s + F.softplus(fusion.raw_weight) * p_v
    p = fusion(skeleton, visual).exp()
    torch.testing.assert_close(p, weighted / weighted.sum(dim=-1, keepdim=True))
    torch.testing.assert_close(p.sum(dim=-1), torch.ones(5))


def test_probability_fusion_survives_extreme_logits():
    fusion = ProbabilityFusion(3)
    skeleton = torch.tensor([[300.0, 0.0, -300.0]], requires_grad=True)
    result = fusion(skeleton, torch.tensor([[0.0, 300.0, -300.0]]))
    result[0, 0].backward()
    assert result.isfinite().all() and skeleton.grad.isfinite().all()
    torch.testing.assert_close(result[0, :2].exp(), torch.tensor([0.5, 0.5]))


def test_logit_fusion_starts_as_the_sum():
    skeleton, visual = torch.randn(2, 5, CLASSES)
    torch.testing.assert_close(LogitFusion(CLASSES)(skeleton, visual), skeleton + visual)


@pytest.mark.parametrize(('name', 'streams_learn'), [('prob', True), ('logit', True), ('prob_upstream', False)])
def test_weights_learn_and_streams_do_unless_published(name, streams_learn):
    fusion = FUSIONS[name](CLASSES)
    skeleton, visual = (torch.randn(5, CLASSES, requires_grad=True) for _ in range(2))
    F.cross_entropy(fusion(skeleton, visual), torch.arange(5)).backward()
    assert next(fusion.parameters()).grad.abs().max() > 0
    assert (skeleton.grad is not None) == (visual.grad is not None) == streams_learn


@pytest.mark.parametrize('name', ['prob', 'logit'])
@pytest.mark.parametrize(('detach_skeleton', 'detach_visual'), [(True, False), (False, True), (True, True)])
def test_either_stream_can_be_kept_from_learning(name, detach_skeleton, detach_visual):
    fusion = FUSIONS[name](CLASSES, detach_skeleton=detach_skeleton, detach_visual=detach_visual)
    skeleton, visual = (torch.randn(5, CLASSES, requires_grad=True) for _ in range(2))
    fused = fusion(skeleton, visual)
    torch.testing.assert_close(fused, FUSIONS[name](CLASSES)(skeleton, visual))
    F.cross_entropy(fused, torch.arange(5)).backward()
    assert (skeleton.grad is None, visual.grad is None) == (detach_skeleton, detach_visual)
    assert next(fusion.parameters()).grad.abs().max() > 0
