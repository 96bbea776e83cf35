"""Maps by name: the same rule for both backbones."""

from __future__ import annotations

import pytest
import torch

from core.models.pose.hrnet import build_hrnet
from core.models.pose.lite_hrnet import build_lite_hrnet

BUILDERS = {'lite-hrnet-18': build_lite_hrnet, 'hrnet-w32': build_hrnet}


@pytest.mark.parametrize(('name', 'build'), BUILDERS.items(), ids=list(BUILDERS))
def test_maps_halve_with_the_branch_and_forward_returns_the_named_ones(name, build):
    backbone = build(name, outputs=(0, 2)).eval()
    x = torch.rand(1, 3, 64, 32)
    with torch.no_grad():
        taps, maps = backbone.forward_taps(x), backbone(x)
    assert backbone.output_names == ('s2b0', 's2b2') and 's2b1' not in taps
    for tap, level in taps.items():
        branch = int(tap[-1]) if tap[-2:-1] == 'b' else 0
        assert level.shape == (1, backbone.tap_channels[tap], 16 >> branch, 8 >> branch)
    assert all(torch.equal(level, taps[tap]) for tap, level in zip(backbone.output_names, maps, strict=True))


@pytest.mark.parametrize(('name', 'build'), BUILDERS.items(), ids=list(BUILDERS))
def test_sides_that_are_no_multiple_of_32_are_refused(name, build):
    with pytest.raises(ValueError, match='divisible by 32'):
        build(name).forward_taps(torch.rand(1, 3, 64, 40))
