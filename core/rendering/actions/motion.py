"""The pieces of scripted actions: time, eased key frames, standing, walking, and ways to move parts of a pose."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from core.rendering.body_pose import Pose
from core.rendering.subject import Style

LEFT, RIGHT = 0, 1


class Clock(NamedTuple):
    """Frame times ``(T,)`` and the length of the performance they lie in, both in seconds."""

    seconds: np.ndarray
    duration: float

    @property
    def progress(self) -> np.ndarray:
        """``(T,)`` time as a fraction of the performance."""
        return self.seconds / self.duration


def track(progress: np.ndarray, times: tuple[float, ...], values: tuple) -> np.ndarray:
    """Return values that reach ``values[k]`` (scalars or vectors) at ``times[k]`` (ascending) and rest there.

    The shape is ``(T, *shape of one value)``. Between two keys the values are eased; before the first and after the
    last key they are constant.
    """
    keys, stops = np.asarray(values, dtype=np.float64), np.asarray(times)
    left = np.clip(np.searchsorted(stops, progress, side='right') - 1, 0, len(stops) - 2)
    share = np.clip((progress - stops[left]) / (stops[left + 1] - stops[left]), 0.0, 1.0)
    share = (share * share * (3 - 2 * share)).reshape(-1, *(1,) * (keys.ndim - 1))
    return keys[left] * (1 - share) + keys[left + 1] * share


def vary(style: Style, rng: np.random.Generator) -> Style:
    """Return ``style`` with the random variation of one repetition."""
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


def window(clock: Clock, rng: np.random.Generator, style: Style) -> np.ndarray:
    """``(T,)`` progress 0..1 of an action done once; start and end are shifted a little, by chance and by the tempo."""
    start = rng.uniform(0.0, 0.12)
    length = min((0.92 - start) / max(style.tempo, 0.9), 0.96 - start)
    return np.clip((clock.progress - start) / length, 0.0, 1.0)


def beat(clock: Clock, style: Style, rng: np.random.Generator, hertz: float) -> np.ndarray:
    """``(T,)`` sine wave at about ``hertz`` with random phase."""
    return np.sin(2 * np.pi * hertz * style.tempo * clock.seconds + rng.uniform(0, 2 * np.pi))


def crouch(pose: Pose, depth: np.ndarray, knee: float, pitch: float, bend: float) -> None:
    """Lower the body, feet flat on the ground.

    ``depth`` ``(T,)`` is the share of the knees' flexion, the pelvis' pitch and the back's bend, in radians.
    """
    pose.knee += (depth * knee)[:, None]
    pose.tilt[:, 0] += depth * pitch
    pose.hip[..., 0] += (depth * (knee * 0.52 + pitch))[:, None]
    pose.spine[:, 0] += depth * bend


def hang(pose: Pose) -> np.ndarray:
    """``(T, 3)`` wrist target of an arm that hangs straight down, however the chest is bent."""
    pitch = pose.tilt[:, 0] + pose.spine[:, 0]
    return np.stack([0.95 * np.sin(pitch), np.full_like(pitch, 0.05), -0.95 * np.cos(pitch)], axis=-1)


def aim(pose: Pose, side: int, share: np.ndarray, target: np.ndarray | tuple[float, float, float]) -> None:
    """Move a wrist by ``share`` ``(T,)`` of the way to ``target`` (``(T, 3)`` or ``(3,)``)."""
    pose.wrist[:, side] += share[:, None] * (np.asarray(target) - pose.wrist[:, side])


def stride(clock: Clock, style: Style, rng: np.random.Generator, travel: np.ndarray) -> Pose:
    """Walk along +x with the pelvis at ``travel`` ``(T,)`` meters; the distance walked decides the steps."""
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
