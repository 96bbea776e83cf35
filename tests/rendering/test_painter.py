from __future__ import annotations

import numpy as np
import pytest

from core.layouts import COCO17
from core.rendering.body import forward_kinematics, place
from core.rendering.body_pose import Pose
from core.rendering.camera import Camera, orbit
from core.rendering.painter import DrawnJoints, Figure, annotate, compose, outline, paint
from core.rendering.subject import demo_subject

SUBJECT = demo_subject(0, 1)
JOINT = {name: index for index, name in enumerate(COCO17.joints)}
BACKGROUND = np.full((270, 480, 3), 255, np.uint8)


def camera(degrees: float = 0.0, distance: float = 4.0) -> Camera:
    return orbit(np.deg2rad(degrees), distance, 1.4, 0.9, 350, (480, 270))


def figure(pose: Pose | None = None, heading: float = 0.0, offset: tuple[float, float] = (0.0, 0.0)) -> Figure:
    points = forward_kinematics(SUBJECT.proportions, pose or Pose.standing(1))
    return Figure(place(points, heading, offset), SUBJECT.look)


def seen(degrees: float, *figures: Figure) -> DrawnJoints:
    return annotate(compose(figures or (figure(),), camera(degrees)))


def test_outline_of_circles_is_their_hull():
    alone = outline(np.array([[5.0, 5.0]]), np.array([2.0]))
    np.testing.assert_allclose(np.linalg.norm(alone - 5.0, axis=-1), 2.0)
    swallowed = outline(np.array([[5.0, 5.0], [5.5, 5.0]]), np.array([2.0, 0.5]))
    np.testing.assert_allclose(swallowed, alone)
    capsule = outline(np.array([[0.0, 0.0], [10.0, 0.0]]), np.array([1.0, 2.0]))
    np.testing.assert_allclose((capsule.min(axis=0), capsule.max(axis=0)), ((-1, -2), (12, 2)), atol=0.1)


def test_painting_is_deterministic_and_leaves_the_background_alone():
    scene, untouched = compose((figure(),), camera()), BACKGROUND.copy()
    first = paint(scene, BACKGROUND)
    assert first.shape == (1, 270, 480, 3) and first.dtype == np.uint8
    np.testing.assert_array_equal(first, paint(scene, BACKGROUND))
    np.testing.assert_array_equal(BACKGROUND, untouched)


@pytest.mark.parametrize('degrees', [0, 60, 135, 180, 270])
def test_body_is_drawn_around_every_keypoint(degrees):
    pose = Pose.standing(1)
    pose.wrist[0, 1] = (0.3, 0.7, 0.4)
    scene = compose((figure(pose),), camera(degrees))
    frame = paint(scene, BACKGROUND)[0]
    keypoints = annotate(scene).keypoints[0, 0]
    columns, rows = np.rint(keypoints).astype(int).T
    assert (frame[rows, columns] < 250).any(axis=-1).all()
    ends = [JOINT[f'{side}_{name}'] for side in ('left', 'right') for name in ('wrist', 'ankle', 'shoulder')]
    assert (keypoints[ends, 1] > 40).all() and (frame[:30] == 255).all()


def test_left_is_on_the_right_of_the_picture_when_facing_the_camera():
    facing, turned = (seen(degrees).keypoints[0, 0] for degrees in (0, 180))
    for name in ('shoulder', 'hip', 'ankle', 'eye'):
        assert facing[JOINT[f'left_{name}'], 0] > facing[JOINT[f'right_{name}'], 0]
        assert turned[JOINT[f'left_{name}'], 0] < turned[JOINT[f'right_{name}'], 0]


def test_face_is_hidden_from_behind_and_the_far_side_in_profile():
    front, back, left = (seen(degrees).visible[0, 0] for degrees in (0, 180, 90))
    assert front[:3].all() and front[5:].all()
    assert not back[:3].any() and back[5:13].all()
    for name in ('eye', 'ear', 'shoulder', 'elbow', 'hip'):
        assert left[JOINT[f'left_{name}']] == (name != 'hip') and not left[JOINT[f'right_{name}']]


def test_arm_behind_the_back_is_hidden_from_the_front_only():
    pose = Pose.standing(1)
    pose.wrist[0, 1], pose.pole[0, 1] = (-0.35, -0.3, -0.6), (-0.5, 0.6, 0.0)
    wrist = JOINT['right_wrist']
    assert seen(0, figure(pose)).visible[0, 0, wrist] == 0
    assert seen(180, figure(pose)).visible[0, 0, wrist] == 1


def test_someone_in_front_hides_the_other_but_not_the_annotation():
    both = (figure(), figure(heading=np.pi, offset=(0.8, 0.0)))
    behind, before = seen(0, *both).visible[:, 0]
    assert behind[JOINT['left_hip']] == 0 and before[5:].all()
    np.testing.assert_array_equal(seen(0, *both).keypoints[0], seen(0).keypoints[0])


def test_joints_outside_the_picture_are_annotated_but_not_visible():
    result = seen(0, figure(offset=(0.0, 2.9)))
    outside = result.keypoints[0, 0, :, 0] > 479.5
    assert outside.any() and not result.visible[0, 0, outside].any()
