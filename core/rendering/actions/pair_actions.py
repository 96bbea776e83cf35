"""Actions of two people, who face each other along x about the origin; the main actor, at x < 0, comes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.rendering.actions.motion import LEFT, RIGHT, Clock, aim, beat, stride, track
from core.rendering.body_pose import Pose
from core.rendering.subject import Style


def face(pose: Pose) -> Pose:
    """Return the pose of the partner: on the other side of the origin, facing -x."""
    return replace(pose, heading=pose.heading + np.pi, root=-pose.root)


def hug(clock: Clock, styles: tuple[Style, Style], rng: np.random.Generator) -> tuple[Pose, Pose]:
    """The main actor steps in and both put their arms around each other."""
    gap = rng.uniform(1.0, 1.3)
    meet = rng.uniform(0.4, 0.55)
    poses = []
    for share, style in zip((0.7, 0.3), styles, strict=True):
        near = -0.15 + rng.normal(0, 0.01)
        far = near - share * (gap - 0.3)
        pose = stride(clock, style, rng, track(clock.progress, (0.0, meet), (far, near)))
        closed = track(clock.progress, (0.15, meet + 0.1), (0.0, 1.0))
        pat = 0.04 * beat(clock, style, rng, 2.0)
        for side, height in ((LEFT, 0.1), (RIGHT, -0.25)):
            wide = track(clock.progress, (0.2, meet - 0.05, meet + 0.15), (0.1, 0.35, -0.35))
            target = np.stack([np.full_like(wide, 0.72), wide, height + pat], axis=-1)
            aim(pose, side, closed, target)
        pose.pole[:] = (-0.1, 1.0, -0.5)
        pose.spine[:, 0] += 0.18 * closed
        pose.head[:, 1] += 0.25 * closed
        poses.append(pose)
    return poses[0], face(poses[1])


def walk_towards(clock: Clock, styles: tuple[Style, Style], rng: np.random.Generator) -> tuple[Pose, Pose]:
    """Both walk towards each other until they stand an arm's length apart."""
    return _walk_pair(clock, styles, rng, towards=True)


def walk_apart(clock: Clock, styles: tuple[Style, Style], rng: np.random.Generator) -> tuple[Pose, Pose]:
    """Both walk away from each other, backs turned."""
    main, other = _walk_pair(clock, styles, rng, towards=False)
    return replace(main, heading=main.heading + np.pi), replace(other, heading=other.heading + np.pi)


def _walk_pair(clock: Clock, styles: tuple[Style, Style], rng: np.random.Generator,
               towards: bool) -> tuple[Pose, Pose]:
    near = -rng.uniform(0.3, 0.4)
    poses = []
    for style in styles:
        far = near - rng.uniform(0.65, 0.8) * clock.duration
        ends = (far, near) if towards else (near, far)
        travel = ends[0] + (ends[1] - ends[0]) * np.clip(clock.progress, 0.0, 1.0)
        poses.append(stride(clock, style, rng, travel))
    return poses[0], face(poses[1])
