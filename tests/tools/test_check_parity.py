import json

import numpy as np
import pytest

from core.parity.fill import make_input
from tools.check_parity import main

SHAPES = {'output_x': [3, 2, 6], 'output_y': [3, 2, 8], 'target_x': [3, 2, 6], 'target_y': [3, 2, 8],
          'target_weight': [3, 2, 1], 'heatmap_output': [3, 2, 5], 'heatmap_target': [3, 2, 5]}


@pytest.fixture
def vector(tmp_path):
    """Path of a small vector of the heatmap loss, recorded here."""
    inputs = {name: {'shape': shape, 'rule': f'abs(make_input(shape, {seed}))'}
              for seed, (name, shape) in enumerate(SHAPES.items())}
    heatmap, target = (np.abs(make_input(SHAPES[name], seed)) for name, seed in (('heatmap_output', 5),
                                                                                 ('heatmap_target', 6)))
    case = {'name': 'loss', 'source': 'KLDiscretLoss', 'config': {}, 'tolerance': {'rtol': 1e-5, 'atol': 1e-7},
            'inputs': inputs, 'outputs': {'mse_loss_unweighted': {'shape': [], 'dtype': 'float32'}}}
    (tmp_path / 'loss.json').write_text(json.dumps(case))
    np.savez(tmp_path / 'loss.npz', **{'out/mse_loss_unweighted': 0.5 * np.mean((heatmap - target) ** 2)})
    return tmp_path / 'loss.json'


def test_agreement_is_status_0(vector, capsys):
    assert main([str(vector)]) == 0
    out = capsys.readouterr().out
    assert 'loss: 1 of 1 outputs agree' in out and 'mse_loss_unweighted' in out and out.endswith('ok\n')


def test_a_difference_is_status_1(vector, capsys):
    np.savez(vector.with_suffix('.npz'), **{'out/mse_loss_unweighted': np.float32(3.0)})
    assert main([str(vector)]) == 1
    assert 'TOO LARGE' in capsys.readouterr().out


def test_unknown_and_missing_vectors_are_status_2_and_the_rest_is_checked(vector, capsys, tmp_path):
    stranger = tmp_path / 'stranger.json'
    stranger.write_text(vector.read_text().replace('KLDiscretLoss', 'elsewhere'))
    np.savez(stranger.with_suffix('.npz'))
    assert main([str(stranger), str(tmp_path / 'nothing.json'), str(vector)]) == 2
    printed = capsys.readouterr()
    assert 'loss: 1 of 1' in printed.out
    assert printed.err.count('error: ') == 2 and 'no implemented family' in printed.err and 'missing' in printed.err
