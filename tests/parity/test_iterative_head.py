"""Names and sizes of the published heatmap models."""

import re

import pytest
import torch

from core.models.pose.lite_hrnet import LITE_HRNETS, LiteHRNetSpec
from core.models.pose.lite_module import StageSpec
from core.parity.iterative_head import HeadedLiteHRNet

FINAL_LAYER = {width: 17 * (width + 1) for width in (30, 40)}
TINY = LiteHRNetSpec((StageSpec(1, (16, 32), 1), StageSpec(1, (16, 32, 64), 1)), 16, 16)
CONV = r'(\.conv\.weight|\.bn\.(weight|bias|running_mean|running_var|num_batches_tracked))'
GATE = r'\.conv[12]\.conv\.(weight|bias)'
TAIL = r'\.(weight|bias|running_mean|running_var|num_batches_tracked)'
FAMILIES = [
    r'stem\.(conv1|branch1\.[01]|expand_conv|depthwise_conv|linear_conv)' + CONV,
    r'transition(0\.0|0\.1\.0|1\.2\.0|2\.3\.0)\.[0-3]' + TAIL,
    r'stage[0-2]\.\d\.layers\.[01]\.cross_resolution_weighting\.conv[12]' + CONV,
    r'stage[0-2]\.\d\.layers\.[01]\.depthwise_convs\.[0-3]' + CONV,
    r'stage[0-2]\.\d\.layers\.[01]\.spatial_weighting\.[0-3]' + GATE,
    r'stage[0-2]\.\d\.fuse_layers\.[0-3]\.[1-3]\.[01]' + TAIL,
    r'stage[0-2]\.\d\.fuse_layers\.[1-3]\.[0-2]\.[0-2]\.[0-3]' + TAIL,
    r'head_layer\.projects\.[0-3]\.(depthwise_conv|pointwise_conv)' + CONV,
]


def build_on_meta(name):
    with torch.device('meta'):
        return HeadedLiteHRNet(LITE_HRNETS[name])


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(('name', 'parameters'), [
    ('lite-hrnet-18', 1_130_769), ('lite-hrnet-30', 1_763_717), ('naive-lite-hrnet-18', 760_365),
    ('wider-naive-lite-hrnet-18', 1_318_625)])
def test_parameters_with_head_and_final_layer_are_the_published_ones(name, parameters):
    backbone = build_on_meta(name)
    assert count(backbone) + FINAL_LAYER[backbone.channels[0]] == parameters


def test_parameters_of_the_parts():
    backbone = build_on_meta('lite-hrnet-18')
    parts = [count(getattr(backbone, part)) for part in ('stem', 'transition0', 'transition1', 'transition2',
                                                         'stage0', 'stage1', 'stage2', 'head_layer')]
    assert parts == [2_864, 4_784, 14_000, 53_600, 24_996, 287_112, 666_676, 76_040]
    assert count(backbone) - count(backbone.head_layer) + FINAL_LAYER[40] == 1_054_729


def test_state_dict_names_are_the_official_ones():
    keys = set(build_on_meta('lite-hrnet-18').state_dict())
    assert len(keys) == 1416
    strange = [key for key in keys if not any(re.fullmatch(family, key) for family in FAMILIES)]
    assert not strange
    assert all(any(re.fullmatch(family, key) for key in keys) for family in FAMILIES)


def test_taps_have_the_announced_channels_and_the_head_keeps_the_finest_width():
    backbone = HeadedLiteHRNet(TINY)
    x = torch.randn(2, 3, 64, 32)
    taps = backbone.eval().forward_taps(x)
    assert {name: level.shape[1] for name, level in taps.items()} == backbone.tap_channels
    assert backbone.channels == (16, 16, 32)
    assert all(torch.equal(one, taps[f'head{branch}']) for branch, one in enumerate(backbone(x)))
