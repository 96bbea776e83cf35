"""CTR-GCN's graph convolution against its formula."""

import pytest
import torch
from torch.nn import functional as F

from core.models.skeleton.ctrgcn import ChannelTopology, UnitCTRGCN

K, V = 2, 5


@pytest.mark.parametrize(('width', 'out_width'), [(4, 6), (6, 6)])
def test_equals_the_formula(width, out_width):
    torch.manual_seed(0)
    unit, x = UnitCTRGCN(width, out_width, torch.rand(K, V, V)).eval(), torch.randn(2, width, 6, V)
    with torch.no_grad():
        unit.alpha.fill_(0.7)
        total = 0
        for conv, graph in zip(unit.convs, unit.A, strict=True):
            relation = torch.tanh(conv.conv1(x).mean(-2).unsqueeze(-1) - conv.conv2(x).mean(-2).unsqueeze(-2))
            total = total + torch.einsum('ncuv,nctu->nctv', conv.conv4(relation) * unit.alpha + graph, conv.conv3(x))
        torch.testing.assert_close(unit(x), F.relu(unit.bn(total) + unit.down(x)))
    assert (len(list(unit.down.parameters())) > 0) == (width != out_width)


@pytest.mark.parametrize(('width', 'relation'), [(3, 8), (16, 8), (64, 8), (128, 16)])
def test_width_of_the_relation(width, relation):
    assert ChannelTopology(width, 4).conv1.out_channels == relation
