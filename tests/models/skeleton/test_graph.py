"""Adjacency matrices against the values of the official graphs."""

import pytest
import torch

from core.layouts import LAYOUTS, get_layout
from core.models.skeleton.graph import GRAPHS, build_adjacency, hop_distance, normalize_columns, stgcn_spatial


@pytest.mark.parametrize(('name', 'sums'), [
    ('coco17', (17, 16, 11)), ('openpose18', (18, 17, 12)), ('ntu25', (25, 24, 18))])
def test_spatial_subset_sums_are_the_official_ones(name, sums):
    adjacency = build_adjacency(get_layout(name), 'spatial')
    assert adjacency.dtype == torch.float32
    torch.testing.assert_close(adjacency.sum(dim=(1, 2)), torch.tensor(sums, dtype=torch.float32))


def test_spatial_hands_each_joint_its_parent_and_the_mean_of_its_children():
    _, inward, outward = build_adjacency(get_layout('coco17'), 'spatial')
    assert inward[0].nonzero().flatten().tolist() == [1, 2, 5, 6]
    assert outward[:, 0].tolist() == [0.25 if joint in (1, 2, 5, 6) else 0 for joint in range(17)]


@pytest.mark.parametrize('name', list(LAYOUTS))
def test_stgcn_partition_adds_up_to_the_normalized_adjacency(name):
    subsets = build_adjacency(get_layout(name), 'stgcn_spatial')
    assert subsets.shape == (3, *(get_layout(name).num_joints,) * 2)
    torch.testing.assert_close(subsets.sum(dim=0).sum(dim=0), torch.ones(subsets.shape[-1]))
    assert torch.equal(subsets[0], torch.diag(subsets[0].diagonal()))
    assert not ((subsets[1] > 0) & (subsets[2] > 0)).any()


def test_stgcn_partition_tells_closer_from_further_only_within_reach_of_the_center():
    _, close, further = stgcn_spatial(get_layout('coco17'))
    assert close[5, 0] > 0 and further[0, 5] > 0       # shoulder and nose, the center
    assert close[9, 7] > 0 and close[7, 9] > 0         # wrist and elbow: both infinitely far, as in the official code


def test_stgcn_partition_of_two_hops_has_five_subsets():
    layout = get_layout('coco17')
    assert stgcn_spatial(layout, max_hop=2).shape == (5, 17, 17)
    assert hop_distance(layout, 2)[0, 7] == 2


def test_binary_adjacency_is_symmetric_without_loops():
    (adjacency,) = build_adjacency(get_layout('coco17'), 'binary_adj')
    assert torch.equal(adjacency, adjacency.T)
    assert adjacency.sum() == 2 * len(get_layout('coco17').links)
    assert adjacency.diagonal().sum() == 0


def test_normalize_columns_keeps_columns_of_zeros():
    matrix = torch.tensor([[0.0, 2.0], [0.0, 2.0]]).numpy()
    assert normalize_columns(matrix).tolist() == [[0, 0.5], [0, 0.5]]


def test_unknown_mode_names_the_choices():
    with pytest.raises(ValueError, match=', '.join(GRAPHS)):
        build_adjacency(get_layout('coco17'), 'random')
