"""Runners of PYSKL's sampling and features on hand-made vectors."""

import numpy as np
import pytest

from core.data.clips.pyskl_sampling import TEST_SEED, uniform_sample
from core.data.clips.streams import bones, prenormalize_2d
from core.layouts import get_layout
from core.parity.cases.sampling_cases import run_prenormalize, run_uniform_sample
from core.parity.vector import Vector


def vector(config: dict, **case) -> Vector:
    arrays = case.pop('arrays', {})
    return Vector({'config': config, 'source': '', 'inputs': {}, 'outputs': {}, 'tolerance': {}, **case}, arrays)


def test_sampling_cases_are_seeded_one_by_one():
    test = {'output': 'a', 'mode': 'test', 'num_frames': 60, 'clip_len': 48, 'num_clips': 10}
    train = {'output': 'b', 'mode': 'train', 'num_frames': 90, 'clip_len': 64, 'num_clips': 1, 'p_interval': [0.5, 1],
             'np_random_seed_before_call': 9, 'start_index': 1}
    outputs = run_uniform_sample(vector({'cases': [test, train]}))
    assert outputs['a'].dtype == np.int32
    wanted = uniform_sample(60, 48, np.random.RandomState(TEST_SEED), 10, test_mode=True)
    np.testing.assert_array_equal(outputs['a'], wanted)
    wanted = uniform_sample(90, 64, np.random.RandomState(9), 1, (0.5, 1)) + 1
    np.testing.assert_array_equal(outputs['b'], wanted)


@pytest.mark.parametrize(('dataset', 'layout', 'joints'), [('coco', 'coco17', 17), ('openpose', 'openpose18', 18)])
def test_features_follow_the_recorded_names(dataset, layout, joints):
    rng = np.random.default_rng(0)
    arrays = {'in/keypoint': rng.uniform(0, 900, (2, 6, joints, 2)),
              'in/keypoint_score': rng.uniform(size=(2, 6, joints))}
    inputs = {name: {'shape': list(arrays[f'in/{name}'].shape), 'rule': f'stored: in/{name}'}
              for name in ('keypoint', 'keypoint_score')}
    names = ('prenormalize2d', 'feat_b+jm', 'format_gcn_1person_2clips')
    outputs = run_prenormalize(vector({'dataset': dataset, 'img_shape': [540, 960]}, inputs=inputs, arrays=arrays,
                                      outputs=dict.fromkeys(names, {})))
    normalized = prenormalize_2d(arrays['in/keypoint'], arrays['in/keypoint_score'], (960, 540))
    np.testing.assert_array_equal(outputs['prenormalize2d'], normalized)
    np.testing.assert_array_equal(outputs['feat_b+jm'][..., :3], bones(normalized, get_layout(layout)))
    assert outputs['feat_b+jm'].shape == (2, 6, joints, 6)
    assert outputs['format_gcn_1person_2clips'].shape == (2, 2, 3, joints, 3)
