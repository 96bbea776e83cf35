"""Units of the ST-GCN family against plain formulas."""

import pytest
import torch
from torch.nn import functional as F

from core.layouts import get_layout
from core.models.skeleton.graph import build_adjacency
from core.models.skeleton.units import (
    STGCNPP_BLOCK,
    MultiScaleTCN,
    STGCNBlock,
    UnitGCN,
    UnitTCN,
    aggregate_joints,
    spread_joints,
)

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


@pytest.mark.parametrize('frames', [7, 16])
@pytest.mark.parametrize('dilation', [1, 4])
def test_temporal_unit_keeps_or_halves_the_frames_rounding_up(frames, dilation):
    x = torch.randn(1, 4, frames, 3)
    assert UnitTCN(4, 5, 3, 1, dilation)(x).shape == (1, 5, frames, 3)
    assert UnitTCN(4, 5, 3, 2, dilation)(x).shape == (1, 5, (frames + 1) // 2, 3)


def test_multi_scale_unit_has_pyskl_branch_widths():
    widths = [branch[0].out_channels for branch in MultiScaleTCN(64).branches[:-1]]
    assert widths == [14, 10, 10, 10, 10]
    assert MultiScaleTCN(128).branches[5].out_channels == 21


def test_first_block_has_no_residual_and_others_identity_or_projection():
    x = torch.randn(1, 4, 6, 17)

    def silent(block):
        torch.nn.init.zeros_(block.tcn.bn.weight)
        return block.eval()(x)

    assert silent(STGCNBlock(4, 4, GRAPH, residual=False)).abs().max() == 0
    torch.testing.assert_close(silent(STGCNBlock(4, 4, GRAPH)), F.relu(x))
    assert silent(STGCNBlock(4, 8, GRAPH, stride=2)).shape == (1, 8, 3, 17)


def test_dropout_acts_in_the_temporal_unit_only_while_training():
    block = STGCNBlock(12, 12, GRAPH, residual=False, options=STGCNPP_BLOCK._replace(dropout=0.9))
    x = torch.randn(1, 12, 6, 17)
    assert (block(x) == 0).float().mean() > 0.8
    assert torch.equal(block.eval()(x), block(x))


@pytest.mark.parametrize('options', [{'adaptive': 'free'}, {'conv_pos': 'both'}, {'tcn_type': 'lstm'}])
def test_unknown_variants_are_refused(options):
    with pytest.raises(ValueError, match='|'.join(options.values())):
        STGCNBlock(4, 4, GRAPH, options=STGCNPP_BLOCK._replace(**options))
