"""Recorded skeletons as bodies: places, sides, faces and the cameras' geometry."""

from __future__ import annotations

import numpy as np
import pytest

from core.layouts import COCO17, NUCLA20
from core.rendering.body import BODY_POINTS, POINT
from core.rendering.kinect import FOCAL, VIEWPOINTS, fill_missing, kinect_body, to_world, view_camera
from core.rendering.painter import faces_camera

JOINT = {name: index for index, name in enumerate(NUCLA20.joints)}


@pytest.mark.parametrize('view', VIEWPOINTS)
def test_camera_projects_recorded_meters_by_the_pinhole(view, kinect_joints):
    camera = view_camera(view)
    pixels, depth = camera.project(to_world(kinect_joints.astype(float), camera))
    x, y, z = np.moveaxis(kinect_joints.astype(float), -1, 0)
    np.testing.assert_allclose(pixels, np.stack([319.5 + FOCAL * x / z, 239.5 - FOCAL * y / z], axis=-1), atol=1e-6)
    np.testing.assert_allclose(depth, z, atol=1e-6)


@pytest.mark.parametrize(('view', 'height'), [(1, 1.39), (2, 1.46), (3, 1.475)])
def test_floor_is_where_the_feet_of_the_recordings_are(view, height):
    camera, (tall, pitch) = view_camera(view), VIEWPOINTS[view]
    assert tall == height
    distance = 3.0                                             # meters straight ahead on the floor, by trigonometry
    below, ahead = np.deg2rad(pitch), np.array([distance, height])
    forward = ahead @ np.array([np.cos(below), np.sin(below)])
    upward = ahead @ np.array([np.sin(below), -np.cos(below)])
    assert to_world(np.array([0.0, upward, forward]), camera)[2] == pytest.approx(0, abs=1e-9)


def test_joints_keep_their_places_with_sides_exchanged(kinect_joints):
    body = kinect_body(kinect_joints)
    assert body.shape == (3, len(BODY_POINTS), 3)
    for part in ('shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle'):
        np.testing.assert_array_equal(body[:, POINT[f'left_{part}']], kinect_joints[:, JOINT[f'right_{part}']])
    np.testing.assert_array_equal(body[:, POINT['right_toe']], kinect_joints[:, JOINT['left_foot']])


def test_toes_and_nose_point_the_same_way(kinect_joints):
    camera = view_camera(1)
    body = kinect_body(to_world(kinect_joints.astype(float), camera))
    toes = body[:, POINT['left_toe']] - body[:, POINT['left_ankle']]
    nose = body[:, POINT['nose']] - (body[:, POINT['left_ear']] + body[:, POINT['right_ear']]) / 2
    assert ((toes * nose).sum(-1) > 0).all()
    assert faces_camera(body, camera)[:, 0].all()
    turned = to_world((kinect_joints * (-1, 1, -1) + np.array([0, 0, 6])).astype(float), camera)   # half a turn
    assert not faces_camera(kinect_body(turned), camera)[:, :3].any()


def test_coco_left_is_on_the_right_of_the_picture_when_the_person_faces_it(kinect_joints):
    camera = view_camera(2)
    pixels, _ = camera.project(kinect_body(to_world(kinect_joints.astype(float), camera)))
    for left, right in COCO17.flip_pairs:
        assert (pixels[:, left, 0] > pixels[:, right, 0]).all()


def test_missing_joints_come_from_the_nearest_frame(kinect_joints):
    broken = kinect_joints.copy()
    broken[0, 4] = broken[1, 4] = 0
    filled = fill_missing(broken)
    np.testing.assert_array_equal(filled[:2, 4], kinect_joints[[2, 2], 4])
    np.testing.assert_array_equal(np.delete(filled, 4, axis=1), np.delete(kinect_joints, 4, axis=1))
