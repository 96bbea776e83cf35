"""Distributions as heatmaps, and the action loss's way back through them."""

import pytest
import torch
from torch import nn

from core.models.implicit import ImplicitPose
from core.models.joint import JointModel
from core.models.pose.coding import SimCCCoding
from core.models.pose.pose_net import PoseOutput
from core.models.posec3d.distribution_volume import DistributionVolume
from core.models.posec3d.heatmap_recognizer import build_posec3d

N_X, N_Y, SIZE = 64, 96, 16


def gaussians(centers, bins, sigma=4.0):
    """Probabilities ``(..., bins)`` around ``centers``."""
    distance = torch.arange(bins) - torch.as_tensor(centers, dtype=torch.float32)[..., None]
    return torch.softmax(-distance.square() / (2 * sigma ** 2), dim=-1)


def test_a_perfect_prediction_peaks_at_one_in_its_cell():
    x, y = gaussians([[[[4 * 5 + 1.5]]]], N_X), gaussians([[[[6 * 9 + 2.5]]]], N_Y)      # middles of column 5, row 9
    heatmap = DistributionVolume(N_X, N_Y, 1, SIZE)(torch.cat([x, y], dim=-1))[0, 0, 0]
    assert heatmap.shape == (SIZE, SIZE)
    assert heatmap[9, 5].item() == heatmap.max().item() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize('bins', [64, 192, 200])
def test_the_peak_does_not_depend_on_the_number_of_bins(bins):
    p = gaussians([[[[bins * (8.5 / SIZE) - 0.5]]]], bins, sigma=bins / 32)
    heatmap = DistributionVolume(bins, bins, 1, SIZE, sigma=bins / 32)(torch.cat([p, p], dim=-1))
    assert heatmap.max().item() == pytest.approx(1, abs=0.1)


def test_persons_merge_and_absent_ones_leave_no_trace():
    volume, p = DistributionVolume(N_X, N_Y, 17, SIZE), torch.rand(2, 2, 3, 17, N_X + N_Y)
    both = torch.stack([volume(p[:, :1]), volume(p[:, 1:])]).amax(dim=0)
    assert torch.equal(volume(p), both) and both.shape == (2, 17, 3, SIZE, SIZE)
    p[:, 1] = 0
    assert torch.equal(volume(p), volume(p[:, :1]))


class TinyPose(nn.Module):
    """A pose network of one convolution."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 8, 8)
        self.x, self.y = nn.Linear(4, 17 * 32), nn.Linear(4, 17 * 64)

    def forward(self, images):
        pooled = self.stem(images).mean(dim=(2, 3))
        return PoseOutput((self.x(pooled).unflatten(-1, (17, 32)), self.y(pooled).unflatten(-1, (17, 64))), ())


def action_loss(grad_scale):
    torch.manual_seed(0)
    skeleton = build_posec3d(DistributionVolume(32, 64, 17, SIZE), 3, 4, (1, 1, 1))
    model = JointModel(TinyPose(), ImplicitPose(SimCCCoding((16, 32)), mode='probs', grad_scale=grad_scale), skeleton)
    frames = torch.randint(0, 255, (2, 2, 4, 32, 16, 3), dtype=torch.uint8)
    output = model(frames, torch.tensor([[1.0, 1.0], [1.0, 0.0]]), torch.eye(2, 3).expand(2, 2, 4, 2, 3),
                   torch.tensor([[64.0, 64.0]] * 2))
    output.simcc_x.retain_grad()
    output.simcc_y.retain_grad()
    nn.functional.cross_entropy(output.logits, torch.tensor([0, 2])).backward()
    return model, output


def test_action_loss_reaches_logits_and_weights_of_the_pose_network():
    model, output = action_loss(1.0)
    assert output.logits.shape == (2, 3)
    for gradient in (output.simcc_x.grad, output.simcc_y.grad):
        assert gradient[0].abs().sum(dim=(-1, -2)).all() and gradient[1, 0].any() and not gradient[1, 1].any()
    assert model.pose.stem.weight.grad.abs().sum() > 0


def test_action_loss_stays_away_where_it_is_cut():
    model, _ = action_loss(0.0)
    assert model.pose.stem.weight.grad is None and model.skeleton.head.fc_cls.weight.grad.any()
