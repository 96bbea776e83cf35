"""Random people in random poses, without end, to pretrain a pose network without any recorded data.

They share the demo's renderer, but nothing of the demo that a network could memorize:

* Subjects are strangers, with numbers from ``FIRST_STRANGER`` and garments ``COLOR_GAP`` away from the demo's.
* Cameras stand nearer or farther than the demo's (``DISTANCES`` leaves out ``camera.DEMO_DISTANCES``).
* Backgrounds are clutter instead of rooms.
* Poses are disturbed at random.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from core.rendering.actions.library import ACTIONS, perform
from core.rendering.actions.motion import Clock
from core.rendering.background import clutter
from core.rendering.body import POINT, forward_kinematics, place
from core.rendering.body_pose import disturb
from core.rendering.camera import Camera, look_at
from core.rendering.painter import Figure, annotate, compose, paint
from core.rendering.subject import Subject, stranger

DISTANCES = ((2.2, 3.5), (4.6, 8.0))
_ELEVATIONS = np.deg2rad((-5.0, 35.0))
_HEIGHTS = (0.42, 0.94)
_LIBRARY = tuple(ACTIONS.values())


class PersonSample(NamedTuple):
    """One picture of one annotated person.

    Attributes:
        frame: ``(H, W, 3)`` uint8 RGB.
        keypoints: ``(17, 2)`` float32 pixels, COCO order, exact for every joint, also covered or outside the frame.
        visible: ``(17,)`` float32, 1 seen, 0 covered or outside the frame.
        subject: number of the drawn subject, from ``FIRST_STRANGER``.
    """

    frame: np.ndarray
    keypoints: np.ndarray
    visible: np.ndarray
    subject: int


def render_person_sample(rng: np.random.Generator, size: tuple[int, int] = (160, 160)) -> PersonSample:
    """Return a random stranger, 0.42 to 0.94 frame heights tall when upright; ``size`` is (width, height) in pixels.

    In about one of three pictures a second person stands nearby.
    """
    subject, points = _random_person(rng)
    camera = random_camera(rng, points[0], size)
    figures = [Figure(points, subject.look)]
    if rng.random() < 0.35:
        other, other_points = _random_person(rng)
        angle, apart = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1.1)
        beside = place(other_points, 0.0, (apart * np.cos(angle), apart * np.sin(angle)))
        figures.append(Figure(beside, other.look))
    scene = compose(tuple(figures), camera)
    frame = _weather(rng, paint(scene, clutter(rng, size))[0])
    keypoints, visible = annotate(scene)
    return PersonSample(frame, keypoints[0, 0], visible[0, 0], subject.number)


def random_camera(rng: np.random.Generator, points: np.ndarray, size: tuple[int, int]) -> Camera:
    """Return a camera at a random angle that frames body points ``(V, 3)`` loosely, ``DISTANCES`` from their middle."""
    near, far = DISTANCES[rng.integers(len(DISTANCES))]
    distance, elevation = rng.uniform(near, far), rng.uniform(*_ELEVATIONS)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    focal = rng.uniform(*_HEIGHTS) * size[1] * distance / 1.75
    azimuth = rng.uniform(0, 2 * np.pi)
    away, right = np.array([np.cos(azimuth), np.sin(azimuth), 0.0]), np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    position = middle + distance * (np.cos(elevation) * away + (0.0, 0.0, np.sin(elevation)))
    position[2] = max(position[2], 0.1)
    free = max(size[1] / 2 / focal * distance - np.ptp(points[:, 2]) / 2, 0.05)
    aside, above = 0.8 * free * rng.uniform(-1, 1, 2)
    return look_at(position, middle + aside * right + (0.0, 0.0, above), focal, size)


def _random_person(rng: np.random.Generator) -> tuple[Subject, np.ndarray]:
    """A stranger and the points ``(1, V, 3)`` of one disturbed moment of one random action, pelvis above the origin."""
    subject = stranger(rng)
    action = _LIBRARY[rng.integers(len(_LIBRARY))]
    duration = rng.uniform(1.0, 1.7)
    clock = Clock(rng.uniform(0, duration, 1), duration)
    poses = perform(action, clock, (subject.style,) * action.people, rng)
    pose = disturb(poses[rng.integers(len(poses))], rng, amount=float(rng.choice([0.3, 1.0, 1.6])))
    points = forward_kinematics(subject.proportions, pose)
    return subject, points - points[:, POINT['pelvis']] * (1.0, 1.0, 0.0)


def _weather(rng: np.random.Generator, frame: np.ndarray) -> np.ndarray:
    """Return the frame with random exposure, and now and then blur or noise."""
    blurred, noisy = rng.random(2) < (0.4, 0.5)
    if blurred:
        frame = cv2.GaussianBlur(frame, (0, 0), float(rng.uniform(0.4, 1.3)))
    frame = cv2.convertScaleAbs(frame, alpha=float(rng.uniform(0.65, 1.25)), beta=float(rng.uniform(-10, 35)))
    if noisy:
        level = int(rng.integers(4, 28))
        noise = rng.integers(0, level, frame.shape, dtype=np.uint8)
        frame = cv2.subtract(cv2.add(frame, noise), np.full_like(frame, level // 2))
    return frame
