"""Temporal units: lengths and widths."""

import pytest
import torch

from core.models.skeleton.tcn import MultiScaleTCN, UnitTCN


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
