"""Recorded Kinect-20 skeletons as bodies that can be drawn, and the cameras that recorded N-UCLA.

The recordings are mirrored, as Kinect pictures are: in 94 % of the frames the toes point backward, judged by the
shoulders and the spine. The joints that the file calls left are therefore drawn as the body's right side. COCO's left
and right are those of the drawn person.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.layouts import NUCLA20
from core.rendering.body import BODY_POINTS, HEAD_OFFSETS, HEAD_POINTS, HEAD_SHARE, POINT, axes_of, stature_of
from core.rendering.camera import Camera, look_at

FOCAL, SIZE = 531.0, (640, 480)

_AHEAD = 2.7  # meters from the camera to the world's origin, about where people act
_JOINT = {name: index for index, name in enumerate(NUCLA20.joints)}


class Viewpoint(NamedTuple):
    """A recording camera: ``height`` above the floor in meters and ``pitch`` downwards in degrees."""

    height: float
    pitch: float


VIEWPOINTS: dict[int, Viewpoint] = {1: Viewpoint(1.39, 12.2), 2: Viewpoint(1.46, 15.8), 3: Viewpoint(1.475, 17.5)}
"""By view number; fitted to the lower foot of all frames (least absolute deviations), with the floor 3 cm below it."""


def view_camera(view: int) -> Camera:
    """Return the pinhole camera of a view: 640x480, focal length 531 px, centered; the world's floor is z = 0."""
    height, pitch = VIEWPOINTS[view]
    drop = _AHEAD * np.tan(np.deg2rad(pitch))
    return look_at(np.array([-_AHEAD, 0.0, height]), np.array([0.0, 0.0, height - drop]), FOCAL, SIZE)


def to_world(joints: np.ndarray, camera: Camera) -> np.ndarray:
    """Map points ``(..., 3)`` in camera meters (x right, y up, z forward) to the world."""
    return camera.position + (joints * (1.0, -1.0, 1.0)) @ camera.axes


def fill_missing(joints: np.ndarray) -> np.ndarray:
    """Return joints ``(T, V, 3)``; a missing one, exactly 0, takes its place in the nearest frame that has it."""
    times, missing = np.arange(len(joints)), (joints == 0).all(axis=-1)                   # (T, V)
    distance = np.abs(times[:, None] - times)[..., None] + len(joints) * missing[None]    # (T, T, V)
    return np.take_along_axis(joints, distance.argmin(axis=1)[..., None], axis=0)


def kinect_body(joints: np.ndarray) -> np.ndarray:
    """Return the body points ``(T, V, 3)`` (``BODY_POINTS`` order) of Kinect-20 joints ``(T, 20, 3)`` in world meters.

    Limbs are copied with left and right exchanged. The face is placed at the recorded head. Its upward direction leads
    from the middle of the shoulders to the head, its sideways direction along the shoulders.
    """
    points = np.zeros((len(joints), len(BODY_POINTS), 3))
    at = {name: joints[:, index] for name, index in _JOINT.items()}
    for side, recorded in (('left', 'right'), ('right', 'left')):
        for part in ('shoulder', 'elbow', 'wrist', 'hand', 'hip', 'knee', 'ankle'):
            points[:, POINT[f'{side}_{part}']] = at[f'{recorded}_{part}']
        points[:, POINT[f'{side}_toe']] = at[f'{recorded}_foot']
    points[:, POINT['pelvis']] = (at['left_hip'] + at['right_hip']) / 2
    points[:, POINT['spine']] = (at['spine'] + at['shoulder_center']) / 2
    points[:, POINT['neck']] = at['shoulder_center']
    up, left = at['head'] - at['shoulder_center'], at['right_shoulder'] - at['left_shoulder']
    face = axes_of(up, left) @ (HEAD_OFFSETS * HEAD_SHARE * stature_of(points)).T         # (T, 3, P)
    points[:, [POINT[name] for name in HEAD_POINTS]] = at['head'][:, None] + face.swapaxes(1, 2)
    return points
