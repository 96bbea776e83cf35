from __future__ import annotations

import numpy as np
import pytest

from core.rendering.actions.library import ACTIONS, perform
from core.rendering.actions.motion import Clock
from core.rendering.body import BODY_POINTS, POINT, forward_kinematics, place, rotation
from core.rendering.body_pose import Pose
from core.rendering.subject import demo_subject

SUBJECT = demo_subject(0, 1)


def distance(points: np.ndarray, start: str, end: str) -> np.ndarray:
    return np.linalg.norm(points[:, POINT[start]] - points[:, POINT[end]], axis=-1)


def standing() -> np.ndarray:
    return forward_kinematics(SUBJECT.proportions, Pose.standing(1))[0]


def test_rotation_turns_left_leans_forward_and_rolls_right():
    quarter, zero = np.float64(np.pi / 2), np.float64(0)
    np.testing.assert_allclose(rotation(quarter, zero, zero) @ (1, 0, 0), (0, 1, 0), atol=1e-12)
    np.testing.assert_allclose(rotation(zero, quarter, zero) @ (0, 0, 1), (1, 0, 0), atol=1e-12)
    np.testing.assert_allclose(rotation(zero, zero, quarter) @ (0, 0, 1), (0, -1, 0), atol=1e-12)


def test_standing_body_is_upright_symmetric_and_as_tall_as_its_stature():
    points = standing()
    assert points.shape == (len(BODY_POINTS), 3)
    assert points[POINT['head_top'], 2] == pytest.approx(SUBJECT.proportions.stature, rel=0.04)
    assert points[POINT['left_shoulder'], 1] > 0 > points[POINT['right_shoulder'], 1]
    assert points[POINT['nose'], 0] > points[POINT['left_ear'], 0]
    mirrored = points[[POINT['right_wrist'], POINT['right_knee']]] * (1, -1, 1)
    np.testing.assert_allclose(points[[POINT['left_wrist'], POINT['left_knee']]], mirrored, atol=1e-9)


def test_wrist_reaches_its_target_and_far_targets_are_pulled_into_reach():
    pose = Pose.standing(2)
    pose.wrist[0, 0], pose.wrist[1, 0] = (0.5, 0.2, 0.1), (3.0, 0.0, 0.0)
    points = forward_kinematics(SUBJECT.proportions, pose)
    arm = points[:, POINT['left_wrist']] - points[:, POINT['left_shoulder']]
    np.testing.assert_allclose(arm[0], np.array((0.5, 0.2, 0.1)) * SUBJECT.proportions.arm, atol=1e-9)
    np.testing.assert_allclose(arm[1], (0.998 * SUBJECT.proportions.arm, 0, 0), atol=1e-9)


@pytest.mark.parametrize('number', sorted(ACTIONS))
def test_every_action_keeps_limb_lengths_and_stays_on_the_ground(number):
    clock = Clock(np.arange(40) / 30, 40 / 30)
    action, body = ACTIONS[number], SUBJECT.proportions
    for pose in perform(action, clock, (SUBJECT.style,) * action.people, np.random.default_rng(number)):
        points = forward_kinematics(body, pose)
        assert points.shape == (40, len(BODY_POINTS), 3) and np.isfinite(points).all()
        assert points[..., 2].min() > -1e-9 and np.abs(points).max() < 4
        assert np.abs(np.diff(points, axis=0)).max() < 0.45  # meters per frame: no jumps in time
        for side in ('left', 'right'):
            for start, end, length in (('shoulder', 'elbow', body.upper_arm), ('elbow', 'wrist', body.forearm),
                                       ('hip', 'knee', body.thigh), ('knee', 'ankle', body.shin)):
                np.testing.assert_allclose(distance(points, f'{side}_{start}', f'{side}_{end}'), length, rtol=1e-6)


def test_planted_feet_stay_where_they_are_while_sitting_down():
    clock = Clock(np.arange(40) / 30, 40 / 30)
    pose, = perform(ACTIONS[8], clock, (SUBJECT.style,), np.random.default_rng(1))
    points = forward_kinematics(SUBJECT.proportions, pose)
    feet = points[:, [POINT['left_ankle'], POINT['right_ankle']], :2].mean(axis=1)
    assert np.abs(feet - feet[0]).max() < 1e-9
    assert points[-1, POINT['pelvis'], 2] < 0.6 * points[0, POINT['pelvis'], 2]


def test_place_turns_then_moves():
    moved = place(np.array([[1.0, 0.0, 2.0]]), np.pi / 2, (3.0, 4.0))
    np.testing.assert_allclose(moved, [[3.0, 5.0, 2.0]], atol=1e-12)
