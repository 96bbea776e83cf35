"""Residuals, dropout and variants of the block."""

import pytest
import torch
from torch.nn import functional as F

from core.layouts import get_layout
from core.models.skeleton.block import STGCNPP_BLOCK, STGCNBlock
from core.models.skeleton.graph import build_adjacency

GRAPH = build_adjacency(get_layout('coco17'), 'spatial')


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
