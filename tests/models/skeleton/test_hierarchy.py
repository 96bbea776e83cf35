"""Joints → parts → bodies: memberships, means and learned matrices."""

import pytest
import torch

from core.layouts import LAYOUTS, get_layout
from core.models.skeleton.graph import build_adjacency
from core.models.skeleton.hierarchy import JointMix, build_hierarchy, mean_columns

WITH_PARTS = [name for name, layout in LAYOUTS.items() if layout.parts]
PAIRS = [(0, 1), (1, 2), (0, 2)]


@pytest.mark.parametrize('name', WITH_PARTS)
def test_graphs_of_all_scales(name):
    layout, hierarchy = get_layout(name), build_hierarchy(get_layout(name))
    assert torch.equal(hierarchy.adjacency[0], build_adjacency(layout, 'spatial'))
    assert [graph.shape[-1] for graph in hierarchy.adjacency] == [layout.num_joints, len(layout.parts), 3]
    itself, parent, children = hierarchy.adjacency[1]
    assert torch.equal(itself, torch.eye(len(layout.parts)))
    assert parent[1].tolist() == [float(part != 1) for part in range(len(layout.parts))]  # all take the torso
    torch.testing.assert_close(children[:, 1].sum(), torch.tensor(1.0))                   # it takes their mean


@pytest.mark.parametrize('pair', PAIRS)
@pytest.mark.parametrize('name', WITH_PARTS)
def test_columns_of_pooling_and_unpooling_sum_to_one(name, pair):
    membership = build_hierarchy(get_layout(name)).between(*pair)
    assert set(membership.unique().tolist()) <= {0, 1}
    for matrix in (mean_columns(membership), mean_columns(membership.T)):
        torch.testing.assert_close(matrix.sum(dim=0), torch.ones(matrix.shape[1]))


@pytest.mark.parametrize('pair', PAIRS)
@pytest.mark.parametrize('name', WITH_PARTS)
def test_pooling_then_unpooling_a_constant_is_the_constant(name, pair):
    membership = build_hierarchy(get_layout(name)).between(*pair)
    pool, unpool = JointMix(mean_columns(membership)), JointMix(mean_columns(membership.T))
    constant = torch.randn(2, 3, 4, 1).expand(-1, -1, -1, len(membership))
    torch.testing.assert_close(unpool(pool(constant)), constant)


def test_a_joint_is_in_the_bodies_of_its_parts():
    members = build_hierarchy(get_layout('coco17')).between(0, 2).bool()
    assert members[5].tolist() == [True, True, True]      # shoulder: torso and arm
    assert members[9].tolist() == [True, False, True]     # wrist: arm
    assert members[15].tolist() == [False, True, True]    # ankle: leg


def test_mix_is_a_product_over_joints_channels_last():
    weights = torch.randn(5, 3)
    x = torch.randn(2, 4, 6, 5)
    for learned in (True, False):
        mixed = JointMix(weights, learned)(x)
        torch.testing.assert_close(mixed, x @ weights)
        assert mixed.is_contiguous(memory_format=torch.channels_last)


def test_fixed_matrices_are_buffers():
    learned, fixed = JointMix(torch.ones(2, 2)), JointMix(torch.ones(2, 2), learned=False)
    assert len(list(learned.parameters())) == 1 and not list(fixed.parameters())
    assert set(learned.state_dict()) == set(fixed.state_dict()) == {'weight'}


def test_layout_without_parts_and_wrong_scales_are_refused():
    assert len(build_hierarchy(get_layout('openpose18'), 1).adjacency) == 1
    with pytest.raises(ValueError, match="'openpose18' has no parts"):
        build_hierarchy(get_layout('openpose18'), 2)
    with pytest.raises(ValueError, match='got 4'):
        build_hierarchy(get_layout('coco17'), 4)
