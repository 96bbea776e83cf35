"""The articulated body: a fixed set of named points and the kinematics that turn a pose into them.

World axes are in meters, z points up and the ground is z = 0. Drawing needs only the points, so any skeleton with these
points can be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.layouts import COCO17
from core.rendering.body_pose import Pose

BODY_POINTS: tuple[str, ...] = (*COCO17.joints, 'pelvis', 'spine', 'neck', 'head_top',
                                'left_hand', 'right_hand', 'left_toe', 'right_toe')
POINT = {name: index for index, name in enumerate(BODY_POINTS)}

HEAD_SHARE, _LEG_SHARE = 0.061, 0.484  # head radius and leg over stature (Drillis and Contini)
_SIDE = np.array([1.0, -1.0])
HEAD_POINTS = ('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'head_top')
# Head-frame offsets from the head's middle, in head radii.
HEAD_OFFSETS = np.array([(1.08, 0, -0.22), (0.9, 0.36, 0.12), (0.9, -0.36, 0.12),
                          (-0.05, 0.84, -0.08), (-0.05, -0.84, -0.08), (-0.1, 0, 1.2)])
# Flesh between a point and the ground, as a fraction of stature, when that point is the lowest.
_CLEARANCE = {'left_ankle': 0.039, 'right_ankle': 0.039, 'left_toe': 0.016, 'right_toe': 0.016, 'head_top': 0.0,
              'left_ear': 0.02, 'right_ear': 0.02, 'nose': 0.0, 'pelvis': 0.06, 'spine': 0.06}
_SOLE_LIMITS = (-0.6, 0.8)


@dataclass(frozen=True)
class Proportions:
    """Segment lengths in meters."""

    stature: float
    shoulder_half: float
    hip_half: float
    upper_arm: float
    forearm: float
    hand: float
    thigh: float
    shin: float
    foot: float
    torso: float
    neck: float
    head_radius: float

    @classmethod
    def from_stature(cls, stature: float, legs: float = 1.0, arms: float = 1.0, shoulders: float = 1.0) -> Proportions:
        """Return adult proportions (Drillis and Contini's fractions of stature) with limb lengths scaled as given."""
        return cls(stature, shoulder_half=0.108 * stature * shoulders, hip_half=0.052 * stature,
                   upper_arm=0.172 * stature * arms, forearm=0.150 * stature * arms, hand=0.055 * stature,
                   thigh=0.242 * stature * legs, shin=0.242 * stature * legs, foot=0.105 * stature,
                   torso=0.300 * stature, neck=0.092 * stature, head_radius=HEAD_SHARE * stature)

    @property
    def arm(self) -> float:
        """Shoulder to wrist, stretched."""
        return self.upper_arm + self.forearm


def rotation(yaw: ArrayLike, pitch: ArrayLike, roll: ArrayLike) -> np.ndarray:
    """Return ``Rz(yaw) Ry(pitch) Rx(roll)`` of broadcastable angles ``(...)`` as matrices ``(..., 3, 3)``."""
    angles = np.broadcast_arrays(yaw, pitch, roll)
    cy, cp, cr = (np.cos(angle) for angle in angles)
    sy, sp, sr = (np.sin(angle) for angle in angles)
    entries = (cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr,
               sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr,
               -sp, cp * sr, cp * cr)
    return np.stack(entries, axis=-1).reshape(*angles[0].shape, 3, 3)


def forward_kinematics(proportions: Proportions, pose: Pose) -> np.ndarray:
    """Return the body points ``(T, V, 3)`` in meters, V in ``BODY_POINTS`` order, standing or lying on z = 0."""
    pelvis = rotation(pose.heading, pose.tilt[:, 0], pose.tilt[:, 1])  # (T, 3, 3)
    bend, side, turn = pose.spine.T
    loin = pelvis @ rotation(turn / 2, bend / 2, side / 2)
    chest = pelvis @ rotation(turn, bend, side)
    points = np.zeros((pose.num_frames, len(BODY_POINTS), 3))
    points[:, POINT['spine']] = loin[..., 2] * proportions.torso / 2
    points[:, POINT['neck']] = points[:, POINT['spine']] + chest[..., 2] * proportions.torso / 2
    _place_head(points, proportions, chest, pose)
    _place_arms(points, proportions, chest, pose)
    _place_legs(points, proportions, pelvis, pose)
    return _stand_on_ground(points, proportions, pose)


def stature_of(points: np.ndarray) -> float:
    """Return the stature in meters that follows from the median leg length of body points ``(T, V, 3)``."""
    hip, knee, ankle = (points[:, [POINT[f'{side}_{name}'] for side in ('left', 'right')]]
                        for name in ('hip', 'knee', 'ankle'))                             # (T, 2, 3)
    legs = np.linalg.norm(hip - knee, axis=-1) + np.linalg.norm(knee - ankle, axis=-1)
    return float(np.median(legs)) / _LEG_SHARE


def axes_of(up: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Return axes ``(..., 3, 3)``, columns forward, left, up, of ``up`` and a rough ``left``, ``(..., 3)`` each."""
    up = up / np.maximum(np.linalg.norm(up, axis=-1, keepdims=True), 1e-6)
    left = left - (left * up).sum(-1, keepdims=True) * up
    left = left / np.maximum(np.linalg.norm(left, axis=-1, keepdims=True), 1e-6)
    return np.stack([np.cross(left, up), left, up], axis=-1)


def place(points: np.ndarray, heading: float, offset: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """Return points ``(..., 3)`` turned by ``heading`` radians about the vertical axis, then moved by (x, y) meters."""
    turn = rotation(heading, 0.0, 0.0)
    return points @ turn.T + np.array([*offset, 0.0])


def _place_head(points: np.ndarray, body: Proportions, chest: np.ndarray, pose: Pose) -> None:
    nod, tilt, turn = pose.head.T
    head = chest @ rotation(turn, nod, tilt)
    middle = points[:, POINT['neck']] + body.neck * (0.35 * chest[..., 2] + 0.65 * head[..., 2])
    rows = [POINT[name] for name in HEAD_POINTS]
    offsets = np.einsum('tij,kj->tki', head, HEAD_OFFSETS * body.head_radius)
    points[:, rows] = middle[:, None] + offsets


def _place_arms(points: np.ndarray, body: Proportions, chest: np.ndarray, pose: Pose) -> None:
    """Two-bone inverse kinematics: elbows bend towards ``pose.pole``; unreachable wrists are pulled into reach."""
    mirror = np.stack([np.ones(2), _SIDE, np.ones(2)], axis=-1)  # (2, 3)
    down, half = 0.022 * body.stature, body.shoulder_half
    inset = np.array([(0.0, half, -down), (0.0, -half, -down)])
    shoulder = points[:, None, POINT['neck']] + np.einsum('tij,sj->tsi', chest, inset)  # (T, 2, 3)
    target = np.einsum('tij,tsj->tsi', chest, pose.wrist * mirror) * body.arm
    pole = np.einsum('tij,tsj->tsi', chest, pose.pole * mirror)
    distance = np.linalg.norm(target, axis=-1, keepdims=True)
    axis = target / np.maximum(distance, 1e-6)
    reach = np.clip(distance, 0.25 * body.arm, 0.998 * body.arm)
    along = (body.upper_arm ** 2 + reach ** 2 - body.forearm ** 2) / (2 * reach)
    aside = np.sqrt(np.maximum(body.upper_arm ** 2 - along ** 2, 0.0))
    swing = pole - (pole * axis).sum(-1, keepdims=True) * axis
    swing /= np.maximum(np.linalg.norm(swing, axis=-1, keepdims=True), 1e-6)
    elbow = shoulder + along * axis + aside * swing
    wrist = shoulder + reach * axis
    hand = wrist + (wrist - elbow) * body.hand / body.forearm
    _write_sides(points, {'shoulder': shoulder, 'elbow': elbow, 'wrist': wrist, 'hand': hand})


def _place_legs(points: np.ndarray, body: Proportions, pelvis: np.ndarray, pose: Pose) -> None:
    flexion, abduction, outward = np.moveaxis(pose.hip, -1, 0)  # (T, 2) each
    thigh = pelvis[:, None] @ rotation(outward * _SIDE, -flexion, abduction * _SIDE)  # (T, 2, 3, 3)
    zero = np.zeros_like(pose.knee)
    shin = thigh @ rotation(zero, pose.knee, zero)
    level = -np.clip(pose.tilt[:, :1] - flexion + pose.knee, *_SOLE_LIMITS)
    sole = shin @ rotation(zero, level + pose.ankle, zero)
    hip = np.einsum('tij,sj->tsi', pelvis, _SIDE[:, None] * (0.0, body.hip_half, 0.0))
    knee = hip - body.thigh * thigh[..., 2]
    ankle = knee - body.shin * shin[..., 2]
    toe = ankle + body.foot * sole[..., 0] - 0.023 * body.stature * sole[..., 2]
    _write_sides(points, {'hip': hip, 'knee': knee, 'ankle': ankle, 'toe': toe})


def _write_sides(points: np.ndarray, pairs: dict[str, np.ndarray]) -> None:
    for name, pair in pairs.items():
        points[:, [POINT[f'left_{name}'], POINT[f'right_{name}']]] = pair


def _stand_on_ground(points: np.ndarray, body: Proportions, pose: Pose) -> np.ndarray:
    clearance = body.stature * np.array([_CLEARANCE.get(name, 0.02) for name in BODY_POINTS])
    ankles = points[:, [POINT['left_ankle'], POINT['right_ankle']], :2]
    shift = np.empty((len(points), 3))
    shift[:, :2] = pose.root - np.einsum('ts,tsi->ti', pose.plant, ankles)
    shift[:, 2] = pose.lift - (points[..., 2] - clearance).min(axis=1)
    return points + shift[:, None]
