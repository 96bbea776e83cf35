"""The coding of joints: what it draws it reads again, and its temperature divides logits."""

import pytest
import torch

from core.models.pose.coding import SimCCCoding

CODING = SimCCCoding((32, 64), split_ratio=2.0, sigma=2.0)


@pytest.mark.parametrize('mode', ['expect', 'argmax'])
def test_drawn_joints_are_read_again(mode):
    joints = torch.tensor([[10.0, 20.5], [15.25, 40.0]])
    target = CODING.encode(joints, torch.ones(2))
    found, scores = CODING.decode(target.x.clamp(min=1e-9).log(), target.y.clamp(min=1e-9).log(), mode)
    assert (found - joints).abs().max() <= (0.05 if mode == 'expect' else 0.26)
    assert scores.min() > 0.95


def test_a_temperature_makes_the_same_logits_less_sure():
    logits = torch.randn(3, 17, 64), torch.randn(3, 17, 128)
    sure, unsure = CODING.decode(*logits)[1], CODING._replace(temperature=4.0).decode(*logits)[1]
    assert (unsure < sure).all()
    assert torch.equal(CODING._replace(temperature=0.5).decode(*logits)[0],
                       CODING.decode(logits[0] * 2, logits[1] * 2)[0])


def test_two_flips_change_nothing_inside_the_crop():
    target = CODING.encode(torch.tensor([[10.0, 20.0], [20.0, 40.0]]), torch.ones(2))
    back = CODING.flip_back(*CODING.flip_back(target.x, target.y, (1, 0)), (1, 0))
    assert torch.allclose(back.x[:, 2:-2], target.x[:, 2:-2]) and torch.equal(back.y, target.y)
