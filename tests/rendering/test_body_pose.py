from __future__ import annotations

from dataclasses import fields

import numpy as np

from core.rendering.body import POINT, forward_kinematics
from core.rendering.body_pose import Pose, disturb
from core.rendering.subject import demo_subject

BODY = demo_subject(0, 2).proportions


def test_mirrored_pose_swaps_the_sides_of_the_body():
    pose = disturb(Pose.standing(3), np.random.default_rng(0))
    points, mirrored = forward_kinematics(BODY, pose), forward_kinematics(BODY, pose.mirrored())
    for left, right in (('left_wrist', 'right_wrist'), ('left_knee', 'right_knee'), ('left_eye', 'right_eye')):
        np.testing.assert_allclose(mirrored[:, POINT[left]], points[:, POINT[right]] * (1, -1, 1), atol=1e-9)


def test_mirroring_twice_changes_nothing_and_keeps_the_original():
    pose = disturb(Pose.standing(2), np.random.default_rng(1))
    twice = pose.mirrored().mirrored()
    for field in fields(Pose):
        np.testing.assert_array_equal(getattr(twice, field.name), getattr(pose, field.name))


def test_disturbance_moves_all_frames_alike_and_grows_with_its_amount():
    still = Pose.standing(4)
    small, large = (disturb(still, np.random.default_rng(3), amount) for amount in (0.5, 1.0))
    np.testing.assert_allclose(large.wrist - still.wrist, 2 * (small.wrist - still.wrist))
    assert np.ptp(large.wrist, axis=0).max() == 0
    assert (large.knee >= 0).all()
