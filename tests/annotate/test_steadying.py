import numpy as np
import pytest

from core.annotate.steadying import steady

LEGS, OTHER_LEGS = [11, 12, 13, 14, 15, 16], [12, 11, 14, 13, 16, 15]
STANDING = np.random.default_rng(0).uniform(0, 300, (17, 3))


@pytest.fixture
def walking():
    """A second of somebody who moves three pixels a frame."""
    joints = np.tile(STANDING, (30, 1, 1))
    joints[..., 0] += 3 * np.arange(30)[:, None]
    return joints


def test_even_motion_stays(walking):
    assert np.allclose(steady(walking, 30)[2:-2], walking[2:-2])
    assert np.allclose(steady(walking, 30), walking, atol=6)  # the ends are repeated


def test_legs_that_change_sides_for_a_while_are_put_back(walking):
    mixed = walking.copy()
    mixed[[[10], [11], [12], [13], [20]], LEGS] = walking[[[10], [11], [12], [13], [20]], OTHER_LEGS]
    assert np.allclose(steady(mixed, 30)[2:-2], walking[2:-2])


def test_a_person_who_turns_round_keeps_the_new_sides(walking):
    turned = walking.copy()
    turned[15:, LEGS] = walking[15:, OTHER_LEGS]
    assert np.allclose(steady(turned, 30)[20:-2], turned[20:-2])


def test_a_joint_that_leaps_for_two_frames_is_put_back(walking):
    leaping = walking.copy()
    leaping[10:12, 9, :2] += 150
    assert np.allclose(steady(leaping, 30)[2:-2], walking[2:-2], atol=6)


def test_few_frames_a_second_leave_everything_as_it_is(walking):
    assert (steady(walking, 3) == walking).all() and (steady(walking[:1], 30) == walking[:1]).all()
