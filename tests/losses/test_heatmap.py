import pytest
import torch
from torch.nn import functional as F

from core.losses.heatmap import joints_mse_loss


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
