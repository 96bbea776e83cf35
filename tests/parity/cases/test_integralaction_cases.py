"""The IntegralAction runner: a recorded vector, and every variant through states as the published code names them."""

import pytest
import torch

from core.models.integral.render import PUBLISHED_LIMBS
from core.parity.cases.integralaction_cases import build_published, run
from core.parity.families import check
from core.parity.vector import Vector

CLASSES, FRAMES = 4, 3
SETTINGS = {'class_num': CLASSES, 'joint_num': 25, 'skeleton': PUBLISHED_LIMBS['ntu25'], 'input_hm_shape': [8, 12],
            'input_img_shape': [32, 48], 'frame_per_seg': FRAMES, 'pose_frame_factor': 1, 'img_resnet_type': 18,
            'pose_resnet_type': 18, 'agg_feat_dim': 16, 'pose_gate': True, 'hm_sigma': 0.5, 'paf_sigma': 1,
            'pose_score_thr': 0.1, 'mode': 'rgb+pose'}
STEM = {'pose_backbone.conv1.weight': [64, 3, 7, 7], 'pose_backbone.bn1.weight': [64]}


def make_vector(**changes) -> Vector:
    """A vector without recorded answers; its state has the parts of every mode."""
    config = {**SETTINGS, **changes}
    everything = build_published({**config, 'mode': 'rgb+pose', 'pose_gate': True, 'pose_frame_factor': 2})
    shapes = {key: list(value.shape) for key, value in everything.state_dict().items()} | STEM
    shapes |= {f'classifier.fc.0.{kind}': list(value.shape)
               for kind, value in build_published(config).classifier.fc[0].named_parameters()}
    frames = (FRAMES - 1) * config['pose_frame_factor'] + 1
    inputs = {'video': [2, FRAMES, 3, 32, 48], 'pose_coords': [2, frames, 5, 25, 2], 'pose_scores': [2, frames, 5, 25]}
    return Vector({'config': config, 'source': '', 'outputs': {}, 'tolerance': {}, 'state': sorted(shapes.items()),
                   'inputs': {name: {'shape': shape, 'rule': f'make_input(shape, {number})'}
                              for number, (name, shape) in enumerate(inputs.items())}}, {})


def test_the_recorded_vector_agrees(unpack):
    comparisons = check(unpack('integralaction_rgb_pose'))
    assert len(comparisons) == 8 and [each.name for each in comparisons if not each.passed] == []


@pytest.mark.parametrize(('changes', 'outputs'), [
    ({'mode': 'rgb_only', 'img_resnet_type': 50}, {'img_feature'}),
    ({'mode': 'pose_only', 'pose_frame_factor': 2}, {'heatmap', 'paf', 'pose_feature'}),
    ({'pose_gate': False}, {'img_feature', 'heatmap', 'paf', 'pose_feature', 'aggregated'}),
    ({'pose_frame_factor': 2, 'pose_resnet_type': 34},
     {'img_feature', 'heatmap', 'paf', 'pose_feature', 'aggregated', 'pose_gate'})])
def test_states_of_all_parts_load_and_every_variant_answers(changes, outputs):
    answers = run(make_vector(**changes))
    assert set(answers) == outputs | {'logits', 'action_prob'}
    assert all(value.isfinite().all() for value in answers.values())
    frames = 2 * ((FRAMES - 1) * changes.get('pose_frame_factor', 1) + 1)
    if 'heatmap' in outputs:
        assert answers['heatmap'].shape == (frames, 25, 8, 12) and answers['paf'].shape == (frames, 48, 8, 12)
    if 'aggregated' in outputs:
        assert answers['aggregated'].shape == (2 * FRAMES, 16, 1, 1)
    torch.testing.assert_close(answers['action_prob'].sum(dim=1), torch.ones(2))


def test_incomplete_states_and_unknown_settings_are_refused():
    vector = make_vector(mode='rgb_only')
    vector.case['state'][:] = [entry for entry in vector.case['state'] if 'layer4' not in entry[0]]
    with pytest.raises(ValueError, match='do not cover the model exactly.*layer4'):
        run(vector)
    with pytest.raises(ValueError, match="'shift_div' has no counterpart"):
        build_published({**SETTINGS, 'shift_div': 8})
