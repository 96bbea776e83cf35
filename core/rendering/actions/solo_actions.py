"""Actions of one person, who faces +x at the origin; each makes a pose of frame times, a style and a generator."""

from __future__ import annotations

import numpy as np

from core.rendering.actions.motion import LEFT, RIGHT, Clock, aim, beat, crouch, hang, idle, track, window
from core.rendering.body_pose import REST_WRIST, Pose
from core.rendering.subject import Style


def pick_up(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Bend down to the floor with one hand and come up again."""
    pose, progress = idle(clock, style, rng), window(clock, rng, style)
    depth = track(progress, (0.0, 0.42, 0.58, 1.0), (0.0, 1.0, 1.0, 0.0))
    crouch(pose, depth, 1.3 * style.amplitude, 0.65, 0.8 * style.amplitude)
    pose.head[:, 0] += 0.2 * depth
    aim(pose, RIGHT, depth, hang(pose) + (0.12, -0.1, 0.0))
    aim(pose, LEFT, depth, (0.55, 0.1, -0.5))
    return pose


def throw(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Wind up behind the shoulder, step and throw overhand."""
    pose, progress = idle(clock, style, rng), window(clock, rng, style)
    reach = style.amplitude
    rest = tuple(pose.wrist[0, RIGHT])
    keys = (rest, (-0.45, 0.6, 0.45), (-0.4, 0.5, 0.6), (0.75 * reach, 0.1, 0.6), (0.55, -0.5, -0.5), rest)
    pose.wrist[:, RIGHT] = track(progress, (0.0, 0.3, 0.42, 0.56, 0.7, 1.0), keys)
    aim(pose, LEFT, track(progress, (0.0, 0.3, 0.45, 0.6), (0.0, 1.0, 1.0, 0.0)), (0.7, 0.3, 0.05))
    pose.pole[:, RIGHT] = (-0.3, 1.0, -0.4)
    turn = track(progress, (0.0, 0.35, 0.6, 0.75, 1.0), (0.0, -0.7, 0.6, 0.6, 0.0))
    pose.spine[:, 2] += turn * reach
    pose.head[:, 2] -= 0.8 * turn * reach
    pose.spine[:, 0] += track(progress, (0.3, 0.6, 0.75, 1.0), (-0.12, 0.45, 0.45, 0.0))
    step = track(progress, (0.2, 0.42, 0.55, 0.8, 1.0), (0.0, 0.7, 0.45, 0.4, 0.1)) * reach
    pose.hip[:, LEFT, 0] += step
    pose.knee[:, LEFT] += 0.8 * step
    pose.hip[:, RIGHT, 0] -= 0.4 * step
    pose.plant[:] = (0.0, 1.0)
    return pose


def _seat(pose: Pose, depth: np.ndarray, style: Style) -> Pose:
    """Sit down by ``depth`` ``(T,)``, leaning forward on the way, hands ending on the thighs."""
    on_way = 4 * depth * (1 - depth)
    pose.knee += (1.5 * depth)[:, None]
    pose.hip[..., 0] += (1.5 * depth + 0.25 * on_way)[:, None]
    pose.hip[..., 1] += 0.1 * depth[:, None]
    pose.tilt[:, 0] += 0.25 * on_way
    pose.spine[:, 0] += 0.55 * on_way * style.amplitude
    for side in (LEFT, RIGHT):
        aim(pose, side, depth, (0.52, -0.02, -0.62))
    return pose


def sit_down(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Sit down on a seat that is not drawn, feet staying in place."""
    pose, progress = idle(clock, style, rng), window(clock, rng, style)
    return _seat(pose, track(progress, (0.05, 0.75), (0.0, 1.0)), style)


def stand_up(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Stand up from a seat."""
    pose, progress = idle(clock, style, rng), window(clock, rng, style)
    return _seat(pose, track(progress, (0.2, 0.9), (1.0, 0.0)), style)


def clap(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Clap the hands in front of the chest."""
    pose = idle(clock, style, rng)
    apart = 0.5 + 0.5 * beat(clock, style, rng, 2.4)
    height = rng.uniform(-0.25, 0.0)
    start = track(clock.progress, (0.0, rng.uniform(0.08, 0.2)), (rng.choice([0.0, 1.0]), 1.0))
    outward = -0.26 + 0.42 * style.amplitude * apart
    target = np.stack([0.64 - 0.14 * apart, outward, np.full_like(apart, height)], axis=-1)
    for side in (LEFT, RIGHT):
        aim(pose, side, start, target)
    pose.pole[:] = (-0.5, 1.0, -0.8)
    return pose


def cheer_up(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Throw both arms up and shake them, bouncing at the knees."""
    pose, pulse = idle(clock, style, rng), beat(clock, style, rng, 2.2)
    raised = track(clock.progress, (0.0, rng.uniform(0.18, 0.3)), (0.0, 1.0))
    spread = rng.uniform(0.25, 0.5)
    target = np.stack([np.full_like(pulse, 0.1), spread + 0.05 * pulse, 0.78 + 0.16 * style.amplitude * pulse], axis=-1)
    for side in (LEFT, RIGHT):
        aim(pose, side, raised, target)
    pose.pole[:] = (0.2, 1.0, -0.3)
    crouch(pose, raised * (0.5 - 0.5 * pulse), 0.35, 0.05, 0.05)
    pose.spine[:, 0] -= 0.08 * raised
    pose.head[:, 0] -= 0.15 * raised
    return pose


def wave_hand(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Wave one raised hand from side to side."""
    pose, pulse = idle(clock, style, rng), beat(clock, style, rng, 2.0)
    raised = track(clock.progress, (0.0, rng.uniform(0.12, 0.25)), (rng.choice([0.0, 1.0]), 1.0))
    middle, height = rng.uniform(0.38, 0.5), rng.uniform(0.55, 0.72)
    swing = style.amplitude * pulse
    target = np.stack([0.2 - 0.14 * swing, middle + 0.3 * swing, height - 0.06 * swing], axis=-1)
    aim(pose, RIGHT, raised, target)
    pose.pole[:, RIGHT] = (0.0, 0.8, -1.0)
    pose.spine[:, 1] += 0.04 * raised * pulse
    return pose


def kick(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Swing one leg back and kick forward, arms balancing."""
    pose, progress = idle(clock, style, rng), window(clock, rng, style)
    swing = track(progress, (0.05, 0.3, 0.52, 0.62, 0.95), (0.0, -0.6, 1.25, 1.2, 0.0)) * style.amplitude
    bent = track(progress, (0.05, 0.3, 0.42, 0.55, 0.7, 0.95), (0.0, 1.2, 0.9, 0.1, 0.5, 0.0))
    pose.hip[:, RIGHT, 0] += swing
    pose.knee[:, RIGHT] += bent
    pose.ankle[:, RIGHT] += 0.3 * np.abs(swing)
    pose.knee[:, LEFT] += 0.12 * np.abs(swing)
    pose.hip[:, LEFT, 0] += 0.06 * np.abs(swing)
    pose.spine[:, 0] -= 0.22 * swing
    effort = np.clip(np.abs(swing), 0.0, 1.0)
    aim(pose, LEFT, effort, (0.35, 0.65, -0.35))
    aim(pose, RIGHT, effort, (-0.3, 0.6, -0.55))
    pose.plant[:] = (1.0, 0.0)
    return pose


def jump_up(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Crouch and jump on the spot with swinging arms, once or twice."""
    pose, progress = idle(clock, style, rng), window(clock, rng, style)
    jumps = 2 if clock.duration * style.tempo > 1.45 else 1
    local = np.where(progress < 1.0, progress * jumps % 1.0, 1.0)
    depth = track(local, (0.0, 0.28, 0.42, 0.68, 0.8, 1.0), (0.0, 1.0, 0.0, 0.0, 0.7, 0.0))
    crouch(pose, depth, 1.25, 0.35, 0.35)
    flight = np.clip((local - 0.4) / 0.3, 0.0, 1.0)
    pose.lift += 1.05 * style.amplitude * flight * (1 - flight)
    pose.ankle += 0.6 * (4 * flight * (1 - flight))[:, None]
    rest, back, front, up = REST_WRIST, (-0.45, 0.15, -0.8), (0.8, 0.2, -0.2), (0.45, 0.25, 0.75)
    pose.wrist[:] = track(local, (0.0, 0.24, 0.4, 0.52, 0.68, 1.0), (rest, back, front, up, front, rest))[:, None]
    return pose


def fall(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Collapse to the floor forwards, backwards or to a side."""
    pose, progress = idle(clock, style, rng), window(clock, rng, style)
    direction = rng.choice([-0.9, 0.0, 0.9]) + rng.normal(0, 0.2) + np.pi * (rng.random() < 0.35)
    buckle = track(progress, (0.05, 0.35, 0.8), (0.0, 1.0, 0.1))
    down = track(progress, (0.12, 0.82), (0.0, 1.0)) ** 1.4
    pose.root -= 0.6 * np.array([np.cos(direction), -np.sin(direction)])  # the fall ends about the origin
    ahead, aside = np.sin(1.5 * down) * np.cos(direction), np.sin(1.5 * down) * np.sin(direction)
    pose.tilt += np.stack([np.arctan2(ahead, np.cos(1.5 * down)), np.arcsin(aside)], axis=-1)
    pose.ankle += 1.2 * np.maximum(ahead, 0.0)[:, None]
    pose.knee += (1.2 * buckle)[:, None] * rng.uniform(0.7, 1.1, 2)
    pose.hip[..., 0] += (0.6 * buckle)[:, None]
    pose.spine[:, 0] += 0.25 * buckle
    pose.head[:, 0] -= 0.4 * down * np.cos(direction)
    for side in (LEFT, RIGHT):
        aim(pose, side, track(progress, (0.1, 0.5), (0.0, 1.0)), (0.5, 0.45 + rng.uniform(-0.1, 0.2), 0.25))
        aim(pose, side, track(progress, (0.5, 0.8), (0.0, 1.0)), (0.2, rng.uniform(0.1, 0.3), rng.uniform(0.7, 0.9)))
    return pose


def hop(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Hop on one leg."""
    pose = idle(clock, style, rng)
    pulse = np.abs(np.sin(np.pi * 2.0 * style.tempo * clock.seconds))
    pose.lift += 0.14 * style.amplitude * pulse
    pose.knee += np.stack([0.35 * (1 - pulse), np.full_like(pulse, 1.5)], axis=-1)
    pose.hip[..., 0] += np.stack([0.2 * (1 - pulse), np.full_like(pulse, 0.5)], axis=-1)
    pose.wrist[:] = (0.4, 0.4, -0.5)
    pose.wrist[..., 2] += 0.15 * pulse[:, None]
    return pose


def salute(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Raise one hand to the forehead."""
    pose, progress = idle(clock, style, rng), window(clock, rng, style)
    aim(pose, RIGHT, track(progress, (0.0, 0.3, 0.8, 1.0), (0.0, 1.0, 1.0, 0.3)), (0.28, 0.0, 0.48))
    pose.pole[:, RIGHT] = (0.0, 1.0, -0.2)
    return pose


def cross_arms(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Cross the forearms in front of the chest."""
    pose, progress = idle(clock, style, rng), window(clock, rng, style)
    share = track(progress, (0.0, 0.35), (0.0, 1.0))
    for side, forward in ((LEFT, 0.42), (RIGHT, 0.5)):
        aim(pose, side, share, (forward, -0.5, -0.15 + rng.normal(0, 0.1)))
    return pose


def bow(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Bow from the hips and nod."""
    pose, progress = idle(clock, style, rng), window(clock, rng, style)
    depth = track(progress, (0.0, 0.5, 1.0), (0.0, 1.0, 0.0))
    crouch(pose, depth, 0.0, 0.4, 0.6 * style.amplitude)
    pose.head[:, 0] += 0.5 * depth
    return pose
