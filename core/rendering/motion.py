"""Scripted actions: functions of time that return poses, varied by a person's style and a random generator.

Every motion takes the frame times of the whole clip at once. Single actors face +x at the origin; pairs face each other
along x, the main actor first. Numbers are NTU RGB+D's action classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from core.rendering.pose import REST_WRIST, Pose
from core.rendering.subject import Style

LEFT, RIGHT = 0, 1


class Clock(NamedTuple):
    """Frame times (T,) and the length of the performance they lie in, both in seconds."""

    seconds: np.ndarray
    duration: float

    @property
    def progress(self) -> np.ndarray:
        """(T,) time as a fraction of the performance."""
        return self.seconds / self.duration


Motion = Callable[[Clock, Style, np.random.Generator], Pose]
PairMotion = Callable[[Clock, tuple[Style, Style], np.random.Generator], tuple[Pose, Pose]]


def track(progress: np.ndarray, times: tuple[float, ...], values: tuple) -> np.ndarray:
    """Return eased key frames: ``values[k]`` (scalars or vectors) at ``times[k]`` (rising), at rest at every key.

    Shape (T,) + the shape of one value; constant before the first and after the last key.
    """
    keys, stops = np.asarray(values, dtype=np.float64), np.asarray(times)
    left = np.clip(np.searchsorted(stops, progress, side='right') - 1, 0, len(stops) - 2)
    share = np.clip((progress - stops[left]) / (stops[left + 1] - stops[left]), 0.0, 1.0)
    share = (share * share * (3 - 2 * share)).reshape(-1, *(1,) * (keys.ndim - 1))
    return keys[left] * (1 - share) + keys[left + 1] * share


def vary(style: Style, rng: np.random.Generator) -> Style:
    """Return ``style`` as it comes out in one repetition."""
    amplitude, tempo, sway = rng.uniform(0.92, 1.08, 3)
    return replace(style, amplitude=style.amplitude * amplitude, tempo=style.tempo * tempo, sway=style.sway * sway)


def idle(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Stand with arms hanging, swaying a little."""
    pose = Pose.standing(len(clock.seconds))
    frequency, phase = rng.uniform(0.3, 0.8, 6), rng.uniform(0, 2 * np.pi, 6)
    wave = style.sway * np.sin(2 * np.pi * clock.seconds[:, None] * frequency + phase)  # (T, 6)
    pose.spine += 0.03 * wave[:, :3] + (style.lean, 0.0, 0.0)
    pose.head += 0.06 * wave[:, 3:] + rng.normal(0, 0.05, 3)
    pose.wrist += rng.normal(0, 0.03, (2, 3)) + 0.02 * wave[:, None, :3]
    pose.hip[..., 1] += style.stance
    pose.hip[..., 2] += rng.uniform(0.0, 0.25)
    return pose


def _window(clock: Clock, rng: np.random.Generator, style: Style) -> np.ndarray:
    """(T,) progress of a one-off action that starts a little late and ends a little early, by chance and by tempo."""
    start = rng.uniform(0.0, 0.12)
    length = min((0.92 - start) / max(style.tempo, 0.9), 0.96 - start)
    return np.clip((clock.progress - start) / length, 0.0, 1.0)


def _beat(clock: Clock, style: Style, rng: np.random.Generator, hertz: float) -> np.ndarray:
    """(T,) sine wave at about ``hertz`` with random phase."""
    return np.sin(2 * np.pi * hertz * style.tempo * clock.seconds + rng.uniform(0, 2 * np.pi))


def _crouch(pose: Pose, depth: np.ndarray, knee: float, pitch: float, bend: float) -> None:
    """Lower the body by ``depth`` (T,) of full knee flexion, pelvis pitch and back bend, feet flat on the ground."""
    pose.knee += (depth * knee)[:, None]
    pose.tilt[:, 0] += depth * pitch
    pose.hip[..., 0] += (depth * (knee * 0.52 + pitch))[:, None]
    pose.spine[:, 0] += depth * bend


def _hang(pose: Pose) -> np.ndarray:
    """(T, 3) wrist target of an arm that hangs straight down whatever the chest does."""
    pitch = pose.tilt[:, 0] + pose.spine[:, 0]
    return np.stack([0.95 * np.sin(pitch), np.full_like(pitch, 0.05), -0.95 * np.cos(pitch)], axis=-1)


def _aim(pose: Pose, side: int, share: np.ndarray, target: np.ndarray | tuple[float, float, float]) -> None:
    """Move a wrist by ``share`` (T,) of the way to ``target`` ((T, 3) or (3,))."""
    pose.wrist[:, side] += share[:, None] * (np.asarray(target) - pose.wrist[:, side])


def pick_up(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Bend down to the floor with one hand and come up again."""
    pose, progress = idle(clock, style, rng), _window(clock, rng, style)
    depth = track(progress, (0.0, 0.42, 0.58, 1.0), (0.0, 1.0, 1.0, 0.0))
    _crouch(pose, depth, 1.3 * style.amplitude, 0.65, 0.8 * style.amplitude)
    pose.head[:, 0] += 0.2 * depth
    _aim(pose, RIGHT, depth, _hang(pose) + (0.12, -0.1, 0.0))
    _aim(pose, LEFT, depth, (0.55, 0.1, -0.5))
    return pose


def throw(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Wind up behind the shoulder, step and throw overhand."""
    pose, progress = idle(clock, style, rng), _window(clock, rng, style)
    reach = style.amplitude
    rest = tuple(pose.wrist[0, RIGHT])
    keys = (rest, (-0.45, 0.6, 0.45), (-0.4, 0.5, 0.6), (0.75 * reach, 0.1, 0.6), (0.55, -0.5, -0.5), rest)
    pose.wrist[:, RIGHT] = track(progress, (0.0, 0.3, 0.42, 0.56, 0.7, 1.0), keys)
    _aim(pose, LEFT, track(progress, (0.0, 0.3, 0.45, 0.6), (0.0, 1.0, 1.0, 0.0)), (0.7, 0.3, 0.05))
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
    """Sit down by ``depth`` (T,), leaning forward on the way, hands ending on the thighs."""
    on_way = 4 * depth * (1 - depth)
    pose.knee += (1.5 * depth)[:, None]
    pose.hip[..., 0] += (1.5 * depth + 0.25 * on_way)[:, None]
    pose.hip[..., 1] += 0.1 * depth[:, None]
    pose.tilt[:, 0] += 0.25 * on_way
    pose.spine[:, 0] += 0.55 * on_way * style.amplitude
    for side in (LEFT, RIGHT):
        _aim(pose, side, depth, (0.52, -0.02, -0.62))
    return pose


def sit_down(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Sit down on a seat that is not drawn, feet staying in place."""
    pose, progress = idle(clock, style, rng), _window(clock, rng, style)
    return _seat(pose, track(progress, (0.05, 0.75), (0.0, 1.0)), style)


def stand_up(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Stand up from a seat."""
    pose, progress = idle(clock, style, rng), _window(clock, rng, style)
    return _seat(pose, track(progress, (0.2, 0.9), (1.0, 0.0)), style)


def clap(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Clap the hands in front of the chest."""
    pose = idle(clock, style, rng)
    apart = 0.5 + 0.5 * _beat(clock, style, rng, 2.4)
    height = rng.uniform(-0.25, 0.0)
    start = track(clock.progress, (0.0, rng.uniform(0.08, 0.2)), (rng.choice([0.0, 1.0]), 1.0))
    outward = -0.26 + 0.42 * style.amplitude * apart
    target = np.stack([0.62 - 0.06 * apart, outward, np.full_like(apart, height)], axis=-1)
    for side in (LEFT, RIGHT):
        _aim(pose, side, start, target)
    pose.pole[:] = (-0.5, 1.0, -0.8)
    return pose


def cheer_up(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Throw both arms up and shake them, bouncing at the knees."""
    pose, beat = idle(clock, style, rng), _beat(clock, style, rng, 2.2)
    raised = track(clock.progress, (0.0, rng.uniform(0.18, 0.3)), (0.0, 1.0))
    spread = rng.uniform(0.25, 0.5)
    target = np.stack([np.full_like(beat, 0.1), spread + 0.05 * beat, 0.78 + 0.16 * style.amplitude * beat], axis=-1)
    for side in (LEFT, RIGHT):
        _aim(pose, side, raised, target)
    pose.pole[:] = (0.2, 1.0, -0.3)
    _crouch(pose, raised * (0.5 - 0.5 * beat), 0.35, 0.05, 0.05)
    pose.spine[:, 0] -= 0.08 * raised
    pose.head[:, 0] -= 0.15 * raised
    return pose


def wave_hand(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Wave one raised hand from side to side."""
    pose, beat = idle(clock, style, rng), _beat(clock, style, rng, 2.0)
    raised = track(clock.progress, (0.0, rng.uniform(0.12, 0.25)), (rng.choice([0.0, 1.0]), 1.0))
    middle, height = rng.uniform(0.38, 0.5), rng.uniform(0.55, 0.72)
    target = np.stack([np.full_like(beat, 0.2), middle + 0.3 * style.amplitude * beat, height - 0.06 * beat], axis=-1)
    _aim(pose, RIGHT, raised, target)
    pose.pole[:, RIGHT] = (0.0, 0.8, -1.0)
    pose.spine[:, 1] += 0.04 * raised * beat
    return pose


def kick(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Swing one leg back and kick forward, arms balancing."""
    pose, progress = idle(clock, style, rng), _window(clock, rng, style)
    swing = track(progress, (0.05, 0.3, 0.52, 0.62, 0.95), (0.0, -0.6, 1.25, 1.2, 0.0)) * style.amplitude
    bent = track(progress, (0.05, 0.3, 0.42, 0.55, 0.7, 0.95), (0.0, 1.2, 0.9, 0.1, 0.5, 0.0))
    pose.hip[:, RIGHT, 0] += swing
    pose.knee[:, RIGHT] += bent
    pose.ankle[:, RIGHT] += 0.3 * np.abs(swing)
    pose.knee[:, LEFT] += 0.12 * np.abs(swing)
    pose.hip[:, LEFT, 0] += 0.06 * np.abs(swing)
    pose.spine[:, 0] -= 0.22 * swing
    effort = np.clip(np.abs(swing), 0.0, 1.0)
    _aim(pose, LEFT, effort, (0.35, 0.65, -0.35))
    _aim(pose, RIGHT, effort, (-0.3, 0.6, -0.55))
    pose.plant[:] = (1.0, 0.0)
    return pose


def jump_up(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Crouch and jump on the spot with swinging arms, once or twice."""
    pose, progress = idle(clock, style, rng), _window(clock, rng, style)
    jumps = 2 if clock.duration * style.tempo > 1.25 else 1
    local = np.where(progress < 1.0, progress * jumps % 1.0, 1.0)
    depth = track(local, (0.0, 0.28, 0.42, 0.68, 0.8, 1.0), (0.0, 1.0, 0.0, 0.0, 0.7, 0.0))
    _crouch(pose, depth, 1.25, 0.35, 0.35)
    flight = np.clip((local - 0.4) / 0.3, 0.0, 1.0)
    pose.lift += 1.3 * style.amplitude * flight * (1 - flight)
    pose.ankle += 0.6 * (4 * flight * (1 - flight))[:, None]
    swing = track(local, (0.0, 0.28, 0.5, 0.75, 1.0), (0.0, -1.0, 1.0, 0.4, 0.0))
    for side in (LEFT, RIGHT):
        _aim(pose, side, np.clip(-swing, 0, 1), (-0.45, 0.15, -0.8))
        _aim(pose, side, np.clip(swing, 0, 1), (0.45, 0.2, 0.75))
    return pose


def fall(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Collapse to the floor forwards, backwards or to a side."""
    pose, progress = idle(clock, style, rng), _window(clock, rng, style)
    direction = rng.choice([-0.9, 0.0, 0.9]) + rng.normal(0, 0.2) + np.pi * (rng.random() < 0.35)
    buckle = track(progress, (0.05, 0.35, 0.8), (0.0, 1.0, 0.35))
    down = track(progress, (0.12, 0.82), (0.0, 1.0)) ** 1.4
    pose.root -= 0.6 * np.array([np.cos(direction), -np.sin(direction)])  # the fall ends about the origin
    pose.tilt += 1.45 * down[:, None] * (np.cos(direction), np.sin(direction))
    pose.knee += (1.2 * buckle)[:, None] * rng.uniform(0.7, 1.1, 2)
    pose.hip[..., 0] += (0.6 * buckle)[:, None]
    pose.spine[:, 0] += 0.25 * buckle
    pose.head[:, 0] -= 0.4 * down * np.cos(direction)
    for side in (LEFT, RIGHT):
        _aim(pose, side, track(progress, (0.1, 0.5), (0.0, 1.0)), (0.5, 0.45 + rng.uniform(-0.1, 0.2), 0.25))
    return pose


def hop(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Hop on one leg."""
    pose = idle(clock, style, rng)
    beat = np.abs(np.sin(np.pi * 2.0 * style.tempo * clock.seconds))
    pose.lift += 0.14 * style.amplitude * beat
    pose.knee += np.stack([0.35 * (1 - beat), np.full_like(beat, 1.5)], axis=-1)
    pose.hip[..., 0] += np.stack([0.2 * (1 - beat), np.full_like(beat, 0.5)], axis=-1)
    pose.wrist[:] = (0.4, 0.4, -0.5)
    pose.wrist[..., 2] += 0.15 * beat[:, None]
    return pose


def salute(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Raise one hand to the forehead."""
    pose, progress = idle(clock, style, rng), _window(clock, rng, style)
    _aim(pose, RIGHT, track(progress, (0.0, 0.3, 0.8, 1.0), (0.0, 1.0, 1.0, 0.3)), (0.28, 0.0, 0.48))
    pose.pole[:, RIGHT] = (0.0, 1.0, -0.2)
    return pose


def cross_arms(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Cross the forearms in front of the chest."""
    pose, progress = idle(clock, style, rng), _window(clock, rng, style)
    share = track(progress, (0.0, 0.35), (0.0, 1.0))
    for side, forward in ((LEFT, 0.42), (RIGHT, 0.5)):
        _aim(pose, side, share, (forward, -0.5, -0.15 + rng.normal(0, 0.1)))
    return pose


def bow(clock: Clock, style: Style, rng: np.random.Generator) -> Pose:
    """Bow from the hips and nod."""
    pose, progress = idle(clock, style, rng), _window(clock, rng, style)
    depth = track(progress, (0.0, 0.5, 1.0), (0.0, 1.0, 0.0))
    _crouch(pose, depth, 0.0, 0.4, 0.6 * style.amplitude)
    pose.head[:, 0] += 0.5 * depth
    return pose


def _stride(clock: Clock, style: Style, rng: np.random.Generator, travel: np.ndarray) -> Pose:
    """Walk along +x so that the pelvis is at ``travel`` (T,) metres; steps follow from the distance covered."""
    pose = idle(clock, style, rng)
    speed = np.abs(np.gradient(travel, clock.seconds)) if len(travel) > 1 else np.full(1, 0.8)
    phase = np.pi * np.abs(travel - travel[0]) / 0.52 + rng.uniform(0, np.pi)
    size = np.clip(speed / 0.8, 0.0, 1.0)
    swing = 0.34 * size * np.sin(phase)
    lifted = size * np.clip(np.cos(phase), -1.0, 1.0)
    pose.plant[:] = 0.0
    pose.root[:, 0] = travel
    pose.hip[..., 0] += np.stack([swing, -swing], axis=-1) + 0.1 * size[:, None]
    pose.knee += 0.12 + np.stack([np.clip(lifted, 0, 1), np.clip(-lifted, 0, 1)], axis=-1) * 0.9
    for side, sign in ((LEFT, -1.0), (RIGHT, 1.0)):
        pose.wrist[:, side, 0] += sign * swing * style.amplitude
        pose.wrist[:, side, 2] += 0.1 * np.abs(swing)
    pose.spine[:, 2] -= 0.25 * swing
    return pose


def _face(pose: Pose) -> Pose:
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
        pose = _stride(clock, style, rng, track(clock.progress, (0.0, meet), (far, near)))
        closed = track(clock.progress, (0.15, meet + 0.1), (0.0, 1.0))
        pat = 0.04 * _beat(clock, style, rng, 2.0)
        for side, height in ((LEFT, 0.1), (RIGHT, -0.25)):
            wide = track(clock.progress, (0.2, meet - 0.05, meet + 0.15), (0.1, 0.35, -0.35))
            target = np.stack([np.full_like(wide, 0.72), wide, height + pat], axis=-1)
            _aim(pose, side, closed, target)
        pose.pole[:] = (-0.1, 1.0, -0.5)
        pose.spine[:, 0] += 0.18 * closed
        pose.head[:, 1] += 0.25 * closed
        poses.append(pose)
    return poses[0], _face(poses[1])


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
        poses.append(_stride(clock, style, rng, travel))
    return poses[0], _face(poses[1])


class Action(NamedTuple):
    """An action class: NTU number (1-based), NTU name and its motion; ``people`` is 1 or 2."""

    number: int
    name: str
    motion: Motion | PairMotion
    people: int = 1


ACTIONS: dict[int, Action] = {action.number: action for action in (
    Action(6, 'pickup', pick_up), Action(7, 'throw', throw), Action(8, 'sitting down', sit_down),
    Action(9, 'standing up', stand_up), Action(10, 'clapping', clap), Action(22, 'cheer up', cheer_up),
    Action(23, 'hand waving', wave_hand), Action(24, 'kicking something', kick), Action(26, 'hopping', hop),
    Action(27, 'jump up', jump_up), Action(35, 'nod head/bow', bow), Action(38, 'salute', salute),
    Action(40, 'cross hands in front', cross_arms), Action(43, 'falling', fall),
    Action(55, 'hugging other person', hug, people=2), Action(59, 'walking towards each other', walk_towards, people=2),
    Action(60, 'walking apart from each other', walk_apart, people=2))}


def perform(action: Action, clock: Clock, styles: tuple[Style, ...], rng: np.random.Generator) -> tuple[Pose, ...]:
    """Return one repetition of ``action``: a pose sequence per person, main actor first.

    ``styles`` has one entry per person. Single actors act left-handed with their style's probability.
    """
    styles = tuple(vary(style, rng) for style in styles)
    if action.people == 2:
        return action.motion(clock, styles, rng)
    left_handed = rng.random() < styles[0].mirrored
    pose = action.motion(clock, styles[0], rng)
    return (pose.mirrored() if left_handed else pose,)
