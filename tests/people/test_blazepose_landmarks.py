import numpy as np
import pytest

from core.layouts import COCO17
from core.people.blazepose_detector import Region
from core.people.blazepose_landmarks import COCO_LANDMARKS, BlazePoseLandmarks, refine_points, region_of
from core.people.person import person_within

FRAME = np.zeros((300, 400, 3), np.uint8)
LANDMARKS = ('nose', 'left_eye_inner', 'left_eye', 'left_eye_outer', 'right_eye_inner', 'right_eye', 'right_eye_outer',
             'left_ear', 'right_ear', 'mouth_left', 'mouth_right', 'left_shoulder', 'right_shoulder', 'left_elbow',
             'right_elbow', 'left_wrist', 'right_wrist', 'left_pinky', 'right_pinky', 'left_index', 'right_index',
             'left_thumb', 'right_thumb', 'left_hip', 'right_hip', 'left_knee', 'right_knee', 'left_ankle',
             'right_ankle')


def network(presence=0.9, points=None):
    """A network that sees landmark i at (i, 2 i) pixels of its input, or at ``points``, with no heat."""
    values = np.zeros((39, 5), np.float32)
    values[:, :2] = np.arange(39)[:, None] * (1, 2) if points is None else points
    values[:, 3] = np.where(np.arange(39) % 2, 4, -4)
    heat = np.full((1, 64, 64, 39), -9, np.float32)
    return lambda picture: (values.reshape(1, 195), np.array([[presence]], np.float32), None, heat)


def test_the_landmarks_are_cocos_joints():
    assert tuple(LANDMARKS[index] for index in COCO_LANDMARKS) == COCO17.joints


def test_joints_come_in_cocos_order_and_in_pixels_of_the_frame():
    person = BlazePoseLandmarks(network())(FRAME, Region(np.array([200.0, 150.0]), 128))
    expected = np.array(COCO_LANDMARKS)[:, None] * (0.5, 1) + (200 - 64, 150 - 64)
    np.testing.assert_allclose(person.keypoints, expected, atol=1e-4)
    assert person.score == pytest.approx(0.9)
    visible = np.array(COCO_LANDMARKS) % 2 == 1
    np.testing.assert_allclose(person.scores, np.where(visible, 0.9 * 0.98201, 0.9 * 0.01799), atol=1e-4)


def test_nobody_there():
    assert BlazePoseLandmarks(network(presence=0.5))(FRAME, Region(np.array([200.0, 150.0]), 128)) is None


def test_a_region_around_the_joints_shows_them_upright_and_whole():
    points = np.zeros((39, 2))
    points[COCO_LANDMARKS, 1] = np.linspace(30, 220, 17)                # nose up, ankles down
    points[:, 0] = 128
    region = Region(np.array([200.0, 150.0]), 200, np.pi / 2)
    person = BlazePoseLandmarks(network(points=points))(FRAME, region)
    again = region_of(person)
    assert again.angle == pytest.approx(np.pi / 2, abs=1e-3)
    inside = (person.keypoints - again.center) @ np.linalg.inv(again.axes).T
    assert np.abs(inside).max() == pytest.approx(0.5 / (1.25 * 1.1), abs=1e-3)


def test_a_person_without_extent_still_has_a_region():
    assert region_of(person_within(np.full((17, 2), 9.0), np.ones(17), 1, (400, 300))).size == 1


def test_points_move_to_the_heat_around_them():
    heat = np.zeros((16, 16, 3))
    heat[5, [7, 8], 0] = 0.9, 0.3                                       # row 5, columns 7 and 8
    heat[5, 7, 1] = 0.4                                                 # not sure enough
    heat[0, 0, 2] = 1.0                                                 # too far away
    points = np.array([[6.2, 4.9], [6.2, 4.9], [9.5, 9.5]]) / 16
    refined = refine_points(points, heat) * 16
    np.testing.assert_allclose(refined, [[7.25, 5], [6.2, 4.9], [9.5, 9.5]])


def test_points_at_and_beyond_the_edge():
    heat = np.zeros((16, 16, 2))
    heat[1, 0] = 1
    refined = refine_points(np.array([[0.0, 0.0], [-0.1, 0.0]]), heat) * 16
    np.testing.assert_allclose(refined, [[0, 1], [-1.6, 0]])
