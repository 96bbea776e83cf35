"""Versions of the configuration keys: files of earlier ones are upgraded step by step when they are read.

A file without ``CONFIG_VERSION`` is of version 1. To change keys: raise ``CONFIG_VERSION`` and add a step to
``UPGRADES``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

CONFIG_VERSION = 2

Settings = dict[str, Any]
"""Full name of a key → its value."""


class Upgraded(NamedTuple):
    """Settings in terms of the present keys, and what the user should know about those that have gone."""

    settings: Settings
    notes: tuple[str, ...] = ()


REMOVED = {
    'PURE_VALID': 'test a run with python exp/test.py',
    'MODEL.COORD_REPRESENTATION': 'poses are always distributions (SimCC); leave it out',
    'MODEL.MS.ENABLE': 'for joints alone set MODEL.SKELETON.NAME stgcnpp',
}
"""Key that has gone → what to do instead."""


def upgraded(settings: Settings, what: str) -> Upgraded:
    """Return settings of any earlier version in terms of the present keys.

    Args:
        settings: as they were read, ``CONFIG_VERSION`` among them unless they are of version 1.
        what: whose they are, for the sentence of a refusal.

    Raises:
        ValueError: they are of a later version than this program, or ask for what has gone.
    """
    settings = dict(settings)
    version: Any = settings.pop('CONFIG_VERSION', 1)
    notes: list[str] = []
    if not isinstance(version, int) or not 1 <= version <= CONFIG_VERSION:
        raise ValueError(f'{what} has CONFIG_VERSION {version}, but this program knows 1 to {CONFIG_VERSION}: it was '
                         'written by a newer version of this project; update it')
    for step in range(version, CONFIG_VERSION):
        settings, said = UPGRADES[step](settings, what)
        notes += said
    return Upgraded(settings, tuple(notes))


def _to_2(settings: Settings, what: str) -> Upgraded:
    """American spelling of the samplers; three keys go."""
    notes: tuple[str, ...] = ()
    for name in ('DATASET.SAMPLER', 'DATASET.TEST_SAMPLER'):
        if settings.get(name) == 'centred':
            settings[name] = 'centered'
    if settings.pop('MODEL.COORD_REPRESENTATION', 'sa-simdr') != 'sa-simdr':
        raise ValueError(f'{what}: MODEL.COORD_REPRESENTATION can only be sa-simdr; '
                         f'{REMOVED["MODEL.COORD_REPRESENTATION"]}')
    if settings.pop('PURE_VALID', False):
        notes = (f'PURE_VALID has no effect any more: {REMOVED["PURE_VALID"]}',)
    plain = settings.pop('MODEL.MS.ENABLE', True) is False
    if plain and settings.get('MODEL.SKELETON.NAME', 'ms_stgcnpp') == 'ms_stgcnpp':
        settings['MODEL.SKELETON.NAME'] = 'stgcnpp'
    return Upgraded(settings, notes)


UPGRADES: dict[int, Callable[[Settings, str], Upgraded]] = {1: _to_2}
"""Version → the step from it to the next."""
