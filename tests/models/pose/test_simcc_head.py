"""The head: names as published, sizes, and which pixel feeds which weight."""

import pytest
import torch

from core.models.pose.coding import SimCCCoding
from core.models.pose.simcc_head import SimCCHead

SIZE = (96, 160)


@pytest.mark.parametrize('kernel', [1, 3])
def test_head_names_sizes_and_shapes(kernel):
    head = SimCCHead(40, 17, SimCCCoding(SIZE), kernel)
    assert {key.split('.')[0] for key in head.state_dict()} == {'final_layer', 'mlp_head_x', 'mlp_head_y'}
    out = head(torch.randn(2, 40, 40, 24))
    assert out.x.shape == (2, 17, 192) and out.y.shape == (2, 17, 320)


@pytest.mark.parametrize(('size', 'parameters'), [((96, 160), 492_032), ((128, 128), 524_800), ((192, 320), 3_933_184)])
def test_head_parameters(size, parameters):
    with torch.device('meta'):
        head = SimCCHead(40, 17, SimCCCoding(size))
    assert sum(p.numel() for p in (*head.mlp_head_x.parameters(), *head.mlp_head_y.parameters())) == parameters


def test_head_reads_pixels_row_by_row():
    head = SimCCHead(1, 1, SimCCCoding((32, 64)))
    torch.nn.init.ones_(head.final_layer.weight)
    features = torch.zeros(1, 1, 16, 8)
    features[0, 0, 3, 5] = 1
    wanted = head.mlp_head_x.weight[:, 3 * 8 + 5] + head.mlp_head_x.bias
    assert torch.allclose(head(features).x[0, 0], wanted)
