"""Conditions under which a key has an effect."""

import pytest

from core.config import KEYS
from core.config.owners import ALL, reading, system, unless, when
from core.config.systems import SYSTEMS

BOTH = when('A', 1) & unless('B', '')
EITHER = BOTH | when('A', 2, 3)


@pytest.mark.parametrize(('of', 'a', 'b', 'holds'), [
    (ALL, 0, '', True), (BOTH, 1, 'x', True), (BOTH, 1, '', False), (BOTH, 2, 'x', False), (EITHER, 3, '', True),
    (EITHER & when('B', 'y'), 3, 'y', True), (EITHER & when('B', 'y'), 3, '', False),
])
def test_conditions_are_joined(of, a, b, holds):
    assert of.holds({'A': a, 'B': b}) is holds


def test_what_is_missing_is_the_shortest_way():
    assert BOTH.missing({'A': 0, 'B': ''}) == 'A 1 (it is 0) and B not empty (it is empty)'
    assert EITHER.missing({'A': 0, 'B': ''}) == 'A 2 or 3 (it is 0)'
    assert EITHER.missing({'A': 0, 'B': 'x'}) == 'A 1 (it is 0), or A 2 or 3 (it is 0)'


def test_conditions_are_told_in_words():
    assert str(EITHER) == 'A 1, B not empty; or A 2 or 3'
    assert str(ALL) == 'all'
    assert str(when('A', True)) == 'A true'


def test_systems_are_found_by_what_they_read():
    assert reading('scenes') == system(*(name for name, entry in SYSTEMS.items() if entry.clips == 'scenes'))


@pytest.mark.parametrize('name', KEYS)
def test_a_key_belongs_to_keys_and_values_that_exist(name):
    for way in KEYS[name].of.ways:
        for key, values, _ in way:
            choices = KEYS[key].choices
            assert key != name
            assert all(type(value) is type(KEYS[key].default) for value in values)
            assert choices is None or set(values) <= set(choices)
