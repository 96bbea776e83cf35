"""One value against the declaration of its key."""

import pytest

from core.config import load_config
from core.config.values import checked, parse


@pytest.mark.parametrize(('text', 'value'), [('1', 1), ('[1, 2]', [1, 2]), ('a: b: c', 'a: b: c'), ('', None),
                                             ('2026-13-45', '2026-13-45')])
def test_a_word_of_the_command_line_is_yaml_where_it_is_some(text, value):
    assert parse(text) == value


@pytest.mark.parametrize(('text', 'devices'), [
    ('[]', []), ('', []), ('none', []), ('auto', ['auto']), ('AUTO', ['auto']), ('[auto]', ['auto']), ('1', [1]),
    ('0,2', [0, 2]),
])
def test_gpus_may_be_none_or_all(text, devices):
    assert load_config(overrides=['GPUS', text]).GPUS == devices


@pytest.mark.parametrize('value', ['all', [0, 'auto'], [0, 0], -1, 0.5])
def test_other_lists_of_gpus_are_refused(value):
    with pytest.raises(ValueError, match='GPUS'):
        checked('GPUS', value)


def test_other_lists_may_not_be_empty():
    with pytest.raises(ValueError, match='a list of one or more values'):
        checked('TRAIN.LR_STEP', [])


def test_a_value_gets_the_type_of_its_key():
    assert checked('TRAIN.LR', '1e-3') == 1e-3 and checked('DATASET.SCALE_RANGE', '1,2') == [1.0, 2.0]
    assert checked('PRETRAINED', None) == ''


@pytest.mark.parametrize('value', ['inf', float('-inf'), 'nan'])
def test_a_number_must_be_finite(value):
    with pytest.raises(ValueError, match='TRAIN.LR is .* but must be a finite number; allowed: at least 0'):
        checked('TRAIN.LR', value)
