from __future__ import annotations

import numpy as np

from core.rendering.actions.library import ACTIONS, BLOWS, perform, stage
from core.rendering.actions.motion import Clock
from core.rendering.subject import Style, demo_subject

CLOCK = Clock(np.arange(45) / 30, 1.5)
STYLE = Style(mirrored=0.0)


def test_actions_are_filed_under_their_ntu_numbers():
    assert all(number == action.number for number, action in (ACTIONS | BLOWS).items())
    assert [number for number, action in ACTIONS.items() if action.people == 2] == [55, 59, 60]


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


def test_repetitions_differ_by_generator_only(acted):
    np.testing.assert_array_equal(acted(7, seed=1)[0], acted(7, seed=1)[0])
    assert np.abs(acted(7, seed=1)[0] - acted(7, seed=2)[0]).max() > 0.01
