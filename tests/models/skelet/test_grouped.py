"""Groups of channels with their own joint mapping: the ways to split, to map and to learn."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.models.skelet.grouped import GRAPH_UNITS, GroupedGCN, MergingPath
from core.models.skelet.options import DGSTGCN, STGCNPP

U, V, G = 5, 3, 2
MERGING = torch.tensor([[.5, 0, 0], [.5, 0, 0], [0, 1, 0], [0, 0, .5], [0, 0, .5]])
GRAPH = torch.rand(V, V, generator=torch.Generator().manual_seed(0))
PLAIN = STGCNPP._replace(subsets=2)


def randomize(module: nn.Module) -> nn.Module:
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.3)
    return module.eval()


def reference(unit: GroupedGCN, x: torch.Tensor, split: torch.Tensor, mapping: torch.Tensor) -> torch.Tensor:
    groups = split.view(len(x), G, -1, *x.shape[2:])
    mapped = torch.einsum('nkctu,kuv->nkctv', groups, mapping)
    done = torch.cat([block(mapped[:, number]) for number, block in enumerate(unit.basic_gcn_blocks)], dim=1)
    return F.relu(unit.bn(unit.conv_post(done)) + unit.down(x))


@pytest.mark.parametrize('gcn_type', GRAPH_UNITS)
def test_merging_groups_equal_the_formula(gcn_type):
    unit = randomize(GroupedGCN(8, 16, GRAPH, G, MERGING, options=PLAIN._replace(gcn_type=gcn_type)))
    x = torch.randn(2, 8, 4, U)
    with torch.no_grad():
        torch.testing.assert_close(unit(x), reference(unit, x, x, unit.M))


@pytest.mark.parametrize(('same', 'effective'), [
    ('importance', lambda unit: unit.M * unit.WM), (None, lambda unit: unit.M), ('init', lambda unit: unit.M),
    ('offset', lambda unit: unit.M + unit.WM)])
def test_joints_that_stay_are_mapped_as_the_formula_says(same, effective):
    unit = randomize(GroupedGCN(8, 8, GRAPH, G, options=PLAIN._replace(same_mapping=same)))
    x = torch.randn(2, 8, 4, V)
    with torch.no_grad():
        torch.testing.assert_close(unit(x), reference(unit, x, x, effective(unit)))


@pytest.mark.parametrize(('mapping', 'learned'), [
    ('init', {'M'}), ('offset', {'WM'}), ('importance', {'WM'}), (None, set())])
def test_what_of_the_merging_is_learned(mapping, learned):
    unit = GroupedGCN(8, 16, GRAPH, G, MERGING, options=PLAIN._replace(mapping=mapping))
    assert {name for name, _ in unit.named_parameters()} & {'M', 'WM'} == learned
    assert unit.state_dict()['M'].shape == (G, U, V) and torch.equal(unit.M[1], MERGING)
    assert torch.equal(unit.down.M, MERGING) and unit.down.M.requires_grad


def test_joints_that_stay_may_go_without_a_mapping():
    unit = GroupedGCN(8, 8, GRAPH, G, map_same=False, options=PLAIN)
    assert not {'M', 'WM'} & set(unit.state_dict())
    x = torch.randn(1, 8, 4, V)
    torch.testing.assert_close(unit.eval()(x), reference(unit, x, x, torch.eye(V).expand(G, V, V)))


@pytest.mark.parametrize(('split_way', 'wide'), [('conv+split', 8), ('conv+repeat', 4)])
def test_convolution_before_the_groups(split_way, wide):
    unit = randomize(GroupedGCN(8, 16, GRAPH, G, MERGING, options=PLAIN._replace(split_way=split_way)))
    x = torch.randn(2, 8, 4, U)
    assert unit.conv_pre[0].out_channels == wide
    with torch.no_grad():
        split = unit.conv_pre(x)
        torch.testing.assert_close(unit(x), reference(unit, x, split.repeat(1, 8 // wide, 1, 1), unit.M))
    alone = GroupedGCN(8, 16, GRAPH, 1, MERGING, options=PLAIN._replace(split_way=split_way))
    assert not list(alone.conv_pre.parameters())


def test_merging_path_strides_like_its_convolution():
    path = randomize(MergingPath(4, 6, MERGING, stride=2))
    x = torch.randn(2, 4, 5, U)
    with torch.no_grad():
        mixed = F.conv2d(x @ path.M, path.down[0].weight, path.down[0].bias, stride=(2, 1))
        torch.testing.assert_close(path(x), path.down[1](mixed))
    assert torch.equal(MergingPath(4, 4, None)(x), x)


def test_impossible_variants_are_refused():
    for change in ({'split_way': 'repeat'}, {'gcn_type': 'gcn'}):
        with pytest.raises(ValueError, match='split_way must be one of'):
            GroupedGCN(8, 8, GRAPH, options=DGSTGCN._replace(**change))
    with pytest.raises(ValueError, match='4 groups do not divide'):
        GroupedGCN(6, 8, GRAPH, 4)
