from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.rendering.body import POINT, forward_kinematics
from core.rendering.body_parts import NUM_BODY_PARTS, PART, PART_NAMES, body_frames, dress, painting_depth
from core.rendering.body_pose import Pose
from core.rendering.subject import demo_subject

SUBJECT = demo_subject(0, 3)
POINTS = forward_kinematics(SUBJECT.proportions, Pose.standing(2))


def test_frames_of_a_standing_body_are_the_world_axes():
    frames = body_frames(POINTS)
    np.testing.assert_allclose(frames.torso[0], np.eye(3), atol=1e-9)
    np.testing.assert_allclose(frames.head[0], np.eye(3), atol=0.15)


def test_limbs_end_at_their_joints_and_face_looks_forward():
    solid = dress(POINTS, SUBJECT.look)
    assert solid.centers.shape[:2] == (2, len(PART_NAMES))
    np.testing.assert_allclose(solid.centers[:, PART['left_forearm'], 0], POINTS[:, POINT['left_elbow']])
    np.testing.assert_allclose(solid.centers[:, PART['left_forearm'], 1], POINTS[:, POINT['left_wrist']])
    assert solid.centers[0, PART['face'], 0, 0] > solid.centers[0, PART['hair'], 0, 0]


def test_clothes_decide_parts_and_colors():
    look = replace(SUBJECT.look, long_sleeves=False, long_trousers=True, long_hair=False, pattern='stripes')
    solid = dress(POINTS, look)
    assert tuple(solid.colors[PART['left_forearm']]) == look.skin
    assert tuple(solid.colors[PART['right_shin']]) == look.trousers
    assert solid.worn[PART['stripe_0']] and not solid.worn[PART['zip']] and not solid.worn[PART['mane']]
    wide = dress(POINTS, replace(look, girth=1.2)).radii / dress(POINTS, replace(look, girth=1.0)).radii
    np.testing.assert_allclose(wide[[PART['shirt'], PART['face']], 0], (1.2, 1.0))


def test_markings_are_painted_right_after_what_they_mark():
    depth = painting_depth(np.random.default_rng(0).uniform(3, 4, (5, len(PART_NAMES), 6)))
    gap = depth[:, PART['face']] - depth[:, PART['mouth']]
    assert ((gap > 0) & (gap < 0.01)).all()
    assert NUM_BODY_PARTS == PART['left_pupil']
