"""SlowOnly: sizes, initialization, and 3D convolutions that are computed in 2D."""

import pytest
import torch
from torch import nn

from core.models.posec3d.slowonly import Bottleneck, FoldedConv3d, SlowOnly, SlowOnlySpec

TINY = SlowOnlySpec(in_channels=3, base_channels=4, stage_blocks=(2, 1), inflate=(0, 1), spatial_strides=(2, 2),
                    temporal_strides=(1, 2), out_indices=(1,))


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(('blocks', 'parameters'), [((4, 6, 3), 1_994_080), ((3, 4, 6), 3_003_360)])
def test_parameters_are_the_published_ones(blocks, parameters):
    assert count(SlowOnly(SlowOnlySpec(stage_blocks=blocks))) == parameters


def test_sizes_are_the_published_ones():
    with torch.device('meta'):
        stages = SlowOnly(SlowOnlySpec()).stages(torch.zeros(1, 17, 48, 56, 56))
    assert [tuple(stage.shape[1:]) for stage in stages] == [(32, 48, 56, 56), (128, 48, 28, 28), (256, 48, 14, 14),
                                                            (512, 24, 7, 7)]


@pytest.mark.parametrize(('kernel', 'stride'), [((1, 1, 1), (1, 1, 1)), ((1, 1, 1), (2, 2, 2)), ((1, 3, 3), (2, 2, 2)),
                                                ((1, 7, 7), (1, 2, 2)), ((3, 1, 1), (1, 1, 1)), ((3, 1, 1), (2, 1, 1)),
                                                ((3, 1, 1), (1, 2, 2)), ((3, 7, 7), (1, 2, 2))])
@pytest.mark.parametrize('memory_format', [torch.contiguous_format, torch.channels_last_3d])
def test_folded_convolution_is_the_3d_convolution(kernel, stride, memory_format):
    padding = tuple(side // 2 for side in kernel)
    folded, plain = (kind(3, 5, kernel, stride, padding, bias=False) for kind in (FoldedConv3d, nn.Conv3d))
    plain.load_state_dict(folded.state_dict())
    x = torch.randn(2, 3, 7, 8, 6).contiguous(memory_format=memory_format)
    torch.testing.assert_close(folded(x), plain(x), atol=1e-5, rtol=1e-5)


def test_maps_stay_channels_last():
    for stage in SlowOnly(TINY).stages(torch.randn(2, 3, 4, 8, 8)):
        assert stage.is_contiguous(memory_format=torch.channels_last_3d)


def test_maps_of_several_stages():
    backbone = SlowOnly(TINY._replace(out_indices=(0, 1)))
    maps = backbone(torch.randn(2, 3, 4, 8, 8))
    assert [tuple(feature.shape) for feature in maps] == [(2, 1, 16, 4, 16), (2, 1, 32, 2, 4)]
    assert backbone.widths == (16, 32)


def test_strides_of_stem_and_pooling():
    backbone = SlowOnly(TINY._replace(conv1_kernel=(3, 5, 5), conv1_stride=(2, 2), pool1_stride=(1, 2)))
    assert backbone.conv1.conv.weight.shape == (4, 3, 3, 5, 5)
    assert backbone.stages(torch.randn(1, 3, 8, 32, 32))[0].shape == (1, 4, 4, 8, 8)


def test_initialization_is_the_published_one():
    torch.manual_seed(0)
    backbone = SlowOnly(SlowOnlySpec(base_channels=16))
    for name, module in backbone.named_modules():
        if isinstance(module, nn.Conv3d):
            fan_out = module.weight[:, 0].numel()
            assert module.weight.std().item() == pytest.approx((2 / fan_out) ** 0.5, rel=0.1), name
        elif isinstance(module, nn.BatchNorm3d):
            assert (module.weight == (0 if name.endswith('conv3.bn') else 1)).all(), name


def test_a_new_block_passes_its_input():
    x = torch.rand(1, 16, 2, 4, 4)
    block = Bottleneck(16, 4, inflate=True)
    nn.init.zeros_(block.conv3.bn.weight)
    torch.testing.assert_close(block(x), x)


@pytest.mark.parametrize('changes', [{'inflate': (0,)}, {'temporal_strides': (1, 1, 2)}, {'out_indices': (2,)}])
def test_settings_that_do_not_fit_the_stages_are_refused(changes):
    with pytest.raises(ValueError, match='2 stages needs 2 values'):
        SlowOnly(TINY._replace(**changes))
