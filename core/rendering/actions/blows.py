"""Actions of two people: one strikes, and the other staggers back a step in the same way whatever the blow.

The person who is hit does not reveal the class: with the same generator the motion is the same in all classes, to the
last digit. The two face each other along x about the origin, the first person at x < 0. Either may strike, by chance.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from core.rendering.actions.motion import LEFT, RIGHT, Clock, aim, idle, stride, track, vary
from core.rendering.actions.pair_actions import face
from core.rendering.body import POINT, forward_kinematics
from core.rendering.body_pose import Pose
from core.rendering.subject import Style, Subject

StrikerMotion = Callable[[Clock, Style, np.random.Generator, float], Pose]

_HIT_AT = 0.15  # meters from the origin to the place where the blow lands, on the side of the person who is hit
_TRUNK = 0.075  # from the spine to the knuckles that touch the chest, over stature


def punch(clock: Clock, cast: tuple[Subject, Subject], rng: np.random.Generator) -> tuple[Pose, Pose]:
    """One of ``cast`` turns a fist far back and, on the spot, swings it at the other's chest."""
    return _strike(_punch, ('right_hand',), clock, cast, rng)


def kick(clock: Clock, cast: tuple[Subject, Subject], rng: np.random.Generator) -> tuple[Pose, Pose]:
    """One of ``cast`` raises a knee and kicks the other in the belly."""
    return _strike(_kick, ('right_toe',), clock, cast, rng)


def push(clock: Clock, cast: tuple[Subject, Subject], rng: np.random.Generator) -> tuple[Pose, Pose]:
    """One of ``cast`` raises both hands to the chest and steps in to push the other away."""
    return _strike(_push, ('left_hand', 'right_hand'), clock, cast, rng)


def _strike(blow: StrikerMotion, limbs: tuple[str, ...], clock: Clock, cast: tuple[Subject, Subject],
            rng: np.random.Generator) -> tuple[Pose, Pose]:
    """Let one of ``cast`` land ``blow`` with the middle of ``limbs`` on the other's trunk.

    ``blow`` draws its random numbers last, so the person who is hit moves the same in every class.
    """
    hit, first_strikes = rng.uniform(0.4, 0.55), rng.random() < 0.5
    striker, victim = cast if first_strikes else cast[::-1]
    struck = _stagger(clock, victim, rng, hit)
    left_handed = rng.random() < striker.style.mirrored
    striking = blow(clock, vary(striker.style, rng), rng, hit)
    points = forward_kinematics(striker.proportions, striking)
    moment = np.abs(clock.progress - hit).argmin()
    striking.root += (_HIT_AT, 0.0) - points[moment, [POINT[limb] for limb in limbs], :2].mean(axis=0)
    striking = striking.mirrored() if left_handed else striking
    return (striking, face(struck)) if first_strikes else (struck, face(striking))


def _stagger(clock: Clock, victim: Subject, rng: np.random.Generator, hit: float) -> Pose:
    """Stand until ``hit``, then stagger back a step with the arms flying up."""
    start, step = -_HIT_AT - _TRUNK * victim.proportions.stature, rng.uniform(0.3, 0.45)
    lasts = rng.uniform(0.22, 0.3)
    pose = stride(clock, vary(victim.style, rng), rng, track(clock.progress, (hit, hit + lasts), (start, start - step)))
    jolt = track(clock.progress, (hit, hit + 0.1, hit + 0.15, hit + 0.45), (0.0, 1.0, 1.0, 0.0))
    pose.spine[:, 0] -= 0.35 * jolt
    pose.head[:, 0] += 0.4 * jolt
    for side in (LEFT, RIGHT):
        aim(pose, side, jolt, (0.55, rng.uniform(0.3, 0.5), rng.uniform(-0.3, 0.0)))
    return pose


def _over_time(clock: Clock, hit: float, rest: ArrayLike, wound: ArrayLike, struck: ArrayLike) -> np.ndarray:
    """``(T, ...)`` values that are ``wound`` before ``hit``, ``struck`` at it, and ``rest`` long before and after."""
    times = (hit - 0.32, hit - 0.2, hit - 0.1, hit, hit + 0.1, hit + 0.4)
    return track(clock.progress, times, (rest, wound, wound, struck, struck, rest))


def _punch(clock: Clock, style: Style, rng: np.random.Generator, hit: float) -> Pose:
    pose = idle(clock, style, rng)
    rest, fist = pose.wrist[0, RIGHT], (0.88, 0.3, rng.uniform(0.0, 0.2))
    pose.wrist[:, RIGHT] = _over_time(clock, hit, rest, (-0.4, 0.5, 0.1), fist)
    pose.pole[:, RIGHT] = (-0.8, 0.6, -0.4)
    turn = _over_time(clock, hit, 0.0, -0.7, 0.5) * style.amplitude
    pose.spine[:, 2] += turn
    pose.head[:, 2] -= 0.8 * turn
    return pose


def _kick(clock: Clock, style: Style, rng: np.random.Generator, hit: float) -> Pose:
    pose = idle(clock, style, rng)
    effort = _over_time(clock, hit, 0.0, 0.8, 1.0)
    pose.hip[:, RIGHT, 0] += rng.uniform(1.45, 1.6) * effort
    pose.knee[:, RIGHT] += _over_time(clock, hit, 0.0, 1.6, 0.15)
    pose.knee[:, LEFT] += 0.15 * effort
    pose.hip[:, LEFT, 0] += 0.08 * effort
    pose.spine[:, 0] -= 0.3 * effort * style.amplitude
    for side in (LEFT, RIGHT):
        aim(pose, side, effort, (0.25, 0.5, -0.4))
    pose.plant[:] = (1.0, 0.0)
    return pose


def _push(clock: Clock, style: Style, rng: np.random.Generator, hit: float) -> Pose:
    pose = idle(clock, style, rng)
    thrust = (0.85, -0.12, rng.uniform(0.2, 0.4))
    for side in (LEFT, RIGHT):
        pose.wrist[:, side] = _over_time(clock, hit, pose.wrist[0, side], (0.35, 0.05, -0.15), thrust)
    pose.pole[:] = (-0.4, 1.0, -0.8)
    step = _over_time(clock, hit, 0.0, -0.1, 1.0) * style.amplitude
    pose.spine[:, 0] += 0.4 * step
    pose.hip[:, LEFT, 0] += 0.7 * step
    pose.knee[:, LEFT] += 0.6 * step
    pose.hip[:, RIGHT, 0] -= 0.35 * step
    pose.plant[:] = (0.0, 1.0)
    return pose
