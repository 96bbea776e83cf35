import json

import numpy as np
import pytest
import torch

from core.parity.fill import make_input
from core.parity.vector import Vector

CASE = {'name': 'tiny', 'source': 'somewhere', 'config': {}, 'tolerance': {'rtol': 1e-4, 'atol': 1e-3},
        'inputs': {'x': {'shape': [2, 3], 'rule': 'make_input(shape, 5)'}},
        'outputs': {'y': {'shape': [1, 2], 'full_shape': [2, 4], 'slice': '[:1, ::2]'}}}
ARRAYS = {'out/y': np.array([[1.0, 100.0]], np.float32)}


def vector(**changes):
    return Vector({**CASE, **changes}, ARRAYS)


def write(folder, case=CASE, arrays=ARRAYS):
    (folder / 'tiny.json').write_text(json.dumps(case))
    np.savez(folder / 'tiny.npz', **arrays)
    return folder / 'tiny.json'


def full(first, second):
    return torch.tensor([[first, 9.0, second, 9.0], [9.0] * 4])


def test_files_are_read_and_inputs_made(tmp_path):
    loaded = Vector.load(write(tmp_path))
    assert (loaded.name, loaded.source, loaded.trains) == ('tiny', 'somewhere', False)
    assert np.array_equal(loaded.inputs()['x'], make_input([2, 3], 5))
    assert np.array_equal(loaded.expected()['y'], ARRAYS['out/y'])


def test_state_is_filled_with_constants():
    case = {**CASE, 'state': [['A', [2, 2]], ['bias', [3]]], 'constants': ['A']}
    state = Vector(case, {'const/A': np.eye(2, dtype=np.float32)}).state()
    assert torch.equal(state['A'], torch.eye(2)) and state['bias'].shape == (3,)


def test_input_of_another_shape_is_refused():
    broken = Vector({**CASE, 'inputs': {'x': {'shape': [2, 3], 'rule': 'stored: in/x'}}}, {'in/x': np.ones((3, 2))})
    with pytest.raises(ValueError, match=r"'x' has shape \(3, 2\)"):
        broken.inputs()


@pytest.mark.parametrize(('break_it', 'message'), [
    (lambda path: path.unlink(), 'tiny.json is missing'),
    (lambda path: path.with_suffix('.npz').unlink(), 'tiny.npz is missing'),
    (lambda path: path.write_text('{'), 'cannot be read'),
    (lambda path: path.write_bytes(b'\xff\xfe\x00'), 'cannot be read'),
    (lambda path: path.with_suffix('.npz').write_bytes(b'PK\x03\x04 broken'), 'cannot be read'),
    (lambda path: path.write_text('[1, 2]'), "no 'config'"),
    (lambda path: path.write_text(json.dumps({'config': {}, 'source': ''})), "no 'inputs'"),
])
def test_bad_files_give_one_sentence(tmp_path, break_it, message):
    path = write(tmp_path)
    break_it(path)
    with pytest.raises(ValueError, match=message) as error:
        Vector.load(path)
    assert 'tiny' in str(error.value)


@pytest.mark.parametrize(('got', 'passed'), [
    (full(1.0, 100.0), True), (full(1.001, 100.01), True), (full(1.002, 100.0), False), (full(1.0, 100.02), False),
    (full(float('nan'), 100.0), False), (torch.zeros(2, 3), False)])
def test_every_element_must_keep_its_tolerance(got, passed):
    comparison, = vector().compare({'y': got})
    assert comparison.passed == passed


def test_differences_are_reported():
    comparison, = vector().compare({'y': full(1.0005, 100.001)})
    assert comparison.difference == pytest.approx(1e-3, rel=1e-2)
    assert comparison.used == pytest.approx(0.5 / 1.1, rel=1e-2)


def test_an_output_that_was_not_computed_fails():
    comparison, = vector().compare({'z': torch.zeros(1)})
    assert not comparison.passed and comparison.remark == 'not computed'


def test_tolerance_may_be_relative_to_the_largest_value_and_whole_numbers_are_exact():
    relative = vector(tolerance={'rtol': 0, 'atol_relative_to_max_abs': 1e-3})
    assert relative.tolerance('y', np.array([1.0, 100.0])).tolist() == [0.1, 0.1]
    assert not vector().tolerance('y', np.array([5])).any()
    affine = vector(tolerance={'rtol': 0, 'atol': 1e-6, 'affine_atol': 1e-3})
    assert affine.tolerance('affine_inv_3', np.ones(1)) == 1e-3 and affine.tolerance('y', np.ones(1)) == 1e-6


def test_losses_gradients_and_constructor_values_are_compared_too():
    case = {**CASE, 'loss': 2.0, 'grad_norms': {'fc.weight': 4.0}, 'num_parameters': 6,
            'tolerance': {**CASE['tolerance'], 'grad_rtol_in_float64': 1e-6}}
    trained = Vector(case, {**ARRAYS, 'init/A': np.eye(2)})
    outputs = {'y': full(1.0, 100.0), 'loss': torch.tensor(2.0), 'grad_norm/fc.weight': torch.tensor(4.0),
               'num_parameters': torch.tensor(6), 'init/A': torch.eye(2)}
    assert trained.trains and trained.grad_keys == ('fc.weight',)
    assert all(comparison.passed for comparison in trained.compare(outputs))
    for name, wrong in (('loss', 2.1), ('grad_norm/fc.weight', 4.0001), ('num_parameters', 7)):
        failed = [comparison.name for comparison in trained.compare({**outputs, name: torch.tensor(wrong)})
                  if not comparison.passed]
        assert failed == [name]
