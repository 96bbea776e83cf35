import math

import numpy as np
import pytest

from core.parity.fill import fill_state, fill_tensor, make_input


def wave(index, number):
    return math.sin(0.7 * index + 1.3 * number + 0.1 + 0.9 * (index * index % 1009))


@pytest.mark.parametrize(('key', 'shape', 'value'), [
    ('a.running_var', (6,), lambda w: 1 + w * w / 4),
    ('a.running_mean', (6,), lambda w: w / 10),
    ('a.bn.weight', (6,), lambda w: 1 + w / 10),
    ('a.bn.bias', (6,), lambda w: w / 10),
    ('alpha', (), lambda w: w / 10),
    ('gcn.0.PA', (1, 2, 3), lambda w: 1 + w / 2),
    ('stgcn.edge_importance3', (1, 2, 3), lambda w: 1 + w / 2),
    ('gcn.0.A', (1, 2, 3), lambda w: w / math.sqrt(2)),
    ('conv.weight', (2, 3, 1), lambda w: 1.2 * w / math.sqrt(3)),
    ('fc.matrix', (2, 3), lambda w: 1.2 * w / math.sqrt(3)),
])
def test_value_depends_on_the_kind_of_tensor(key, shape, value):
    got = fill_tensor(key, shape, 7)
    assert got.dtype == np.float32 and got.shape == shape
    wanted = [value(wave(index, 7)) for index in range(got.size)]
    np.testing.assert_allclose(got.ravel(), wanted, rtol=1e-6)


def test_counters_are_integer_zeros():
    counter = fill_tensor('bn.num_batches_tracked', (), 3)
    assert counter.dtype == np.int64 and counter == 0


def test_state_numbers_every_entry_and_keeps_constants():
    entries = [('a.A', [1, 2, 2]), ('b.bias', [3]), ('c.bias', [3])]
    state = fill_state(entries, {'a.A': np.eye(2)[None]})
    assert np.array_equal(state['a.A'], np.eye(2)[None])
    assert np.array_equal(state['c.bias'], fill_tensor('c.bias', [3], 2))


def test_inputs_are_two_waves():
    made = make_input((2, 5), 4)
    assert made.dtype == np.float32
    wanted = [wave(index, 1004) + math.sin(0.013 * index + 4) for index in range(10)]
    np.testing.assert_allclose(made.ravel(), wanted, rtol=1e-6)
