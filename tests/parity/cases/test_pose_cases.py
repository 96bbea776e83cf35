"""Recorded answers of the official Lite-HRNet, and tiny configurations built from their official description."""

import pytest
import torch

from core.models.pose.lite_hrnet import LITE_HRNETS
from core.parity.cases.pose_cases import (
    build_hrnet_model,
    build_lite_hrnet_model,
    hrnet_stages,
    lite_hrnet_spec,
    run_hrnet,
    run_lite_hrnet,
)
from core.parity.families import check
from core.parity.vector import Vector

STAGES = {'num_modules': [1, 2], 'num_branches': [2, 3], 'num_blocks': [1, 2], 'module_type': ['NAIVE', 'LITE'],
          'with_fuse': [True, True], 'reduce_ratios': [1, 4], 'num_channels': [[16, 32], [16, 32, 64]]}
EXTRA = {'stem': {'stem_channels': 16, 'out_channels': 24, 'expand_ratio': 2}, 'num_stages': 2, 'stages_spec': STAGES}


@pytest.mark.parametrize('name', ['litehrnet_18_train', 'naive_litehrnet_18'])
def test_recorded_answers_are_reproduced(unpack, name):
    comparisons = check(unpack(name))
    assert len(comparisons) > 4
    assert not [comparison for comparison in comparisons if not comparison.passed]


def test_the_official_configuration_is_the_one_in_our_table(unpack):
    config = Vector.load(unpack('litehrnet_18_train')).config
    assert lite_hrnet_spec(config['backbone']['extra']) == LITE_HRNETS['lite-hrnet-18']


def describe(config, model, head, **case):
    """A vector without recorded answers whose state is the model's, under the names of an official checkpoint."""
    keys = {key: key.removeprefix('pose.').replace('head.final', f'{head}final') for key in model.state_dict()}
    state = [[keys[key] if head else keys[key].removeprefix('backbone.'), list(value.shape)]
             for key, value in model.state_dict().items()]
    return Vector({'config': config, 'source': '', 'outputs': {}, 'tolerance': {}, 'state': sorted(state),
                   'inputs': {'x': {'shape': [1, 3, 64, 32], 'rule': 'make_input(shape, 0)'}}, **case}, {})


@pytest.mark.parametrize('with_head', [True, False])
def test_other_lite_hrnets_run_from_their_description(with_head):
    config = {'backbone': {'in_channels': 3, 'extra': {**EXTRA, 'with_head': with_head}},
              'keypoint_head': {'out_channels': 5, 'extra': {'final_conv_kernel': 3}}}
    outputs = run_lite_hrnet(describe(config, build_lite_hrnet_model(config), 'keypoint_head.'))
    assert outputs['stem'].shape == (1, 24, 16, 8)
    assert outputs['stage_branch2'].shape == (1, 64, 4, 2)
    assert outputs['heatmap'].shape == (1, 5, 16, 8)
    assert ('head_branch0' in outputs) == with_head
    assert torch.isfinite(outputs['heatmap']).all()


HRNET = {'MODEL': {'NUM_JOINTS': 5, 'EXTRA': {
    f'STAGE{stage}': {'NUM_MODULES': 1, 'NUM_BRANCHES': stage, 'BLOCK': 'BASIC', 'NUM_BLOCKS': [1] * stage,
                      'NUM_CHANNELS': [4 * 2 ** branch for branch in range(stage)], 'FUSE_METHOD': 'SUM'}
    for stage in (2, 3)}}}


def test_other_hrnets_run_from_their_description():
    outputs = run_hrnet(describe(HRNET, build_hrnet_model(HRNET), ''))
    assert outputs['layer1'].shape == (1, 256, 16, 8)
    assert outputs['stage2_branch1'].shape == (1, 8, 8, 4)
    assert outputs['heatmap'].shape == (1, 5, 16, 8) and 'stage3_branch1' not in outputs


def test_training_cases_report_loss_and_gradients():
    gradients = {'grad_norms': {'layer1.0.conv1.weight': 0.0}}
    outputs = run_hrnet(describe(HRNET, build_hrnet_model(HRNET), '', **gradients))
    assert outputs['loss'] > 0 and outputs['grad_norm/layer1.0.conv1.weight'] > 0


def test_blocks_that_no_pose_model_uses_are_refused():
    with pytest.raises(ValueError, match='BLOCK: BASIC'):
        hrnet_stages({'STAGE2': {'BLOCK': 'BOTTLENECK'}})
