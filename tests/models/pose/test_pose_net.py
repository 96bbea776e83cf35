import pytest
import torch

from core.models.pose.lite_hrnet import LiteHRNet, LiteHRNetSpec
from core.models.pose.lite_module import StageSpec
from core.models.pose.pose_net import PoseNet
from core.models.pose.simcc import SimCCHead

TINY = LiteHRNetSpec((StageSpec(1, (16, 32), 1),), 16, 16)


def test_output_is_the_head_on_the_finest_map():
    model = PoseNet(LiteHRNet(TINY), SimCCHead(16, 17, (64, 32))).eval()
    simcc, features = model(torch.randn(3, 3, 32, 64))
    assert simcc.x.shape == (3, 17, 128) and simcc.y.shape == (3, 17, 64)
    assert [level.shape[1] for level in features] == [16, 32]
    assert torch.equal(simcc.x, model.head(features[0]).x)


def test_pose_gradient_reaches_the_stem():
    model = PoseNet(LiteHRNet(TINY), SimCCHead(16, 17, (64, 32)))
    model(torch.randn(2, 3, 32, 64)).simcc.x.square().mean().backward()
    assert model.backbone.stem.conv1.conv.weight.grad.abs().sum() > 0


def test_head_of_another_width_is_refused():
    with pytest.raises(ValueError, match='40 channels'):
        PoseNet(LiteHRNet(TINY), SimCCHead(40, 17, (64, 32)))
