import numpy as np

from core.layouts import get_layout
from core.parity.cases.geometry_cases import run_geometry
from core.parity.vector import Vector

POSE = np.zeros((17, 2), np.float32)
POSE[10:14] = [[29.504435, 142.88637], [64.679153, 159.71733], [59.235447, 10.065924], [87.664597, 141.09496]]
VISIBLE = np.ones((17, 1), np.float32)
VISIBLE[9] = 0
BOX = np.array([[[286.0, 120], [653, 420], [400, 200]]], np.float32)

VECTOR = Vector({
    'name': 'geometry', 'source': '', 'tolerance': {},
    'config': {'IMAGE_SIZE_wh': [96, 160], 'flip_pairs': get_layout('coco17').flip_pairs,
               'affine': [{'center': [300.5, 200.25], 'scale': [0.9, 1.5], 'rot': 15.0}],
               'bbox': {'input_ratio': 160 / 96, 'scale': 1.3}},
    'inputs': {name: {'rule': f'stored: in/{name}', 'shape': list(array.shape)} for name, array in (
        ('pose', POSE), ('visible', VISIBLE), ('bbox_pose', BOX), ('bbox_visible', np.ones((1, 3))))},
    'outputs': {'uniform_sample_103_32': {}, 'uniform_sample_33_32': {}},
}, {'in/pose': POSE, 'in/visible': VISIBLE, 'in/bbox_pose': BOX, 'in/bbox_visible': np.ones((1, 3))})


def test_outputs_are_named_and_valued_as_published():
    outputs = run_geometry(VECTOR)
    assert set(outputs) == {'affine_0', 'affine_inv_0', 'affine_points_0', 'gt_bbox', 'gt_center_scale',
                            'fliplr_joints', 'fliplr_vis', 'uniform_sample_103_32', 'uniform_sample_33_32'}
    points = [[40.167857913, 366.002710975], [142.387443876, 385.078940891],
              [25.078564098, 3.363646652], [188.740560379, 321.247197983]]
    assert np.allclose(outputs['affine_points_0'], points, atol=1e-3)
    assert np.allclose(outputs['affine_inv_0'][:, 2], [252.389516195, 32.067420959], atol=1e-3)
    height = 367 * 160 / 96
    assert np.allclose(outputs['gt_center_scale'], [[469.5, 270, 367 * 1.3 / 200, height * 1.3 / 200]])
    assert np.allclose(outputs['gt_bbox'][0, :2], [469.5 - 367 * 0.65, 270 - height * 0.65])
    assert np.allclose(outputs['fliplr_joints'][12], (95 - 64.679153, 159.71733))
    assert not outputs['fliplr_vis'][10].any() and outputs['fliplr_vis'].shape == (17, 2)
    assert outputs['uniform_sample_103_32'][:6].tolist() == [0, 3, 6, 9, 12, 16]
