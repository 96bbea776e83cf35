"""SkeleT as a whole: sizes, names, shapes, persons."""

import pytest
import torch

from core.layouts import get_layout
from core.models.skelet.network import SkeleT, SkeleTRecognizer
from core.models.skelet.options import DGSTGCN, SKELET_UNITS, STAGES
from core.models.skeleton.head import GCNHead
from core.models.skeleton.instance_pooling import InstancePooling

EXPRESSIVE, COCO = get_layout('wholebody65'), get_layout('coco17')
TINY = STAGES._replace(base_channels=16, groups=(1, 2, 2), inflate=(2, 3), down=(3,), pooling=(2, 3))


def tiny(pooled: bool = False, **options) -> SkeleTRecognizer:
    backbone = SkeleT(COCO, stages=TINY, pooling=InstancePooling(3, 16) if pooled else None, **options)
    return SkeleTRecognizer(backbone, GCNHead(backbone.out_channels, 5))


@pytest.mark.parametrize(('unit', 'pooled', 'millions'), [
    ('dgstgcn', False, 1.508), ('stgcnpp', False, 1.299), ('ctrgcn', False, 1.206), ('dgstgcn', True, 1.540),
    ('stgcnpp', True, 1.332)])
def test_numbers_of_parameters_are_the_official_ones(unit, pooled, millions):
    network = SkeleT(EXPRESSIVE, options=SKELET_UNITS[unit], pooling=InstancePooling(3) if pooled else None)
    assert round(sum(parameter.numel() for parameter in network.parameters()) / 1e6, 3) == millions


def test_names_are_the_official_ones():
    keys = set(SkeleT(EXPRESSIVE).state_dict())
    assert len(keys) == 1172
    assert {key.split('.')[1] for key in keys if '.gcn.down.down.' in key} == {'0', '4', '7'}
    assert {key.split('.')[1] for key in keys if '.residual.M' in key} == {'4', '7'}
    assert {key.split('.')[1] for key in keys if key.endswith('.WM')} == set('1235689')
    assert {'gcn.7.gcn.basic_gcn_blocks.3.pre.1.weight', 'gcn.9.tcn.add_coeff', 'gcn.4.residual.down.1.bias'} <= keys


@pytest.mark.parametrize('unit', SKELET_UNITS)
def test_shapes_of_every_stage(unit):
    network = SkeleT(EXPRESSIVE, options=SKELET_UNITS[unit]).eval()
    shapes = {}
    for index, block in enumerate(network.gcn):
        block.register_forward_hook(lambda module, args, output, index=index: shapes.update({index: output.shape}))
    with torch.no_grad():
        (feature,) = network(torch.randn(1, 2, 10, 65, 3))
    assert feature.shape == (1, 2, 256, 3, 11) and network.widths == (256,)
    assert [tuple(shapes[index][1:]) for index in (0, 3, 4, 6, 7)] == [
        (64, 10, 65), (64, 10, 65), (128, 5, 27), (128, 5, 27), (256, 3, 11)]


@pytest.mark.parametrize('unit', SKELET_UNITS)
def test_every_unit_can_be_trained(unit):
    network = tiny(options=SKELET_UNITS[unit])
    network(torch.randn(2, 1, 4, 17, 3)).sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_pooling_gives_the_first_block_a_residual_path_and_a_mapping():
    plain, pooled = tiny().backbone, tiny(pooled=True).backbone
    assert plain.gcn[0].residual is None and plain.gcn[0].gcn.M is None
    assert pooled.gcn[0].residual is not None and pooled.gcn[0].gcn.WM.shape == (1, 17, 17)
    assert pooled(torch.randn(2, 3, 4, 17, 3))[0].shape == (2, 1, 64, 2, 6)


def test_dropout_spares_the_first_block():
    network = SkeleT(COCO, stages=TINY, options=DGSTGCN._replace(dropout=0.3))
    assert [block.tcn.drop.p for block in network.gcn] == [0, 0.3, 0.3]


@pytest.mark.parametrize('pooled', [False, True])
def test_absent_persons_do_not_count(pooled):
    model = tiny(pooled).eval()
    x, mask = torch.randn(2, 3, 6, 17, 3), torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    other = x.clone()
    other[:, 2] = torch.randn(2, 6, 17, 3)
    with torch.no_grad():
        difference = (model(x, mask) - model(other, mask)).abs().amax(dim=1)
        assert difference[0] < 1e-6 < difference[1]
        torch.testing.assert_close(model(x, mask)[:1], model(x[:1, :2], mask[:1, :2]))
        torch.testing.assert_close(model(x, torch.ones(2, 3)), model(x))


@pytest.mark.parametrize('unit', SKELET_UNITS)
def test_every_parameter_learns_under_autocast(unit):
    model = tiny(pooled=True, options=SKELET_UNITS[unit])
    with torch.autocast('cpu', torch.bfloat16):
        logits = model(torch.randn(2, 2, 6, 17, 3), torch.ones(2, 2))
    logits.float().logsumexp(dim=1).sum().backward()
    assert not [name for name, parameter in model.named_parameters() if parameter.grad is None]
