"""The end2end runner: published names load exactly, and every variant of the model answers."""

import re

import numpy as np
import pytest
import torch

from core.models.joint import JointModel
from core.parity.cases.end2end_cases import build_published, run
from core.parity.vector import Vector

CLASSES, CLIP = 6, 4
TO_PUBLISHED = (
    (r'^pose\.(backbone|head)\.', 'hrnet.'), (r'^visual\.multi_fuse', 'hrnet.multi_fuse'), (r'^visual\.', ''),
    (r'^fusion\.weight', 'learnable_weights'), (r'^skeleton\.head\.fc_cls', 'stgcn.fcn'),
    (r'^skeleton\.backbone\.data_bn', 'stgcn.data_bn'), (r'^skeleton\.backbone\.gcn', 'stgcn.st_gcn_networks'),
    (r'(networks\.\d+)\.gcn\.bn', r'\1.tcn.0'), (r'(networks\.\d+)\.tcn\.conv', r'\1.tcn.2'),
    (r'(networks\.\d+)\.tcn\.bn', r'\1.tcn.3'), (r'(networks\.\d+)\.residual\.conv', r'\1.residual.0'),
    (r'(networks\.\d+)\.residual\.bn', r'\1.residual.1'), (r'^stgcn\.st_gcn_networks\.\d+\.gcn\.A$', 'stgcn.A'))


def published_config(size=(32, 64), **model) -> dict:
    stages = {'num_modules': [1, 1, 1], 'num_branches': [2, 3, 4], 'num_blocks': [1, 1, 1], 'with_fuse': [True] * 3,
              'module_type': ['LITE'] * 3, 'reduce_ratios': [8] * 3,
              'num_channels': [[8, 16], [8, 16, 32], [8, 16, 32, 64]]}
    stem = {'stem_channels': 8, 'out_channels': 8, 'expand_ratio': 1}
    return {'BACKBONE': 'lite-hrnet', 'DATASET': {'NUM_ACTION': CLASSES, 'NUM_JOINTS': 17, 'CLIP_SIZE': CLIP},
            'MODEL': {'IMAGE_SIZE': list(size), 'SIMDR_SPLIT_RATIO': 2.0, 'COORD_REPRESENTATION': 'sa-simdr',
                      'EDGE_IMPORTANCE': True, **model,
                      'EXTRA': {'FINAL_CONV_KERNEL': 1, 'stem': stem, 'num_stages': 3, 'stages_spec': stages}}}


def published_names(model: JointModel) -> dict[str, torch.Tensor]:
    state = {}
    for key, value in model.state_dict().items():
        key = re.sub(r'^skeleton\.backbone\.gcn\.(\d+)\.gcn\.PA$',
                     lambda match: f'stgcn.edge_importance{int(match[1]) + 1}', key)
        for ours, theirs in TO_PUBLISHED:
            key = re.sub(ours, theirs, key)
        state[key] = value[..., None, None] if key == 'stgcn.fcn.weight' else value
    return state


def make_vector(config: dict) -> Vector:
    state = published_names(build_published(config))
    width, height = config['MODEL']['IMAGE_SIZE']
    images = {'shape': [2, CLIP, 3, height, width], 'rule': 'make_input(shape, 3)'}
    return Vector({'config': config, 'source': '', 'outputs': {}, 'tolerance': {}, 'inputs': {'images': images},
                   'state': sorted([key, list(value.shape)] for key, value in state.items()), 'constants': ['stgcn.A']},
                  {'const/stgcn.A': state['stgcn.A'].numpy()})


@pytest.mark.parametrize(('size', 'options'), [
    ((32, 64), {}), ((32, 64), {'EDGE_IMPORTANCE': False}), ((64, 32), {'SIMDR_SPLIT_RATIO': 1.5}),
    ((32, 64), {'MULTI_FUSE': True, 'fuse_version': 1}), ((96, 32), {'MULTI_FUSE': True, 'fuse_version': 2})])
def test_published_names_load_exactly_and_every_variant_answers(size, options):
    outputs = run(make_vector(published_config(size, **options)))
    bins = int(size[0] * options.get('SIMDR_SPLIT_RATIO', 2)) + int(size[1] * options.get('SIMDR_SPLIT_RATIO', 2))
    assert outputs['pose_simdr'].shape == (2 * CLIP, 17, bins)
    assert outputs['logits_stgcn'].shape == (2, CLASSES)
    assert ('prob_fused' in outputs) == ('MULTI_FUSE' in options)
    assert all(np.isfinite(value).all() for value in outputs.values())


def test_fused_output_is_the_weighted_sum_of_probabilities():
    vector = make_vector(published_config(MULTI_FUSE=True, fuse_version=2))
    outputs = run(vector)
    skeleton, visual = outputs['logits_stgcn'].softmax(dim=-1), outputs['logits_visual'].softmax(dim=-1)
    torch.testing.assert_close(outputs['prob_fused'], skeleton + vector.state()['learnable_weights'] * visual)


def test_configurations_the_published_code_cannot_run_are_refused():
    with pytest.raises(ValueError, match='BACKBONE'):
        build_published({**published_config(), 'BACKBONE': 'hrnet'})
    with pytest.raises(ValueError, match='COORD_REPRESENTATION'):
        build_published(published_config(COORD_REPRESENTATION='heatmap'))
