import numpy as np
import pytest

from core.parity.fill import make_input
from core.parity.rules import evaluate_rule, parse_slice


@pytest.mark.parametrize(('rule', 'wanted'), [
    ('make_input(shape, 3)', make_input([2, 3], 3)),
    ('make_input(shape, 3); (N, C)', make_input([2, 3], 3)),
    ('abs(make_input(shape, 33)) / 2', np.abs(make_input([2, 3], 33)) / 2),
    ('make_input(shape, 3) * 0.5 + 1', make_input([2, 3], 3) * 0.5 + 1),
    ('-make_input(shape, 3)', -make_input([2, 3], 3)),
    ('stored: in/x', np.arange(6)),
    ('stored: in/x, (M,T) pixels', np.arange(6)),
    ('stored: in/x (B,F)', np.arange(6)),
])
def test_rules_are_evaluated(rule, wanted):
    assert np.array_equal(evaluate_rule(rule, [2, 3], {'in/x': np.arange(6)}), wanted)


@pytest.mark.parametrize('rule', ['__import__("os").getcwd()', 'open("x")', 'make_input(shape, 3', 'make_input(shape)',
                                  'shape', 'make_input(shape, 1) ** 2', 'noise'])
def test_other_rules_are_refused(rule):
    with pytest.raises(ValueError, match='input rule'):
        evaluate_rule(rule, [2, 3], {})


@pytest.mark.parametrize(('text', 'index'), [
    ('[:1, ::4]', np.s_[:1, ::4]), ('[:]', np.s_[:]), ('[::5, ::2]', np.s_[::5, ::2]), ('[1:3, -1]', np.s_[1:3, -1]),
    ('[:, :, 2:8:3]', np.s_[:, :, 2:8:3])])
def test_slices_are_parsed(text, index):
    array = np.arange(4 * 5 * 9).reshape(4, 5, 9)
    assert np.array_equal(array[parse_slice(text)], array[index])


@pytest.mark.parametrize('text', ['[x]', '[()]', '[1.5:]', '[:1, ]', '[::1:2]', '[__class__]'])
def test_other_slices_are_refused(text):
    with pytest.raises(ValueError, match='slice'):
        parse_slice(text)
