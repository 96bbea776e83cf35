import pytest
import torch

from core.models.pose.coding import SimCCCoding
from core.models.pose.hrnet import HRNet, HRStageSpec
from core.models.pose.lite_hrnet import LiteHRNet, LiteHRNetSpec
from core.models.pose.lite_module import StageSpec
from core.models.pose.pose_net import PoseNet
from core.models.pose.simcc_head import SimCCHead
from core.models.pose.taps import TAP_NAMES, TAP_PRESETS, last_stage_outputs

WIDTHS = ((16, 32), (16, 32, 64), (16, 32, 64, 128))
LITE = LiteHRNetSpec(tuple(StageSpec(1, widths, 1) for widths in WIDTHS), 16, 16)
HIGH = tuple(HRStageSpec(1, widths, (1,) * len(widths)) for widths in WIDTHS)


def build(taps=(), network=LiteHRNet):
    torch.manual_seed(0)
    backbone = network(LITE if network is LiteHRNet else HIGH, outputs=last_stage_outputs(taps))
    return PoseNet(backbone, SimCCHead(16, 17, SimCCCoding((64, 32))), taps)


def test_output_is_the_head_on_the_finest_map():
    model = build().eval()
    x = torch.randn(3, 3, 32, 64)
    simcc, taps = model(x)
    assert simcc.x.shape == (3, 17, 128) and simcc.y.shape == (3, 17, 64)
    assert taps == ()
    assert torch.equal(simcc.x, model.head(model.backbone(x)[0]).x)


@pytest.mark.parametrize('names', [*TAP_PRESETS.values(), ('s2b3', 'stem', 's2b0')])
@pytest.mark.parametrize('network', [LiteHRNet, HRNet])
def test_taps_are_the_named_maps_in_order(names, network):
    model = build(names, network).eval()
    x = torch.randn(2, 3, 32, 64)
    wanted = model.backbone.forward_taps(x)
    assert all(torch.equal(tap, wanted[name]) for tap, name in zip(model(x).taps, names, strict=True))
    assert [tap.shape[1] for tap in model(x).taps] == [model.backbone.tap_channels[name] for name in names]


@pytest.mark.parametrize('names', [(), *TAP_PRESETS.values()])
@pytest.mark.parametrize('network', [LiteHRNet, HRNet])
def test_every_parameter_learns_whatever_is_tapped(names, network):
    model = build(names, network)
    simcc, taps = model(torch.randn(2, 3, 32, 64))
    sum(level.square().mean() for level in (*simcc, *taps)).backward()
    assert not [name for name, parameter in model.named_parameters() if parameter.grad is None]


def test_head_of_another_width_is_refused():
    with pytest.raises(ValueError, match='40 channels'):
        PoseNet(LiteHRNet(LITE), SimCCHead(40, 17, SimCCCoding((64, 32))))


def test_missing_taps_are_refused_and_the_present_ones_listed():
    with pytest.raises(ValueError, match="'layer1'.*stem, s0b0, s0b1"):
        build(('layer1',))
    assert set(build(TAP_NAMES, HRNet).backbone.tap_channels) == set(TAP_NAMES)
