"""What a declaration says about the values it allows."""

import pytest

from core.config.key import Key


@pytest.mark.parametrize(('key', 'words'), [
    (Key(1, ''), ''), (Key(1, '', minimum=0, maximum=3), 'at least 0, at most 3'),
    (Key('a', '', choices=('a', 'b'), prefix='c:'), 'one of a, b, c:...'),
    (Key('', '', choices=('', 'a')), "one of '', a"),
    (Key([0], '', minimum=0, word='auto', none=True), 'at least 0, or auto, or none'),
    (Key([32], '', minimum=32, multiple_of=32), 'at least 32, divisible by 32'),
])
def test_allowed_values_in_words(key, words):
    assert key.allowed() == words


def test_a_key_has_an_effect_unless_it_says_when():
    assert Key(1, '').of.holds({})
