"""The library of actions by NTU RGB+D's class numbers, and functions that perform one repetition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.rendering.actions import blows, pair_actions, solo_actions
from core.rendering.actions.motion import Clock, vary
from core.rendering.body_pose import Pose
from core.rendering.subject import Style, Subject

SoloMotion = Callable[[Clock, Style, np.random.Generator], Pose]
PairMotion = Callable[[Clock, tuple[Style, Style], np.random.Generator], tuple[Pose, Pose]]
BlowMotion = Callable[[Clock, tuple[Subject, Subject], np.random.Generator], tuple[Pose, Pose]]


@dataclass(frozen=True)
class SoloAction:
    """An action class of one person: NTU number (1-based), NTU name and its motion."""

    number: int
    name: str
    motion: SoloMotion
    people: ClassVar[int] = 1


@dataclass(frozen=True)
class PairAction:
    """An action class of two people whose styles alone decide how they move."""

    number: int
    name: str
    motion: PairMotion
    people: ClassVar[int] = 2


@dataclass(frozen=True)
class BlowAction:
    """An action class of two people, one of whom hits the other; their bodies decide where the blow lands."""

    number: int
    name: str
    motion: BlowMotion
    people: ClassVar[int] = 2


Action = SoloAction | PairAction | BlowAction

# Pose pretraining draws from these: a new entry would change its pictures.
ACTIONS: dict[int, SoloAction | PairAction] = {action.number: action for action in (
    SoloAction(6, 'pickup', solo_actions.pick_up),
    SoloAction(7, 'throw', solo_actions.throw),
    SoloAction(8, 'sitting down', solo_actions.sit_down),
    SoloAction(9, 'standing up', solo_actions.stand_up),
    SoloAction(10, 'clapping', solo_actions.clap),
    SoloAction(22, 'cheer up', solo_actions.cheer_up),
    SoloAction(23, 'hand waving', solo_actions.wave_hand),
    SoloAction(24, 'kicking something', solo_actions.kick),
    SoloAction(26, 'hopping', solo_actions.hop),
    SoloAction(27, 'jump up', solo_actions.jump_up),
    SoloAction(35, 'nod head/bow', solo_actions.bow),
    SoloAction(38, 'salute', solo_actions.salute),
    SoloAction(40, 'cross hands in front', solo_actions.cross_arms),
    SoloAction(43, 'falling', solo_actions.fall),
    PairAction(55, 'hugging other person', pair_actions.hug),
    PairAction(59, 'walking towards each other', pair_actions.walk_towards),
    PairAction(60, 'walking apart from each other', pair_actions.walk_apart),
)}

BLOWS: dict[int, BlowAction] = {action.number: action for action in (
    BlowAction(50, 'punching/slapping other person', blows.punch),
    BlowAction(51, 'kicking other person', blows.kick),
    BlowAction(52, 'pushing other person', blows.push),
)}


def perform(action: SoloAction | PairAction, clock: Clock, styles: tuple[Style, ...],
            rng: np.random.Generator) -> tuple[Pose, ...]:
    """Return one repetition of ``action``: a pose sequence per person, main actor first.

    ``styles`` has one entry per person. A single actor is left-handed with the probability that the style gives.
    """
    first, *others = (vary(style, rng) for style in styles)
    if isinstance(action, PairAction):
        return action.motion(clock, (first, others[0]), rng)
    left_handed = rng.random() < first.mirrored
    pose = action.motion(clock, first, rng)
    return (pose.mirrored() if left_handed else pose,)


def stage(action: Action, clock: Clock, cast: tuple[Subject, ...], rng: np.random.Generator) -> tuple[Pose, ...]:
    """Return one repetition of any action: a pose sequence per person of ``cast``, the person at x < 0 first."""
    if isinstance(action, BlowAction):
        return action.motion(clock, (cast[0], cast[1]), rng)
    return perform(action, clock, tuple(person.style for person in cast), rng)
