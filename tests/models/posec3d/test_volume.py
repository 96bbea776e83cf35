"""Volumes of heatmaps against the published description, pixel by pixel."""

import math

import pytest
import torch

from core.layouts import COCO17
from core.models.posec3d.volume import LIMB_ORDERS, KeypointVolume, draw_keypoints, draw_limbs, merge_persons
from core.parity.cases.posec3d_cases import mirror_volume

LIMBS = LIMB_ORDERS['pyskl']

EDGE = math.exp(-4.5)
"""Value of a Gaussian of height 1 at 3 sigma, where the window ends."""


def two_joints():
    """The example of the description: joints 0 and 5 in a picture of 20 rows and 24 columns."""
    keypoints, scores = torch.zeros(1, 1, 1, 17, 2), torch.zeros(1, 1, 1, 17)
    keypoints[..., 0, :], keypoints[..., 5, :] = torch.tensor([10.3, 7.8]), torch.tensor([15, 12.5])
    scores[..., 0], scores[..., 5] = 0.9, 0.5
    return keypoints, scores


def people(persons=3, joints=17, side=56):
    generator = torch.Generator().manual_seed(0)
    keypoints = torch.rand(2, persons, 4, joints, 2, generator=generator) * (side + 8) - 4
    return keypoints, torch.rand(2, persons, 4, joints, generator=generator)


def test_published_numbers_of_a_joint():
    volume = draw_keypoints(*two_joints(), (20, 24))[0, :, 0]
    assert volume.shape == (17, 20, 24) and not volume[[*range(1, 5), *range(6, 17)]].any()
    assert volume[0].sum().item() == pytest.approx(2.034042, abs=1e-5)
    assert volume[0, 8, 10].item() == volume[0].max().item() == pytest.approx(0.751326, abs=1e-6)
    assert (volume[0] > 0).sum() == 20


def test_published_numbers_of_a_limb():
    volume = draw_limbs(*two_joints(), torch.tensor(LIMBS), (20, 24))[0, :, 0]
    assert not volume[1:].any() and (volume[0] > 0).sum() == 81
    assert volume[0].sum().item() == pytest.approx(6.131151, abs=1e-5)
    assert volume[0, 13, 10].item() == pytest.approx(0, abs=1e-3)
    assert volume[0].max().item() == pytest.approx(0.420312, abs=1e-6)


def test_gaussians_off_the_picture_leave_its_window_only():
    """Both ends of the window are cut towards zero: at x = -2 the first column is drawn, though 2 > 3 sigma."""
    keypoints = torch.tensor([[-2.0, 5.0], [-2.9, 5.0], [30.0, 5.0]]).view(1, 1, 1, 3, 2)
    volume = draw_keypoints(keypoints, torch.ones(1, 1, 1, 3), (10, 10))[0, :, 0]
    assert volume[0, 5, 0].item() == pytest.approx(math.exp(-4 / 0.72), rel=1e-4) and not volume[0, :, 1:].any()
    assert not volume[1:].any()


def test_faint_joints_are_not_drawn_and_limbs_need_both_ends():
    keypoints, scores = two_joints()
    scores[..., 0] = 9e-4
    assert draw_keypoints(keypoints, scores, (20, 24))[0].amax(dim=(1, 2, 3)).count_nonzero() == 1
    assert not draw_limbs(keypoints, scores, torch.tensor(LIMBS), (20, 24)).any()


def test_a_short_limb_is_its_first_joint():
    keypoints, scores = two_joints()
    keypoints[..., 5, :] = keypoints[..., 0, :] + torch.tensor([0.6, 0.6])
    limb = draw_limbs(keypoints, scores, torch.tensor(LIMBS), (20, 24))[0, 0]
    torch.testing.assert_close(limb, draw_keypoints(keypoints, scores, (20, 24))[0, 0])


@pytest.mark.parametrize('draw', [draw_keypoints, lambda k, s, size: draw_limbs(k, s, torch.tensor(LIMBS), size)])
def test_persons_merge_by_maximum(draw):
    keypoints, scores = people()
    alone = [draw(keypoints[:, [person]], scores[:, [person]], (56, 56)) for person in range(3)]
    together = draw(keypoints, scores, (56, 56))
    assert torch.equal(together, torch.stack(alone).amax(dim=0)) and together.shape == (2, 17, 4, 56, 56)
    assert together.is_contiguous(memory_format=torch.channels_last_3d)


def test_merging_is_the_maximum_of_outer_products():
    rows, columns = torch.rand(2, 3, 4, 5, 6), torch.rand(2, 3, 4, 7, 6)
    wanted = torch.einsum('bmthk,bmtwk->bmkthw', rows, columns).amax(dim=1)
    torch.testing.assert_close(merge_persons(rows, columns), wanted)


def features(side):
    keypoints, scores = people(side=side)
    return torch.cat([keypoints - (side - 1) / 2, scores[..., None]], dim=-1)


@pytest.mark.parametrize('limbs', [(), LIMBS])
def test_sides_differ_between_training_and_evaluation(limbs):
    volume = KeypointVolume(17, limbs, train_size=20, test_size=24)
    assert volume.train()(features(20)).shape == (2, 17, 4, 20, 20)
    assert volume.eval()(features(24)).shape == (2, 17, 4, 24, 24)
    assert not volume.state_dict()


def test_middle_of_the_heatmap_is_zero():
    volume = KeypointVolume(1, test_size=9).eval()(torch.tensor([0.0, -2.0, 1.0]).view(1, 1, 1, 1, 3))[0, 0, 0]
    assert volume[2, 4] == volume.max() == 1


def mirrored(x):
    return x[..., COCO17.flip_order, :] * torch.tensor([-1.0, 1, 1])


def test_mirrored_joints_are_the_reversed_volume():
    """Up to the last pixel of a window, which the published window has on one side only."""
    volume = KeypointVolume().eval()
    expected = mirror_volume(volume(features(64)).transpose(1, 2).flatten(0, 1), *zip(*COCO17.flip_pairs, strict=True))
    got = volume(mirrored(features(64))).transpose(1, 2).flatten(0, 1)
    torch.testing.assert_close(got, expected, rtol=0, atol=EDGE)
    inner = expected > EDGE
    torch.testing.assert_close(got[inner], expected[inner])


def mirror_pairs(limbs):
    """Indices of limbs, and of the limbs that join the mirrored joints."""
    mirrored = [tuple(COCO17.flip_order[joint] for joint in limb) for limb in limbs]
    return zip(*((index, limbs.index(limb)) for index, limb in enumerate(mirrored) if limb in limbs[index + 1:]),
               strict=True)


@pytest.mark.parametrize('name', LIMB_ORDERS)
def test_mirrored_limbs_are_the_reversed_volume(name):
    """But for a hip line shorter than a pixel: it is drawn as its first joint, which is then the other hip."""
    volume, x = KeypointVolume(17, LIMB_ORDERS[name]).eval(), features(64)
    hips = x[..., 11, :2] - x[..., 12, :2]
    assert (hips.norm(dim=-1) > 1).all()
    expected = mirror_volume(volume(x).transpose(1, 2).flatten(0, 1), *mirror_pairs(LIMB_ORDERS[name]))
    got = volume(mirrored(x)).transpose(1, 2).flatten(0, 1)
    torch.testing.assert_close(got, expected, rtol=0, atol=EDGE)
    assert (got - expected).abs().mean() < 1e-4


def test_half_precision_does_not_move_joints():
    volume = KeypointVolume(test_size=32).eval()
    with torch.autocast('cpu', torch.bfloat16):
        assert torch.equal(volume(features(32)), volume(features(32).double().float()))


def test_both_orders_have_the_same_limbs():
    pyskl, default = LIMB_ORDERS['pyskl'], LIMB_ORDERS['pyskl_default']
    assert len(pyskl) == 17 and set(pyskl) == set(default) and pyskl != default
