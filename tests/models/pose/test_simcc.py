import math

import pytest
import torch

from core.layouts import get_layout
from core.models.pose.simcc import decode_simcc, encode_simcc, flip_back_simcc

SIZE, RATIO, SIGMA = (96, 160), 2.0, 4.0
ORDER = get_layout('coco17').flip_order


def encode(keypoints, visible=None, **options):
    visible = torch.ones(keypoints.shape[:-1]) if visible is None else visible
    return encode_simcc(keypoints, visible, **{'image_size': SIZE, 'split_ratio': RATIO, 'sigma': SIGMA, **options})


def random_joints(margin=0.0, shape=(2, 17)):
    generator = torch.Generator().manual_seed(0)
    span = torch.tensor(SIZE) - 2 * margin
    return margin + span * torch.rand(*shape, 2, generator=generator)


def published_target(u, v, visible):
    """One joint, as the published loop draws it."""
    weight = float(visible)
    reach = 3 * SIGMA
    if (int(u - reach) >= SIZE[0] or int(v - reach) >= SIZE[1] or int(u + reach + 1) < 0 or int(v + reach + 1) < 0):
        weight = 0.0
    rows = [[math.exp(-(b - at * RATIO) ** 2 / (2 * SIGMA ** 2)) / (SIGMA * math.sqrt(2 * math.pi)) if weight > 0.5
             else 0.0 for b in range(int(length * RATIO))] for at, length in ((u, SIZE[0]), (v, SIZE[1]))]
    return rows, weight


@pytest.mark.parametrize('joint', [(48.3, 20.9), (-13.2, 50.0), (-12.9, 50.0), (107.9, 3.0), (108.0, 3.0),
                                   (50.0, -14.0), (50.0, 172.5), (0.0, 0.0)])
def test_upstream_targets_equal_the_published_loop(joint):
    target = encode(torch.tensor([joint]), target_norm='upstream')
    (x, y), weight = published_target(*joint, visible=1)
    assert target.weight.item() == weight
    assert torch.allclose(target.x[0], torch.tensor(x), atol=1e-7)
    assert torch.allclose(target.y[0], torch.tensor(y), atol=1e-7)


def test_targets_sum_to_one_inside_and_renormalized_ones_everywhere():
    inside = encode(random_joints(margin=3 * SIGMA), target_norm='upstream')
    assert (inside.x.sum(-1) - 1).abs().max() < 1e-3 and (inside.y.sum(-1) - 1).abs().max() < 1e-3
    border = encode(torch.tensor([[0.0, 0.0], [95.0, 159.0], [-2.0, 161.0]]))
    assert border.weight.tolist() == [1, 1, 1]
    assert torch.allclose(border.x.sum(-1), torch.ones(3)) and torch.allclose(border.y.sum(-1), torch.ones(3))


def test_joints_without_mass_in_the_crop_or_unseen_are_dropped():
    joints = torch.tensor([[-5.0, 80.0], [48.0, 165.0], [math.nan, 20.0], [-1e9, -1e9], [48.0, 80.0]])
    target = encode(joints, visible=torch.tensor([1.0, 1, 0, 0, 1]))
    assert target.weight.tolist() == [0, 0, 0, 0, 1]
    assert not target.x[:4].any() and not target.y[:4].any()


def test_encoding_keeps_leading_axes_and_refuses_unknown_norms():
    target = encode(torch.zeros(2, 3, 4, 17, 2))
    assert target.x.shape == (2, 3, 4, 17, 192) and target.y.shape == (2, 3, 4, 17, 320)
    with pytest.raises(ValueError, match='upstream, renorm'):
        encode(torch.zeros(17, 2), target_norm='peak')


def test_decoding_returns_the_encoded_joint():
    joints = random_joints(margin=3 * SIGMA / RATIO)
    target = encode(joints)
    logits = target.x.clamp(min=1e-30).log(), target.y.clamp(min=1e-30).log()
    coarse, scores = decode_simcc(*logits, RATIO, sigma=SIGMA, mode='argmax')
    fine, _ = decode_simcc(*logits, RATIO, sigma=SIGMA, mode='expect')
    assert (coarse - joints).abs().max() <= 0.5 / RATIO + 1e-4
    assert (fine - joints).abs().max() <= 0.02
    assert scores.min() > 0.98 and scores.max() <= 1


def test_flat_logits_score_low_and_modes_are_checked():
    x, y = torch.zeros(1, 17, 192), torch.zeros(1, 17, 320)
    _, scores = decode_simcc(x, y, RATIO, sigma=SIGMA)
    assert scores.max() < 0.05
    with pytest.raises(ValueError, match='argmax, expect'):
        decode_simcc(x, y, RATIO, mode='dark')


def test_expectation_is_differentiable():
    x, y = torch.randn(1, 2, 192, requires_grad=True), torch.randn(1, 2, 320)
    keypoints, _ = decode_simcc(x, y, RATIO, sigma=SIGMA, mode='expect')
    keypoints.sum().backward()
    assert x.grad.abs().sum() > 0


@pytest.mark.parametrize('ratio', [1.0, 2.0, 3.0])
def test_targets_of_mirrored_joints_flip_back_exactly(ratio):
    joints = random_joints(margin=3 * SIGMA)
    mirrored = joints[:, list(ORDER)] * torch.tensor([-1.0, 1.0]) + torch.tensor([SIZE[0] - 1.0, 0.0])
    target, other = encode(joints, split_ratio=ratio), encode(mirrored, split_ratio=ratio)
    back = flip_back_simcc(other.x, other.y, ORDER, ratio)
    assert torch.allclose(back.x, target.x, atol=1e-4) and torch.allclose(back.y, target.y)


def test_fractional_ratio_interpolates_and_none_is_the_published_reversal():
    joints = random_joints(margin=3 * SIGMA)
    mirrored = joints[:, list(ORDER)] * torch.tensor([-1.0, 1.0]) + torch.tensor([SIZE[0] - 1.0, 0.0])
    target, other = encode(joints, split_ratio=1.5), encode(mirrored, split_ratio=1.5)
    assert (flip_back_simcc(other.x, other.y, ORDER, 1.5).x - target.x).abs().max() < 2e-3
    published = flip_back_simcc(other.x, other.y, ORDER)
    assert torch.equal(published.x, other.x[:, list(ORDER)].flip(-1))
    assert torch.equal(published.y, other.y[:, list(ORDER)])
