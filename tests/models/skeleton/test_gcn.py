"""Graph convolution against plain formulas."""

import pytest
import torch
from torch.nn import functional as F

from core.layouts import get_layout
from core.models.skeleton.gcn import UnitGCN, aggregate_joints, spread_joints
from core.models.skeleton.graph import build_adjacency

GRAPH = build_adjacency(get_layout('coco17'), 'spatial')


@pytest.mark.parametrize('memory_format', [torch.contiguous_format, torch.channels_last])
def test_products_over_joints_equal_einsum(memory_format):
    graph = torch.randn(3, 7, 5)
    before, after = torch.randn(2, 12, 6, 7), torch.randn(2, 4, 6, 7)
    wanted = torch.einsum('nkctv,kvw->nctw', before.view(2, 3, 4, 6, 7), graph)
    torch.testing.assert_close(aggregate_joints(before.to(memory_format=memory_format), graph), wanted)
    wanted = torch.einsum('nctv,kvw->nkctw', after, graph).flatten(1, 2)
    torch.testing.assert_close(spread_joints(after.to(memory_format=memory_format), graph), wanted)


def test_convolution_before_and_after_the_aggregation_agree_for_equal_weights():
    pre, post = UnitGCN(4, 6, GRAPH, conv_pos='pre').eval(), UnitGCN(4, 6, GRAPH, conv_pos='post').eval()
    weight = torch.randn(3, 6, 4)
    with torch.no_grad():
        pre.conv.weight.copy_(weight.reshape(18, 4, 1, 1))
        post.conv.weight.copy_(weight.transpose(0, 1).reshape(6, 12, 1, 1))
        pre.conv.bias.zero_()
        post.conv.bias.zero_()
        x = torch.randn(2, 4, 5, 17)
        torch.testing.assert_close(pre(x), post(x))


@pytest.mark.parametrize(('adaptive', 'learned'), [
    (None, set()), ('init', {'A'}), ('offset', {'PA'}), ('importance', {'PA'})])
def test_every_adaptive_graph_starts_as_the_given_one(adaptive, learned):
    unit = UnitGCN(4, 4, GRAPH, adaptive=adaptive)
    torch.testing.assert_close(unit.adjacency().detach(), GRAPH, atol=2e-6, rtol=0)
    assert {name for name, _ in unit.named_parameters()} & {'A', 'PA'} == learned
    assert 'A' in unit.state_dict()


def test_residual_of_the_graph_convolution_is_identity_or_projection():
    assert not list(UnitGCN(4, 4, GRAPH, with_res=True).down.parameters())
    unit = UnitGCN(4, 6, GRAPH, with_res=True).eval()
    x = torch.randn(1, 4, 3, 17)
    with torch.no_grad():
        unit.bn.weight.zero_()
        torch.testing.assert_close(unit(x), F.relu(unit.down(x)))
