"""The library of actions under NTU RGB+D's class numbers, and one repetition of any of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from core.rendering.actions import blows, pair_actions, solo_actions
from core.rendering.actions.motion import Clock, vary
from core.rendering.body_pose import Pose
from core.rendering.subject import Style, Subject

Motion = Callable[[Clock, Style, np.random.Generator], Pose]
PairMotion = Callable[[Clock, tuple[Style, Style], np.random.Generator], tuple[Pose, Pose]]
Blow = Callable[[Clock, tuple[Subject, Subject], np.random.Generator], tuple[Pose, Pose]]


class Action(NamedTuple):
    """An action class: NTU number (1-based), NTU name and its motion; ``people`` is 1 or 2."""

    number: int
    name: str
    motion: Motion | PairMotion | Blow
    people: int = 1


# Pose pretraining draws from these: another one would change the pictures it sees.
ACTIONS: dict[int, Action] = {action.number: action for action in (
    Action(6, 'pickup', solo_actions.pick_up),
    Action(7, 'throw', solo_actions.throw),
    Action(8, 'sitting down', solo_actions.sit_down),
    Action(9, 'standing up', solo_actions.stand_up),
    Action(10, 'clapping', solo_actions.clap),
    Action(22, 'cheer up', solo_actions.cheer_up),
    Action(23, 'hand waving', solo_actions.wave_hand),
    Action(24, 'kicking something', solo_actions.kick),
    Action(26, 'hopping', solo_actions.hop),
    Action(27, 'jump up', solo_actions.jump_up),
    Action(35, 'nod head/bow', solo_actions.bow),
    Action(38, 'salute', solo_actions.salute),
    Action(40, 'cross hands in front', solo_actions.cross_arms),
    Action(43, 'falling', solo_actions.fall),
    Action(55, 'hugging other person', pair_actions.hug, people=2),
    Action(59, 'walking towards each other', pair_actions.walk_towards, people=2),
    Action(60, 'walking apart from each other', pair_actions.walk_apart, people=2),
)}

BLOWS: dict[int, Action] = {action.number: action for action in (
    Action(50, 'punching/slapping other person', blows.punch, people=2),
    Action(51, 'kicking other person', blows.kick, people=2),
    Action(52, 'pushing other person', blows.push, people=2),
)}


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


def stage(action: Action, clock: Clock, cast: tuple[Subject, ...], rng: np.random.Generator) -> tuple[Pose, ...]:
    """Return one repetition of any action: a pose sequence per person of ``cast``, the one at x < 0 first."""
    if action.number in BLOWS:
        return action.motion(clock, cast, rng)
    return perform(action, clock, tuple(person.style for person in cast), rng)
