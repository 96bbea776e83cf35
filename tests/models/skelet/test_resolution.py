"""Coarser joint sets against the published sums of SkeleT's graphs."""

import numpy as np
import pytest
import torch

from core.layouts import LAYOUTS, get_layout
from core.models.skelet.resolution import merged_graph, merging_matrix, resolutions

EXPRESSIVE = get_layout('wholebody65')


@pytest.mark.parametrize(('joints', 'trace', 'entries'), [(65, 21.9952, 207), (27, 15.2799, 89), (11, 6.8033, 31)])
def test_graphs_have_the_official_traces_and_sizes(joints, trace, entries):
    graph = merged_graph(EXPRESSIVE, joints)
    assert graph.trace().item() == pytest.approx(trace, abs=6e-5)
    assert int((graph != 0).sum()) == entries
    torch.testing.assert_close(graph.sum(dim=0), torch.ones(joints))


def test_graph_of_27_joints_has_the_official_columns():
    graph = merged_graph(EXPRESSIVE, 27)
    wrist = torch.zeros(27)
    wrist[[7, 17, 18, 19, 20, 21]], wrist[9] = 0.1, 0.4
    torch.testing.assert_close(graph[:, 9], wrist)
    assert graph[[13, 15], 15].tolist() == pytest.approx([1 / 13, 12 / 13])


def test_diagonal_of_the_graph_of_11_joints_is_the_official_one():
    wanted = [.9048, .4, .2693, .2693, .9736, .9736, .5, .3333, .3333, .9231, .9231]
    assert merged_graph(EXPRESSIVE, 11).diagonal().tolist() == pytest.approx(wanted, abs=6e-5)


@pytest.mark.parametrize(('fine', 'coarse'), [(65, 27), (27, 11), (65, 11)])
def test_every_joint_goes_to_one_group_and_groups_are_means(fine, coarse):
    matrix = merging_matrix(EXPRESSIVE, fine, coarse)
    assert matrix.shape == (fine, coarse) and ((matrix != 0).sum(dim=1) == 1).all()
    torch.testing.assert_close(matrix.sum(dim=0), torch.ones(coarse), atol=2.1e-4, rtol=0)


def test_hands_are_weighed_with_four_decimals():
    assert merging_matrix(EXPRESSIVE, 27, 11)[[9, 17, 21], 4].tolist() == pytest.approx([.1667] * 3, abs=1e-7)
    assert merging_matrix(EXPRESSIVE, 65, 27)[[9, 23, 24], [9, 9, 17]].tolist() == [.5, .5, .25]


@pytest.mark.parametrize('layout', LAYOUTS.values(), ids=lambda layout: layout.name)
def test_closed_pseudoinverse_is_numpys(layout):
    for joints in resolutions(layout):
        matrix = merging_matrix(layout, layout.num_joints, joints).numpy().astype(float)
        neighbors = np.eye(layout.num_joints)
        for a, b in layout.mesh or layout.links:
            neighbors[a, b] = neighbors[b, a] = 1
        graph = np.linalg.pinv(matrix) @ neighbors @ matrix
        np.testing.assert_allclose(merged_graph(layout, joints), graph / graph.sum(axis=0), atol=1e-6)


def test_the_same_joints_map_to_themselves():
    assert torch.equal(merging_matrix(EXPRESSIVE, 27, 27), torch.eye(27))


@pytest.mark.parametrize(('fine', 'coarse'), [(65, 10), (11, 27), (30, 27)])
def test_joint_sets_that_the_layout_does_not_have_are_refused(fine, coarse):
    with pytest.raises(ValueError, match=f"'wholebody65'.*65 to 27 to 11, not from {fine} to {coarse}"):
        merging_matrix(EXPRESSIVE, fine, coarse)
