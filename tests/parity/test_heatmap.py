import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.layouts import get_layout
from core.parity.heatmap import HeatmapHead, encode_heatmap, flip_back_heatmap, joints_mse_loss

SIZE, HEATMAP, SIGMA = (96, 160), (24, 40), 2

ORDER = get_layout('coco17').flip_order


def published_target(u, v):
    """One joint, as the published loop pastes it."""
    heatmap, reach = np.zeros(HEATMAP[::-1]), 3 * SIGMA
    mu = int(u / 4 + 0.5), int(v / 4 + 0.5)
    low, high = [m - reach for m in mu], [m + reach + 1 for m in mu]
    if low[0] >= HEATMAP[0] or low[1] >= HEATMAP[1] or high[0] < 0 or high[1] < 0:
        return heatmap, 0.0
    grid = np.arange(2 * reach + 1)
    patch = np.exp(-((grid - reach) ** 2 + (grid[:, None] - reach) ** 2) / (2 * SIGMA ** 2))
    (left, right), (top, bottom) = ((max(0, lo), min(hi, length)) for lo, hi, length in zip(low, high, HEATMAP,
                                                                                          strict=True))
    heatmap[top:bottom, left:right] = patch[top - low[1]:bottom - low[1], left - low[0]:right - low[0]]
    return heatmap, 1.0


def test_targets_equal_the_published_loop():
    joints = torch.tensor([[48.3, 20.9], [0.0, 0.0], [95.0, 159.0], [-20.0, 80.0], [-40.0, 80.0], [50.0, 185.0],
                           [50.0, 190.0], [121.9, 3.0]])
    heatmaps, weights = encode_heatmap(joints, torch.ones(8), image_size=SIZE, heatmap_size=HEATMAP, sigma=SIGMA)
    for heatmap, weight, joint in zip(heatmaps, weights, joints.tolist(), strict=True):
        wanted, wanted_weight = published_target(*joint)
        assert weight == wanted_weight
        np.testing.assert_allclose(heatmap.numpy(), wanted, atol=1e-6)


def test_unseen_joints_have_no_target():
    joints, visible = torch.full((2, 17, 2), torch.nan), torch.zeros(2, 17)
    heatmaps, weights = encode_heatmap(joints, visible, image_size=SIZE, heatmap_size=HEATMAP)
    assert heatmaps.shape == (2, 17, 40, 24) and not heatmaps.any() and not weights.any()


def test_mirror_is_undone_in_pixels_and_joints():
    heatmaps = torch.randn(2, 17, 8, 6)
    back = flip_back_heatmap(heatmaps, ORDER)
    assert torch.equal(back[:, 1], heatmaps[:, 2].flip(-1))
    assert torch.equal(flip_back_heatmap(back, ORDER), heatmaps)


def test_head_is_one_convolution():
    head = HeatmapHead(40, 17, kernel=3)
    assert set(head.state_dict()) == {'final_layer.weight', 'final_layer.bias'}
    assert head(torch.randn(1, 40, 8, 6)).shape == (1, 17, 8, 6)


@pytest.mark.parametrize('weighted', [True, False])
def test_loss_is_the_mean_over_joints_of_half_the_squared_error(weighted):
    heatmaps, target = torch.randn(3, 4, 6, 5), torch.rand(3, 4, 6, 5)
    weight = (torch.rand(3, 4) > 0.4).float() if weighted else None
    factor = weight[..., None, None] if weighted else torch.ones(1)
    wanted = sum(0.5 * F.mse_loss((factor * heatmaps)[:, joint], (factor * target)[:, joint]) for joint in range(4)) / 4
    assert torch.allclose(joints_mse_loss(heatmaps, target, weight), wanted)


def test_hidden_joints_get_no_gradient():
    heatmaps = torch.randn(2, 3, 6, 5, requires_grad=True)
    joints_mse_loss(heatmaps, torch.zeros(2, 3, 6, 5), torch.tensor([[1.0, 0, 1], [0, 1, 1]])).backward()
    assert heatmaps.grad.flatten(2).any(-1).tolist() == [[True, False, True], [False, True, True]]
