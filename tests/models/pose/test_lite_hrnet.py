import re

import pytest
import torch
from torch import nn

from core.models.pose.lite_hrnet import LITE_HRNETS, LiteHRNet, LiteHRNetSpec, build_lite_hrnet
from core.models.pose.lite_module import StageSpec

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


def build_on_meta(name, **options):
    with torch.device('meta'):
        return build_lite_hrnet(name, **options)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(('name', 'parameters'), [
    ('lite-hrnet-18', 1_130_769), ('lite-hrnet-30', 1_763_717), ('naive-lite-hrnet-18', 760_365),
    ('wider-naive-lite-hrnet-18', 1_318_625)])
def test_parameters_with_head_and_final_layer_are_the_published_ones(name, parameters):
    backbone = build_on_meta(name, with_head=True)
    assert count(backbone) + FINAL_LAYER[backbone.channels[0]] == parameters


def test_parameters_of_the_parts():
    backbone = build_on_meta('lite-hrnet-18', with_head=True)
    parts = [count(getattr(backbone, part)) for part in ('stem', 'transition0', 'transition1', 'transition2',
                                                         'stage0', 'stage1', 'stage2', 'head_layer')]
    assert parts == [2_864, 4_784, 14_000, 53_600, 24_996, 287_112, 666_676, 76_040]
    assert count(build_on_meta('lite-hrnet-18')) + FINAL_LAYER[40] == 1_054_729


def test_dropping_coarse_outputs_drops_exactly_the_unused_fuse_rows():
    every, finest = build_on_meta('lite-hrnet-18'), build_on_meta('lite-hrnet-18', outputs=(0,))
    assert count(every) - count(finest) == 223_600
    assert finest.channels == (40,) and finest.output_names == ('s2b0',)
    coarsest = build_on_meta('lite-hrnet-18', outputs=(0, 3))
    row = every.stage2[-1].fuse_layers['3']
    assert count(coarsest) - count(finest) == count(row)
    assert coarsest.channels == (40, 320) and 's2b1' not in coarsest.tap_channels
    assert set(coarsest.state_dict()) < set(every.state_dict())


def test_built_rows_equal_those_of_the_whole_network():
    every, some = LiteHRNet(TINY).eval(), LiteHRNet(TINY, outputs=(0, 2)).eval()
    some.load_state_dict(every.state_dict(), strict=False)
    x = torch.randn(1, 3, 64, 64)
    wanted = every(x)
    assert all(torch.equal(one, other) for one, other in zip(some(x), (wanted[0], wanted[2]), strict=True))


def test_state_dict_names_are_the_official_ones():
    keys = set(build_on_meta('lite-hrnet-18', with_head=True).state_dict())
    assert len(keys) == 1416
    strange = [key for key in keys if not any(re.fullmatch(family, key) for family in FAMILIES)]
    assert not strange
    assert all(any(re.fullmatch(family, key) for key in keys) for family in FAMILIES)


@pytest.mark.parametrize('size', [(160, 96), (128, 128), (96, 96), (256, 192)])
def test_maps_halve_from_a_quarter_of_the_input_on(size):
    backbone = LiteHRNet(TINY)
    maps = backbone(torch.zeros(2, 3, *size))
    assert [tuple(level.shape) for level in maps] == [
        (2, width, size[0] // (4 * 2 ** branch), size[1] // (4 * 2 ** branch))
        for branch, width in enumerate((16, 32, 64))]


def test_taps_have_the_announced_channels_and_the_head_keeps_the_finest_width():
    backbone = LiteHRNet(TINY, with_head=True)
    x = torch.randn(2, 3, 64, 32)
    taps = backbone.eval().forward_taps(x)
    assert {name: level.shape[1] for name, level in taps.items()} == backbone.tap_channels
    assert backbone.channels == (16, 16, 32)
    assert all(torch.equal(one, taps[f'head{branch}']) for branch, one in enumerate(backbone(x)))


def test_every_parameter_of_a_single_output_network_gets_a_gradient():
    backbone = LiteHRNet(TINY, outputs=(0,))
    backbone(torch.randn(2, 3, 64, 64))[0].square().mean().backward()
    assert not [name for name, parameter in backbone.named_parameters() if parameter.grad is None]


def test_channels_last_gives_equal_maps():
    backbone, x = LiteHRNet(TINY).eval(), torch.randn(1, 3, 64, 64)
    wanted = backbone(x)
    backbone = backbone.to(memory_format=torch.channels_last)
    got = backbone(x.to(memory_format=torch.channels_last))
    assert all(torch.allclose(one, other, atol=1e-5) for one, other in zip(got, wanted, strict=True))


def test_norm_eval_freezes_the_running_statistics():
    for norm_eval in (True, False):
        backbone = LiteHRNet(TINY, norm_eval=norm_eval).train()
        backbone(torch.randn(2, 3, 32, 32))
        moved = [layer.num_batches_tracked > 0 for layer in backbone.modules() if isinstance(layer, nn.BatchNorm2d)]
        assert any(moved) != norm_eval
        assert backbone.training


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match='divisible by 32'):
        LiteHRNet(TINY)(torch.zeros(1, 3, 40, 64))
    with pytest.raises(ValueError, match='official, plain'):
        LiteHRNet(TINY, fuse='double')
    with pytest.raises(ValueError, match='outputs=None'):
        LiteHRNet(TINY, with_head=True, outputs=(0,))
    with pytest.raises(ValueError, match='ascend from 0'):
        LiteHRNet(TINY, outputs=(1, 2))
    with pytest.raises(ValueError, match='lite-hrnet-18'):
        build_lite_hrnet('lite-hrnet-19')


def test_table_lists_what_the_configuration_offers():
    assert list(LITE_HRNETS) == ['lite-hrnet-18', 'lite-hrnet-30', 'naive-lite-hrnet-18', 'wider-naive-lite-hrnet-18']
