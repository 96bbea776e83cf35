from __future__ import annotations

import numpy as np
import pytest

from core.rendering.actions.library import ACTIONS, BLOWS, perform, stage
from core.rendering.actions.motion import Clock
from core.rendering.body import POINT, forward_kinematics
from core.rendering.subject import Style, demo_subject

CLOCK = Clock(np.arange(45) / 30, 1.5)
STYLE = Style(mirrored=0.0)


def acted(number: int, seed: int = 0) -> list[np.ndarray]:
    action = ACTIONS[number]
    poses = perform(action, CLOCK, (STYLE,) * action.people, np.random.default_rng(seed))
    return [forward_kinematics(demo_subject(0, 1).proportions, pose) for pose in poses]


def height(points: np.ndarray, name: str) -> np.ndarray:
    return points[:, POINT[name], 2]


def test_actions_are_filed_under_their_ntu_numbers():
    assert all(number == action.number for number, action in (ACTIONS | BLOWS).items())
    assert [number for number, action in ACTIONS.items() if action.people == 2] == [55, 59, 60]


def test_pick_up_brings_the_hand_to_the_floor_and_back():
    hand = height(acted(6)[0], 'right_hand')
    assert hand.min() < 0.3 and hand[0] > 0.6 and hand[-1] > 0.6


def test_standing_up_ends_where_sitting_down_began():
    sat, stood = height(acted(8)[0], 'pelvis'), height(acted(9)[0], 'pelvis')
    assert sat[0] > 0.8 > 0.6 > sat[-1]
    assert stood[0] < 0.6 < 0.8 < stood[-1]


def test_jump_leaves_the_ground_and_fall_ends_on_it():
    toes = np.minimum(height(acted(27)[0], 'left_toe'), height(acted(27)[0], 'right_toe'))
    assert toes.max() > 0.15
    assert height(acted(43)[0], 'neck')[-1] < 0.5


def test_cheering_raises_both_hands_and_waving_one():
    cheer, wave = acted(22)[0][-1], acted(23)[0][-1]
    head = POINT['nose']
    assert (cheer[[POINT['left_wrist'], POINT['right_wrist']], 2] > cheer[head, 2]).all()
    assert wave[POINT['right_hand'], 2] > wave[head, 2] > wave[POINT['left_hand'], 2]


@pytest.mark.parametrize(('number', 'closer'), [(55, True), (59, True), (60, False)])
def test_pairs_close_in_or_part(number, closer):
    first, second = acted(number)
    gap = np.linalg.norm(first[:, POINT['pelvis']] - second[:, POINT['pelvis']], axis=-1)
    assert (gap[-1] < gap[0] - 0.5) if closer else (gap[-1] > gap[0] + 0.5)
    assert first[0, POINT['pelvis'], 0] < second[0, POINT['pelvis'], 0]


def test_a_stage_takes_any_action_and_its_people():
    cast = (demo_subject(0, 1), demo_subject(0, 2))
    for action, people in ((ACTIONS[23], cast[:1]), (ACTIONS[55], cast), (BLOWS[51], cast)):
        poses = stage(action, CLOCK, people, np.random.default_rng(0))
        assert [pose.num_frames for pose in poses] == [45] * action.people


def test_left_handers_mirror_the_action():
    left_handed = Style(mirrored=1.0)
    pose, = perform(ACTIONS[23], CLOCK, (left_handed,), np.random.default_rng(0))
    usual, = perform(ACTIONS[23], CLOCK, (STYLE,), np.random.default_rng(0))
    np.testing.assert_array_equal(pose.wrist, usual.wrist[:, ::-1])


def test_repetitions_differ_by_generator_only():
    np.testing.assert_array_equal(acted(7, seed=1)[0], acted(7, seed=1)[0])
    assert np.abs(acted(7, seed=1)[0] - acted(7, seed=2)[0]).max() > 0.01
