"""The PYSKL runner against a plain functional ST-GCN, for many configurations."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.parity.cases.skeleton_cases import build_backbone, build_recognizer, pyskl_layout, run
from core.parity.vector import Vector

TINY = {'base_channels': 6, 'num_stages': 3, 'inflate_stages': [2], 'down_stages': [2]}
PLAIN = {'type': 'STGCN', 'graph_cfg': {'layout': 'coco', 'mode': 'stgcn_spatial'}, **TINY}
PLUS = {**PLAIN, 'gcn_adaptive': 'init', 'gcn_with_res': True, 'tcn_type': 'mstcn',
        'graph_cfg': {'layout': 'coco', 'mode': 'spatial'}}


def make_vector(backbone: dict, shape: tuple[int, ...], extra_inputs: dict | None = None, **case) -> Vector:
    """A vector without recorded answers, its state named as PYSKL names it."""
    config = {'type': 'RecognizerGCN', 'backbone': backbone,
              'cls_head': {'type': 'GCNHead', 'num_classes': 5, 'in_channels': 12}}
    state = {key.replace('skeleton.head', 'cls_head').replace('skeleton.backbone', 'backbone'): value
             for key, value in build_recognizer(config).state_dict().items()}
    constants = [key for key in state if key.endswith('gcn.A') and backbone.get('gcn_adaptive') != 'init']
    inputs = {'keypoint': {'shape': list(shape), 'rule': 'make_input(shape, 1)'}, **(extra_inputs or {})}
    return Vector({'name': 'tiny', 'source': 'pyskl', 'config': config, 'inputs': inputs, 'outputs': {},
                   'state': sorted([key, list(value.shape)] for key, value in state.items()),
                   'constants': constants, 'tolerance': {'rtol': 1e-4}, **case},
                  {f'const/{key}': state[key].numpy() for key in constants})


def norm(state: dict[str, torch.Tensor], name: str, x: torch.Tensor) -> torch.Tensor:
    return F.batch_norm(x, *(state[f'{name}.{part}'] for part in ('running_mean', 'running_var', 'weight', 'bias')))


def reference(state: dict[str, torch.Tensor], x: torch.Tensor, over_persons: bool) -> torch.Tensor:
    """Plain ST-GCN (adaptive 'importance', 9-frame kernels) of a filled state, channels first throughout."""
    batch, persons, frames, joints, channels = x.shape
    x = x.permute(0, 1, 3, 4, 2)                                                        # (B, M, V, C, T)
    x = norm(state, 'backbone.data_bn', x.reshape(batch if over_persons else batch * persons, -1, frames))
    x = x.reshape(-1, joints, channels, frames).permute(0, 2, 3, 1)                     # (BM, C, T, V)
    for index in range(3):
        def conv(name, x, index=index, **options):
            name = f'backbone.gcn.{index}.{name}'
            return F.conv2d(x, state[f'{name}.weight'], state[f'{name}.bias'], **options)

        block, stride = f'backbone.gcn.{index}', (2 if index == 1 else 1, 1)
        graph = state[f'{block}.gcn.A'] * state[f'{block}.gcn.PA']
        y = conv('gcn.conv', x).unflatten(1, (3, -1))
        y = F.relu(norm(state, f'{block}.gcn.bn', torch.einsum('nkctv,kvw->nctw', y, graph)))
        y = norm(state, f'{block}.tcn.bn', conv('tcn.conv', y, stride=stride, padding=(4, 0)))
        if index == 1:
            y = y + norm(state, f'{block}.residual.bn', conv('residual.conv', x, stride=stride))
        elif index == 2:
            y = y + x
        x = F.relu(y)
    pooled = x.mean(dim=(2, 3)).unflatten(0, (batch, persons)).mean(dim=1)
    return F.linear(pooled, state['cls_head.fc_cls.weight'], state['cls_head.fc_cls.bias'])


@pytest.mark.parametrize(('layout', 'joints'), [('coco', 17), ('openpose', 18), ('nturgb+d', 25)])
@pytest.mark.parametrize(('persons', 'norm_type'), [(1, 'VC'), (2, 'VC'), (2, 'MVC'), (3, 'MVC')])
def test_plain_stgcn_equals_the_formula(layout, joints, persons, norm_type):
    backbone = {**PLAIN, 'graph_cfg': {'layout': layout, 'mode': 'stgcn_spatial'}, 'data_bn_type': norm_type,
                'num_person': persons}
    vector = make_vector(backbone, (2, persons, 9, joints, 3))
    outputs = run(vector)
    wanted = reference(vector.state(), vector.inputs()['keypoint'], norm_type == 'MVC')
    torch.testing.assert_close(outputs['logits'], wanted, atol=1e-5, rtol=1e-4)


def test_outputs_of_every_block_and_of_test_clips():
    clips = {'clip_keypoint (for clip_prob)': {'shape': [2, 3, 1, 8, 17, 3], 'rule': 'make_input(shape, 2)'}}
    outputs = run(make_vector(PLUS, (2, 1, 8, 17, 3), clips))
    assert outputs['block0'].shape == (2, 6, 8, 17) and outputs['block2'].shape == (2, 12, 4, 17)
    torch.testing.assert_close(outputs['block2'], outputs['feature'].flatten(0, 1))
    torch.testing.assert_close(outputs['clip_prob'].sum(dim=-1), torch.ones(2))


def test_training_reports_loss_gradients_and_buffers():
    norms = {'backbone.gcn.0.gcn.A': 0.0, 'cls_head.fc_cls.weight': 0.0}
    vector = make_vector(PLUS, (4, 2, 8, 17, 3), grad_norms=norms,
                         outputs={'buffer_after_forward/backbone.data_bn.running_mean': {'shape': [51]}})
    outputs = run(vector)
    torch.testing.assert_close(outputs['loss'].float(), outputs['logits'].square().mean())
    assert outputs['grad_norm/backbone.gcn.0.gcn.A'] > 0 and outputs['grad_norm/cls_head.fc_cls.weight'] > 0
    moved = outputs['buffer_after_forward/backbone.data_bn.running_mean']
    before = vector.state()['backbone.data_bn.running_mean']
    batch = vector.inputs()['keypoint'].mean(dim=(0, 1, 2)).flatten()
    torch.testing.assert_close(moved, 0.9 * before + 0.1 * batch)


def test_graphs_are_reported_as_constructed_not_as_loaded():
    vector = make_vector(PLUS, (1, 1, 8, 17, 3))
    key = 'init/backbone.gcn.0.gcn.A'
    vector = Vector(vector.case, {**vector.arrays, key: np.zeros((3, 17, 17), np.float32)})
    assert run(vector)[key].sum() == 17 + 16 + 11


def test_equal_widths_drop_the_first_block_as_in_pyskl():
    assert len(build_backbone({**PLAIN, 'in_channels': 6}).gcn) == 2
    assert len(build_backbone(PLAIN).gcn) == 3


def test_plain_networks_on_expressive_keypoints_have_the_official_size():
    model = build_backbone({**PLUS, 'graph_cfg': {'layout': 'expressive-keypoints', 'mode': 'spatial'},
                            'base_channels': 64, 'num_stages': 10, 'inflate_stages': [5, 8], 'down_stages': [5, 8]})
    assert round(sum(parameter.numel() for parameter in model.parameters()) / 1e6, 3) == 1.496
    assert model.gcn[0].gcn.A[1].count_nonzero() == 71


def test_arguments_and_layouts_without_counterpart_are_refused():
    with pytest.raises(ValueError, match='tcn_ms_cfg'):
        build_backbone({**PLAIN, 'tcn_ms_cfg': []})
    with pytest.raises(ValueError, match='handmp'):
        pyskl_layout('handmp')
