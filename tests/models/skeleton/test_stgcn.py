"""ST-GCN and ST-GCN++: sizes, names, shapes, input normalization."""

import math

import pytest
import torch

from core.layouts import get_layout
from core.models.skeleton.graph import build_adjacency
from core.models.skeleton.head import GCNHead
from core.models.skeleton.recognizer import SkeletonRecognizer
from core.models.skeleton.stgcn import STGCN, stgcn, stgcnpp

COCO = get_layout('coco17')


def tiny(**options) -> STGCN:
    return STGCN(build_adjacency(COCO), base_channels=8, num_stages=3, inflate_stages=(2,), down_stages=(3,), **options)


@pytest.mark.parametrize(('network', 'layout', 'count'), [
    (stgcnpp, 'coco17', 1_393_016), (stgcnpp, 'ntu25', 1_403_144), (stgcn, 'coco17', 3_088_704)])
def test_parameter_counts_are_the_official_ones(network, layout, count):
    model = SkeletonRecognizer(network(get_layout(layout)), GCNHead(256, 60))
    assert sum(parameter.numel() for parameter in model.parameters()) == count


def test_names_are_pyskl_names():
    keys = set(stgcnpp(COCO).state_dict())
    assert {'data_bn.weight', 'gcn.0.gcn.A', 'gcn.4.gcn.conv.weight', 'gcn.4.gcn.down.0.weight',
            'gcn.4.gcn.down.1.bias', 'gcn.9.tcn.branches.0.3.conv.weight', 'gcn.9.tcn.branches.4.1.running_var',
            'gcn.9.tcn.branches.5.bias', 'gcn.9.tcn.transform.2.weight', 'gcn.9.tcn.bn.weight',
            'gcn.7.residual.conv.weight', 'gcn.7.residual.bn.bias'} <= keys
    assert len(keys) == 690
    assert {key.split('.')[1] for key in keys if '.down.' in key} == {'0', '4', '7'}
    assert {key.split('.')[1] for key in keys if 'residual' in key} == {'4', '7'}
    plain = set(stgcn(COCO).state_dict())
    assert {'gcn.0.gcn.PA', 'gcn.9.tcn.conv.weight', 'gcn.9.tcn.bn.bias'} <= plain
    assert not any('down' in key or 'branches' in key for key in plain)


@pytest.mark.parametrize('persons', [1, 2])
@pytest.mark.parametrize(('layout', 'frames'), [
    ('coco17', 16), ('coco17', 25), ('ntu25', 32), ('ntu25', 100)])
@pytest.mark.parametrize('build', [stgcn, stgcnpp])
def test_shapes(build, layout, frames, persons):
    layout = get_layout(layout)
    network = build(layout).eval()
    with torch.no_grad():
        (feature,) = network(torch.randn(1, persons, frames, layout.num_joints, 3))
    assert feature.shape == (1, persons, 256, math.ceil(frames / 4), layout.num_joints)
    assert network.out_channels == 256 and network.widths == (256,)
    assert network.channels == (64,) * 4 + (128,) * 3 + (256,) * 3


def test_fixed_graph_has_no_edge_weights():
    assert not any('PA' in name for name, _ in stgcn(COCO, edge_importance=False).named_parameters())


def test_equal_input_and_base_width_keep_the_first_block_unless_asked_otherwise():
    kept, skipped = tiny(in_channels=8), tiny(in_channels=8, skip_first=True)
    assert len(kept.gcn) == 3 and kept.gcn[0].residual is None
    assert len(skipped.gcn) == 2 and skipped.gcn[0].residual is not None


def test_dropout_spares_the_first_block():
    rates = [block.tcn.drop.p for block in stgcn(COCO, dropout=0.5).gcn]
    assert rates == [0] + [0.5] * 9


@pytest.mark.parametrize('training', [True, False])
def test_input_is_normalized_per_joint_and_channel(training):
    network = tiny().train(training)
    x = 3 * torch.randn(4, 2, 5, 17, 3) + 7
    reference = torch.nn.BatchNorm1d(17 * 3).train(training)
    wanted = reference(x.permute(0, 1, 3, 4, 2).reshape(8, 51, 5)).view(8, 17, 3, 5).permute(0, 2, 3, 1)
    got = network.normalize(x)
    torch.testing.assert_close(got, wanted)
    torch.testing.assert_close(network.data_bn.running_var, reference.running_var)
    assert got.is_contiguous(memory_format=torch.channels_last)


def test_normalization_over_persons_keeps_their_statistics_apart():
    network = tiny(data_bn_type='MVC').train()
    x = torch.randn(4, 2, 5, 17, 3) + torch.tensor([0.0, 50.0]).view(1, 2, 1, 1, 1)
    means = network.normalize(x).unflatten(0, (4, 2)).mean(dim=(0, 2, 3))
    assert means.abs().max() < 1e-4
    assert network.data_bn.num_features == 2 * 17 * 3
    assert torch.equal(tiny(data_bn_type=None).normalize(x), x.flatten(0, 1).permute(0, 3, 1, 2))


def test_persons_do_not_mix_in_the_backbone():
    network = tiny().eval()
    x = torch.randn(1, 2, 6, 17, 3)
    with torch.no_grad():
        (before,), (after,) = network(x), network(torch.cat([x[:, :1], torch.randn(1, 1, 6, 17, 3)], dim=1))
    torch.testing.assert_close(before[:, 0], after[:, 0])
    assert (before[:, 1] - after[:, 1]).abs().max() > 1e-3


def test_unknown_input_norm_is_refused():
    with pytest.raises(ValueError, match='data_bn_type'):
        tiny(data_bn_type='VCM')
