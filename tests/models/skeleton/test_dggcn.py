"""DG-STGCN's graph convolution against its formula."""

import pytest
import torch
from torch.nn import functional as F

from core.models.skeleton.dggcn import DynamicGroupGCN

K, V = 3, 5


def make(**options) -> DynamicGroupGCN:
    torch.manual_seed(0)
    unit = DynamicGroupGCN(4, 12, torch.rand(K, V, V), **options)
    with torch.no_grad():
        unit.alpha.normal_()
        unit.beta.normal_()
    return unit.eval()


def reference(unit: DynamicGroupGCN, x: torch.Tensor) -> torch.Tensor:
    def conv(layer, value):
        return F.conv2d(value, layer.weight, layer.bias)

    mean = x.mean(dim=-2, keepdim=True)
    first, second = (conv(layer, mean).view(len(x), K, -1, 1, V) for layer in (unit.conv1, unit.conv2))
    graph = unit.A[None, :, None, None]                                                  # (1, K, 1, 1, V, V)
    graph = graph + torch.tanh(first[..., None] - second[..., None, :]) * unit.alpha[0]
    graph = graph + torch.einsum('nkctv,nkctw->nktvw', first, second)[:, :, None].softmax(dim=-2) * unit.beta[0]
    value = unit.pre(x).view(len(x), K, -1, x.shape[2], V)
    value = torch.einsum('nkctv,nkcvw->nkctw', value, graph[:, :, :, 0]).flatten(1, 2)
    return F.relu(unit.bn(conv(unit.post, value)))


def test_equals_the_formula():
    unit, x = make(), torch.randn(2, 4, 6, V)
    with torch.no_grad():
        torch.testing.assert_close(unit(x), reference(unit, x))


def test_starts_with_the_given_graph_alone():
    graph = torch.rand(K, V, V)
    unit = DynamicGroupGCN(4, 12, graph)
    torch.testing.assert_close(unit.graphs(torch.randn(2, 4, 6, V)), graph[None, :, None].expand(2, -1, 4, -1, -1))


def test_width_of_a_subset():
    assert make().conv1.out_channels == 12 and make(ratio=0.5).conv1.out_channels == K * 6
    with pytest.raises(ValueError, match='2 channels.*3 subsets'):
        DynamicGroupGCN(4, 2, torch.rand(K, V, V))
