"""The pose of a body over time: joint angles, hand targets and root motion, one row per frame.

Body axes are right-handed: x forward, y to the body's left, z up. Angles are radians. Side axis: 0 left, 1 right.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

REST_WRIST = (0.06, 0.10, -0.97)
REST_POLE = (-0.7, 0.5, -0.6)

_SHAPES: dict[str, tuple[int, ...]] = {
    'root': (2,), 'heading': (), 'lift': (), 'plant': (2,), 'tilt': (2,), 'spine': (3,), 'head': (3,),
    'hip': (2, 3), 'knee': (2,), 'ankle': (2,), 'wrist': (2, 3), 'pole': (2, 3),
}
_SPREAD = {'tilt': 0.08, 'spine': 0.18, 'head': 0.25, 'hip': 0.2, 'knee': 0.3, 'ankle': 0.15, 'wrist': 0.4, 'pole': 0.3}


@dataclass
class Pose:
    """Joint angles and root motion of T frames.

    Sideways quantities of limbs are measured outward from the body: equal numbers on both sides are a symmetric pose.

    Attributes:
        root: ``(T, 2)`` meters, ground position.
        heading: ``(T,)`` turn about the vertical axis; 0 faces +x.
        lift: ``(T,)`` meters between the lowest body point and the ground.
        plant: ``(T, 2)`` weights of the left and right ankle in the point that is held at ``root``; the pelvis has the
            rest. (.5, .5) stands on both feet, (1, 0) on the left one, (0, 0) holds the pelvis itself (walking).
        tilt: ``(T, 2)`` pelvis pitch (forward) and roll (to the right).
        spine: ``(T, 3)`` chest against pelvis: bend forward, bend to the right, turn left.
        head: ``(T, 3)`` head against chest: nod forward, tilt to the right, turn left.
        hip: ``(T, 2, 3)`` thigh against pelvis: flexion, abduction, outward rotation.
        knee: ``(T, 2)`` flexion.
        ankle: ``(T, 2)`` toes down, added to the angle that keeps the sole level.
        wrist: ``(T, 2, 3)`` wrist relative to its shoulder in chest axes (y outward), in arm lengths.
        pole: ``(T, 2, 3)`` direction the elbow points to, same axes.
    """

    root: np.ndarray
    heading: np.ndarray
    lift: np.ndarray
    plant: np.ndarray
    tilt: np.ndarray
    spine: np.ndarray
    head: np.ndarray
    hip: np.ndarray
    knee: np.ndarray
    ankle: np.ndarray
    wrist: np.ndarray
    pole: np.ndarray

    @property
    def num_frames(self) -> int:
        """T, the number of frames."""
        return len(self.heading)

    @classmethod
    def standing(cls, num_frames: int) -> Pose:
        """Return ``num_frames`` frames of standing at the origin, arms hanging, facing +x."""
        pose = cls(**{name: np.zeros((num_frames, *shape)) for name, shape in _SHAPES.items()})
        pose.plant += 0.5
        pose.wrist[:] = REST_WRIST
        pose.pole[:] = REST_POLE
        return pose

    def mirrored(self) -> Pose:
        """Return the pose with left and right exchanged."""
        swapped = {field.name: getattr(self, field.name).copy() for field in fields(self)}
        for name in ('plant', 'hip', 'knee', 'ankle', 'wrist', 'pole'):
            swapped[name] = swapped[name][:, ::-1].copy()
        for name in ('tilt', 'spine', 'head'):
            swapped[name][:, 1:] *= -1
        swapped['heading'] *= -1
        swapped['root'][:, 1] *= -1
        return Pose(**swapped)


def disturb(pose: Pose, rng: np.random.Generator, amount: float = 1.0) -> Pose:
    """Return ``pose`` with one random offset per joint, the same in every frame; ``amount`` scales all offsets.

    Wrist targets move by up to about half an arm length, so the poses vary far more than those of the motions.
    """
    offset = {name: amount * spread * rng.standard_normal(_SHAPES[name]) for name, spread in _SPREAD.items()}
    moved = {field.name: getattr(pose, field.name) + offset.get(field.name, 0.0) for field in fields(pose)}
    moved['knee'] = np.clip(moved['knee'], 0.0, 2.3)
    return Pose(**moved)
