"""Temporal units: lengths and widths."""

import pytest
import torch
from torch import nn

from core.models.skeleton.tcn import (
    TEMPORAL_UNITS,
    CTRMultiScaleTCN,
    DynamicGroupTCN,
    MultiScaleTCN,
    UnitTCN,
    build_temporal_unit,
)


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


@pytest.mark.parametrize('name', TEMPORAL_UNITS)
@pytest.mark.parametrize('stride', [1, 2])
def test_every_unit_keeps_the_joints_and_strides_the_frames(name, stride):
    unit = build_temporal_unit(name, 12, 5, stride, dropout=0.25)
    assert unit(torch.randn(2, 12, 7, 5)).shape == (2, 12, 7 if stride == 1 else 4, 5)
    assert unit.drop.p == 0.25


def test_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="'tcn'.*dgmstcn"):
        build_temporal_unit('tcn', 12, 5)


def test_mean_joint_is_added_as_far_as_each_joint_has_learned():
    unit, plain = DynamicGroupTCN(12, 5).eval(), MultiScaleTCN(12).eval()
    plain.load_state_dict({key: value for key, value in unit.state_dict().items() if key != 'add_coeff'})
    x = torch.randn(2, 12, 7, 5)
    with torch.no_grad():
        torch.testing.assert_close(unit(x), plain(x))
        unit.add_coeff.copy_(torch.arange(5))
        mean = plain.scales(x.mean(dim=-1, keepdim=True))
        torch.testing.assert_close(unit.scales(x), plain.scales(x) + mean * torch.arange(5))


def test_branches_of_ctr_gcn_are_normalized_and_the_last_takes_the_remainder():
    branches = CTRMultiScaleTCN(30).branches
    assert [branch[0].out_channels for branch in branches] == [7, 7, 7, 9]
    assert branches[0][3].conv.kernel_size == (5, 1) and branches[1][3].conv.dilation == (2, 1)
    assert [isinstance(branch[-1], nn.BatchNorm2d) for branch in branches] == [False, False, True, True]
    assert isinstance(branches[0][3].bn, nn.BatchNorm2d)
