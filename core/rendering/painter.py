"""The painter: turns dressed bodies and a camera into frames and exact COCO-17 keypoints.

Bodies are given as 3D points, so recorded skeletons can be drawn as well as scripted ones. Parts are drawn from far to
near. A keypoint is visible if no part drawn later covers it.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from core.layouts import COCO17
from core.rendering.body import POINT
from core.rendering.body_parts import NUM_BODY_PARTS, PART, PART_NAMES, Solid, body_frames, dress, painting_depth
from core.rendering.camera import Camera
from core.rendering.subject import Look

_SHIFT = 4  # fractional bits of OpenCV's sub-pixel coordinates
_CORNERS = 20
_ANGLES = 2 * np.pi * np.arange(_CORNERS) / _CORNERS
_DIRECTIONS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=-1)  # (K, 2)
_FACE_NORMALS = np.array([(1.0, 0.0, -0.1), (0.85, 0.5, 0.0), (0.85, -0.5, 0.0), (-0.1, 1.0, 0.0), (-0.1, -1.0, 0.0)])
_TRUNK = [POINT[name] for name in ('left_shoulder', 'right_shoulder', 'left_hip', 'right_hip')]
_TRUNK_OPPOSITE = [POINT[name] for name in ('right_shoulder', 'left_shoulder', 'right_hip', 'left_hip')]


class Figure(NamedTuple):
    """A person to draw: body points ``(T, V, 3)`` in meters, in ``BODY_POINTS`` order, and the person's look."""

    points: np.ndarray
    look: Look


class DrawnJoints(NamedTuple):
    """The drawn people's joints.

    Attributes:
        keypoints: COCO-17 joints ``(M, T, 17, 2)`` in image pixels.
        visible: ``(M, T, 17)``, 1 seen, 0 covered or outside the image.
    """

    keypoints: np.ndarray
    visible: np.ndarray


class Scene(NamedTuple):
    """Figures as seen by a camera; the parts of all figures lie side by side along P.

    Attributes:
        figures, camera: what was projected.
        centers: ``(T, P, S, 2)`` pixels; radii: ``(T, P, S)`` pixels.
        depth: ``(T, P)`` meters, the order of painting.
        shown: ``(T, P)`` False for parts not worn and markings that face away.
        colors: ``(T, P, 3)`` RGB.
        shadows: ``(M, T, K, 2)`` pixels, outline of the shadow on the ground.
    """

    figures: tuple[Figure, ...]
    camera: Camera
    centers: np.ndarray
    radii: np.ndarray
    depth: np.ndarray
    shown: np.ndarray
    colors: np.ndarray
    shadows: np.ndarray


def compose(figures: tuple[Figure, ...], camera: Camera) -> Scene:
    """Project figures (same T each) into one scene."""
    views = [_view(dress(figure.points, figure.look), camera) for figure in figures]
    centers, radii, depth, shown, colors = (np.concatenate(arrays, axis=1) for arrays in zip(*views, strict=True))
    shadows = np.stack([_shadow(figure.points, camera) for figure in figures])
    return Scene(figures, camera, centers, radii, depth, shown, colors, shadows)


def _view(solid: Solid, camera: Camera) -> tuple[np.ndarray, ...]:
    """Centers, radii, depth, shown and colors of one body, as in ``Scene``."""
    centers, sphere_depth = camera.project(solid.centers)
    radii = camera.focal * solid.radii / sphere_depth
    depth = painting_depth(sphere_depth)
    towards = ((camera.position - solid.centers[:, :, 0]) * solid.normals).sum(-1)
    shown = solid.worn & ((towards > 0.1) | ~solid.normals.any(-1))
    behind = depth - depth[:, PART['shirt'], None]
    shade = np.clip(1.0 - 0.6 * behind, 0.72, 1.1)[..., None]
    return centers, radii, depth, shown, np.clip(solid.colors * shade, 0, 255)


def _shadow(points: np.ndarray, camera: Camera) -> np.ndarray:
    """Outline ``(T, K, 2)`` of the body projected onto the ground."""
    ground = points * (1.0, 1.0, 0.0)
    centers, depth = camera.project(ground)
    return outline(centers, 0.06 * camera.focal / depth)


def outline(centers: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Return the convex outline ``(..., K, 2)`` of circles with centers ``(..., S, 2)`` and radii ``(..., S)``."""
    reach = centers @ _DIRECTIONS.T + radii[..., None]  # (..., S, K)
    best = reach.argmax(axis=-2)
    chosen = np.take_along_axis(centers, best[..., None], axis=-2)
    return chosen + np.take_along_axis(radii, best, axis=-1)[..., None] * _DIRECTIONS


def paint(scene: Scene, background: np.ndarray) -> np.ndarray:
    """Return frames ``(T, H, W, 3)`` uint8 RGB: the scene on a copy of ``background`` ``(H, W, 3)``."""
    rims = _fixed(outline(scene.centers, scene.radii + 0.9))
    fills = _fixed(outline(scene.centers, scene.radii))
    lights = _fixed(outline(scene.centers - 0.28 * scene.radii[..., None], 0.5 * scene.radii))
    fill_colors = scene.colors.astype(int).tolist()
    dark = scene.colors.mean(axis=-1, keepdims=True) < 60  # black limbs must stand out from each other
    rim_colors = np.where(dark, scene.colors + 40, 0.5 * scene.colors).astype(int).tolist()
    light_colors = (0.84 * scene.colors + 41).astype(int).tolist()
    order = np.argsort(-scene.depth, axis=1)
    is_body = np.arange(order.shape[1]) % len(PART_NAMES) < NUM_BODY_PARTS
    frames = np.repeat(background[None], len(order), axis=0)
    for t, frame in enumerate(frames):
        _darken(frame, _fixed(scene.shadows[:, t]))
        for part in order[t][scene.shown[t, order[t]]].tolist():
            if is_body[part]:
                cv2.fillConvexPoly(frame, rims[t, part], rim_colors[t][part], cv2.LINE_AA, _SHIFT)
            cv2.fillConvexPoly(frame, fills[t, part], fill_colors[t][part], cv2.LINE_AA, _SHIFT)
            if is_body[part]:
                cv2.fillConvexPoly(frame, lights[t, part], light_colors[t][part], cv2.LINE_AA, _SHIFT)
    return frames


def _fixed(polygons: np.ndarray) -> np.ndarray:
    return np.rint(polygons * (1 << _SHIFT)).astype(np.int32)


def _darken(frame: np.ndarray, outlines: np.ndarray) -> None:
    """Blend shadows ``(M, K, 2)`` into the ground, in place, touching only the rows and columns they cover."""
    height, width = frame.shape[:2]
    left, top = np.clip((outlines.min(axis=(0, 1)) >> _SHIFT) - 1, 0, (width, height))
    right, bottom = np.clip((outlines.max(axis=(0, 1)) >> _SHIFT) + 2, 0, (width, height))
    if left >= right or top >= bottom:
        return
    patch = frame[top:bottom, left:right]
    dark = patch.copy()
    for polygon in outlines - np.array([left, top]) * (1 << _SHIFT):
        cv2.fillConvexPoly(dark, polygon.astype(np.int32), (30, 28, 26), cv2.LINE_AA, _SHIFT)
    patch[:] = cv2.addWeighted(patch, 0.62, dark, 0.38, 0)


def annotate(scene: Scene) -> DrawnJoints:
    """Return the exact keypoints of every figure and their visibility."""
    points = np.stack([figure.points[:, :COCO17.num_joints] for figure in scene.figures])  # (M, T, J, 3)
    keypoints, _ = scene.camera.project(points)
    width, height = scene.camera.size
    inside = ((keypoints >= -0.5) & (keypoints <= np.array([width, height]) - 0.5)).all(-1)
    seen = inside & ~_covered(scene, keypoints)
    seen[:, :, _TRUNK] &= np.stack([_near_side(figure.points, scene.camera) for figure in scene.figures])
    seen[:, :, :5] &= np.stack([faces_camera(figure.points, scene.camera) for figure in scene.figures])
    return DrawnJoints(keypoints.astype(np.float32), seen.astype(np.float32))


def faces_camera(points: np.ndarray, camera: Camera) -> np.ndarray:
    """Return bool ``(T, 5)``: nose, eyes and ears of body points ``(T, V, 3)`` on the camera's side of the head."""
    normals = _FACE_NORMALS @ body_frames(points).head.transpose(0, 2, 1)  # (T, 5, 3)
    towards = camera.position - points[:, :5]
    return (normals * towards).sum(-1) > -0.12 * np.linalg.norm(towards, axis=-1)


def _near_side(points: np.ndarray, camera: Camera) -> np.ndarray:
    """``(T, 4)`` False for a shoulder or hip on the far side of a trunk seen from within 40 degrees of its side."""
    across = points[:, _TRUNK] - points[:, _TRUNK_OPPOSITE]
    return across @ camera.axes[2] < 0.75 * np.linalg.norm(across, axis=-1)


def _covered(scene: Scene, keypoints: np.ndarray) -> np.ndarray:
    """``(M, T, J)`` whether a part painted after the joint's own parts lies over the joint."""
    people, (frames, _) = len(scene.figures), scene.depth.shape
    body = np.arange(scene.depth.shape[1]).reshape(people, -1)[:, :NUM_BODY_PARTS].ravel()
    reach = (scene.centers[:, body] @ _DIRECTIONS.T + scene.radii[:, body, :, None]).max(axis=-2)  # (T, P, K)
    position = (keypoints @ _DIRECTIONS.T)[..., None, :]  # (M, T, J, 1, K)
    over = (position < reach[None, :, None]).all(-1) & scene.shown[None, :, None, body]  # (M, T, J, P)
    depth = scene.depth[:, body]
    own = depth.reshape(frames, people, -1).transpose(1, 0, 2)[:, :, None] + np.where(_ATTACHED, 0.0, np.inf)
    nearer = own.min(axis=-1)[..., None] - depth[None, :, None]  # (M, T, J, P) meters the part lies in front
    margin = np.full((people, 1, COCO17.num_joints, people, NUM_BODY_PARTS), 0.02)
    margin[range(people), :, :, range(people)] = _MARGIN
    return (over & (nearer > margin.reshape(people, 1, COCO17.num_joints, -1))).any(-1)


def _attachment() -> tuple[np.ndarray, np.ndarray]:
    """Which parts ``(J, P)`` carry a joint, and how much nearer (meters) a part of the same body must be to hide it."""
    carriers = {'shoulder': ('upper_arm',), 'elbow': ('upper_arm', 'forearm'), 'wrist': ('forearm', 'palm'),
                'hip': ('thigh',), 'knee': ('thigh', 'shin'), 'ankle': ('shin', 'shoe')}
    attached = np.zeros((COCO17.num_joints, NUM_BODY_PARTS), dtype=bool)
    margin = np.full(attached.shape, 0.02)
    for side in ('left', 'right'):
        for joint, parts in carriers.items():
            attached[POINT[f'{side}_{joint}'], [PART[f'{side}_{part}'] for part in parts]] = True
    attached[:5, PART['face']] = True
    attached[3:5, PART['hair']] = True
    margin[np.ix_(_TRUNK, [PART['shirt'], PART['trousers'], PART['throat']])] = np.inf
    margin[:5, [PART['hair'], PART['mane']]] = np.inf
    margin[attached] = np.inf
    return attached, margin


_ATTACHED, _MARGIN = _attachment()
