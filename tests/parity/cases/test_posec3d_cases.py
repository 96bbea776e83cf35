"""Recorded answers of PoseC3D, and other configurations built from their official description."""

import numpy as np
import pytest
import torch

from core.layouts import get_layout
from core.models.posec3d.slowonly import SlowOnlySpec
from core.models.posec3d.volume import LIMB_ORDERS
from core.parity.cases.posec3d_cases import (
    LEFT_LIMB,
    RIGHT_LIMB,
    run,
    run_pose_target,
    slowonly_spec,
    target_arguments,
)
from core.parity.families import check
from core.parity.vector import Vector

BACKBONE = {'type': 'ResNet3dSlowOnly', 'in_channels': 5, 'base_channels': 4, 'num_stages': 2, 'stage_blocks': [1, 2],
            'inflate': [0, 1], 'spatial_strides': [1, 2], 'temporal_strides': [1, 2], 'conv1_stride': [1, 2],
            'pool1_stride': [1, 1], 'out_indices': [1]}


@pytest.mark.parametrize(('name', 'outputs'), [('posec3d_slowonly_r50_joint', 7), ('data_pose_target_56', 5)])
def test_recorded_answers_are_reproduced(unpack, name, outputs):
    comparisons = check(unpack(name))
    assert len(comparisons) == outputs
    assert not [comparison for comparison in comparisons if not comparison.passed]


def test_the_official_configuration_is_our_default(unpack):
    config = Vector.load(unpack('posec3d_slowonly_r50_joint')).config
    assert slowonly_spec(config['backbone']) == SlowOnlySpec()


def test_what_a_configuration_leaves_out_is_the_official_default():
    spec = slowonly_spec({'type': 'ResNet3dSlowOnly', 'depth': 50})
    assert spec == SlowOnlySpec(3, 64, (3, 4, 6, 3), (0, 0, 1, 1), (1, 2, 2, 2), (1, 1, 1, 1), conv1_stride=(1, 2),
                                pool1_stride=(1, 2), out_indices=(3,))


@pytest.mark.parametrize('argument', [{'inflate_style': '3x3x3'}, {'depth': 18}, {'dilations': [1, 1]}])
def test_arguments_that_are_not_implemented_are_refused(argument):
    with pytest.raises(ValueError, match=next(iter(argument))):
        slowonly_spec({**BACKBONE, **argument})


def recognizer(average='prob', **case):
    config = {'backbone': BACKBONE, 'cls_head': {'in_channels': 32, 'num_classes': 3, 'dropout': 0.0},
              'test_cfg': {'average_clips': average}}
    state = [[key, shape] for key, shape in STATE]
    inputs = {'imgs': {'shape': [2, 5, 4, 16, 16], 'rule': 'make_input(shape, 0)'},
              'clip_imgs': {'shape': [1, 2, 5, 4, 16, 16], 'rule': 'make_input(shape, 1)'}}
    return run(Vector({'config': config, 'source': '', 'outputs': {}, 'tolerance': {}, 'state': sorted(state),
                       'inputs': inputs, **case}, {}))


def convolution(name, *shape):
    norm = [(f'{name}.bn.{key}', [shape[0]]) for key in ('weight', 'bias', 'running_mean', 'running_var')]
    return [(f'{name}.conv.weight', list(shape)), *norm, (f'{name}.bn.num_batches_tracked', [])]


def block(name, inputs, channels, frames, project):
    shortcut = convolution(f'{name}.downsample', channels * 4, inputs, 1, 1, 1) if project else []
    return [*convolution(f'{name}.conv1', channels, inputs, frames, 1, 1),
            *convolution(f'{name}.conv2', channels, channels, 1, 3, 3),
            *convolution(f'{name}.conv3', channels * 4, channels, 1, 1, 1), *shortcut]


STATE = [*convolution('backbone.conv1', 4, 5, 1, 7, 7), *block('backbone.layer1.0', 4, 4, 1, True),
         *block('backbone.layer2.0', 16, 8, 3, True), *block('backbone.layer2.1', 32, 8, 3, False),
         ('cls_head.fc_cls.weight', [3, 32]), ('cls_head.fc_cls.bias', [3])]
"""Names and shapes of the official network that BACKBONE describes."""


def test_other_recognizers_run_from_their_description():
    outputs = recognizer()
    assert outputs['maxpool'].shape == (2, 4, 4, 8, 8) and outputs['layer1'].shape == (2, 16, 4, 8, 8)
    assert torch.equal(outputs['layer2'], outputs['feature']) and outputs['layer2'].shape == (2, 32, 2, 4, 4)
    assert outputs['clip_prob'].sum().item() == pytest.approx(1) and outputs['logits'].shape == (2, 3)


def test_clips_may_be_averaged_as_scores():
    assert recognizer('score')['clip_prob'].sum().item() != pytest.approx(1)


def test_training_cases_report_loss_and_gradients():
    outputs = recognizer(grad_norms={'backbone.layer2.0.conv1.conv.weight': 0.0})
    assert outputs['loss'] > 0 and outputs['grad_norm/backbone.layer2.0.conv1.conv.weight'] > 0


def target(config, *names, keypoints=((10.3, 7.8), (15.0, 12.5)), scores=(0.9, 0.5)):
    arrays = {'in/keypoint': np.zeros((1, 1, 17, 2), np.float32), 'in/keypoint_score': np.zeros((1, 1, 17), np.float32)}
    arrays['in/keypoint'][..., [0, 5], :], arrays['in/keypoint_score'][..., [0, 5]] = keypoints, scores
    inputs = {name: {'shape': list(arrays[f'in/{name}'].shape), 'rule': f'stored: in/{name}'}
              for name in ('keypoint', 'keypoint_score')}
    return run_pose_target(Vector({'config': {'img_shape': [20, 24], **config}, 'source': '', 'inputs': inputs,
                                   'outputs': dict.fromkeys(names, {}), 'tolerance': {}}, arrays))


def test_the_second_half_is_the_mirrored_volume():
    joint = target({}, 'joint_double')['joint_double']
    assert joint.shape == (2, 17, 20, 24)
    assert divmod(joint[1, 6].argmax().item(), 24) == (12, 8)
    assert torch.equal(joint[1, 6], joint[0, 5].flip(-1)) and torch.equal(joint[1, 0], joint[0, 0].flip(-1))


def test_without_a_skeleton_the_limbs_have_the_order_of_the_class():
    """Limb (0, 5) is number 4 there; a mirror exchanges it with number 7."""
    limb = target({}, 'limb_double')['limb_double']
    assert limb.amax(dim=(2, 3)).nonzero().tolist() == [[0, 4], [1, 7]]
    own = target({'skeletons': [[5, 0]], 'left_limb': [], 'right_limb': []}, 'limb_double')['limb_double']
    torch.testing.assert_close(own[0, 0], limb[0, 4])
    assert own.shape == (2, 1, 20, 24) and torch.equal(own[1, 0], own[0, 0].flip(-1))


def test_scaling_scales_the_picture_and_the_keypoints():
    scaled = target({'scaling': 0.5, 'img_shape': [41, 48]}, 'joint', keypoints=((20.6, 15.6), (30, 25)))['joint']
    assert scaled.shape == (1, 17, 21, 24)
    torch.testing.assert_close(scaled[0, 0, :20], target({}, 'joint')['joint'][0, 0])


def test_scores_can_be_left_out():
    heights = target({}, 'joint_noscore')['joint_noscore'].amax(dim=(0, 2, 3))
    assert (heights > 0.5).all()
    assert torch.equal(heights, target({'use_score': False}, 'joint')['joint'].amax(dim=(0, 2, 3)))


@pytest.mark.parametrize(('config', 'name', 'mentions'), [({'eps': 1}, 'joint', 'eps'), ({}, 'paf', 'paf'),
                                                          ({}, 'joint_triple', 'joint_triple')])
def test_unknown_arguments_and_names_are_refused(config, name, mentions):
    with pytest.raises(ValueError, match=mentions):
        target_arguments(config, name)


def test_exchanged_limbs_join_mirrored_joints():
    limbs, flip_order = LIMB_ORDERS['pyskl_default'], get_layout('coco17').flip_order
    assert len(LEFT_LIMB) == len(RIGHT_LIMB) == 8
    for left, right in zip(LEFT_LIMB, RIGHT_LIMB, strict=True):
        assert tuple(flip_order[joint] for joint in limbs[left]) == limbs[right]
