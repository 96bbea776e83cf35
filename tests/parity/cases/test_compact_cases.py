"""Runner of PYSKL's keypoint crops on hand-made vectors and a recorded one."""

import numpy as np
import pytest

from core.data.clips.pose_compact import PicturePoses, central_box, compact, compact_box, crop
from core.parity.cases.compact_cases import run
from core.parity.families import check
from core.parity.vector import Vector

LEFT, RIGHT = list(range(1, 17, 2)), list(range(2, 17, 2))


def vector(outputs=(), arguments=None, **arrays):
    rng = np.random.default_rng(0)
    stored = {'keypoint': rng.uniform(100, 300, (2, 3, 17, 2)).astype(np.float32),
              'keypoint_score': rng.uniform(0.1, 1, (2, 3, 17)).astype(np.float32)} | arrays
    inputs = {name: {'shape': list(value.shape), 'rule': f'stored: in/{name}'} for name, value in stored.items()}
    cases = [{'output': 'compact_0', 'args': arguments or {'hw_ratio': 1.0}}]
    config = {'img_shape': [400, 500], 'cases': cases, 'left_kp': LEFT, 'right_kp': RIGHT}
    return Vector({'config': config, 'source': '', 'inputs': inputs, 'outputs': dict(outputs), 'tolerance': {}},
                  {f'in/{name}': value for name, value in stored.items()})


def poses(case):
    return PicturePoses(case.inputs()['keypoint'].numpy(), (500, 400))


@pytest.mark.parametrize(('arguments', 'options'), [
    ({'hw_ratio': 1.0}, {}),
    ({'hw_ratio': [0.8, 1.5], 'padding': 0.1}, {'hw_ratio': (0.8, 1.5), 'padding': 0.1}),
    ({'allow_imgpad': False}, {'hw_ratio': None, 'allow_imgpad': False}),
    ({'hw_ratio': None, 'threshold': 300}, {'threshold': 300}),
])
def test_compact_takes_the_official_arguments(arguments, options):
    case = vector(arguments=arguments)
    outputs, box = run(case), compact_box(poses(case), **options)
    np.testing.assert_array_equal(outputs['compact_0/keypoint'], compact(poses(case), box).keypoints)
    assert outputs['compact_0/img_shape'].tolist() == [box.height, box.width]
    np.testing.assert_allclose(outputs['compact_0/crop_quadruple'] * (500, 400, 500, 400), box)


def test_outputs_follow_their_recorded_names():
    names = ('resize_short48/keypoint', 'resize_short48_free_ratio/img_shape', 'resize40_flip/keypoint_score',
             'centercrop100/keypoint')
    case = vector(dict.fromkeys(names, {}))
    outputs, square = run(case), compact(poses(case), compact_box(poses(case)))
    np.testing.assert_allclose(outputs[names[0]], square.keypoints * np.float32(48 / square.size[0]), rtol=1e-6)
    assert outputs[names[1]].min() == 48 and outputs['resize40_flip/img_shape'].tolist() == [40, 40]
    scores = case.inputs()['keypoint_score'].numpy()
    np.testing.assert_array_equal(outputs[names[2]][..., LEFT], scores[..., RIGHT])
    np.testing.assert_array_equal(outputs[names[3]], crop(square, central_box(square.size, 100)).keypoints)


def test_pipeline_draws_heatmaps_and_their_mirror_image():
    volume = run(vector({'pipeline_imgs': {'shape': [2, 17, 3, 24, 32]}}))['pipeline_imgs']
    assert volume.shape == (2, 17, 3, 24, 32) and volume[0].max() > 0.5
    np.testing.assert_array_equal(volume[1, LEFT], volume[0, RIGHT][..., ::-1])


def test_nan_counts_as_missing():
    case = vector()
    keypoints = case.arrays['in/keypoint'].copy()
    keypoints[0, 0, 0] = np.nan
    zeros = np.nan_to_num(keypoints)
    np.testing.assert_array_equal(run(vector(keypoint=keypoints))['compact_0/keypoint'],
                                  run(vector(keypoint=zeros))['compact_0/keypoint'])


def test_recorded_answers_agree(unpack):
    comparisons = check(unpack('data_pose_compact'))
    assert len(comparisons) == 24 and all(comparison.passed for comparison in comparisons)


def test_what_is_not_known_is_refused():
    with pytest.raises(ValueError, match="PoseCompact argument 'shape' has no counterpart"):
        run(vector(arguments={'shape': 3}))
    with pytest.raises(ValueError, match="output 'rotate30' is none of compact"):
        run(vector({'rotate30/keypoint': {}}))
