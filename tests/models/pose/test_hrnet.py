import pytest
import torch
from torch.nn import functional as F

from core.models.pose.hrnet import HRModule, HRNet, HRStageSpec, build_hrnet

TINY = (HRStageSpec(1, (4, 8), (1, 1)), HRStageSpec(2, (4, 8, 16), (1, 1, 1)))


@pytest.mark.parametrize(('name', 'width', 'parameters'), [
    ('hrnet-w32', 32, 28_536_113), ('hrnet-w48', 48, 63_595_745)])
def test_parameters_with_final_layer_are_the_published_ones(name, width, parameters):
    with torch.device('meta'):
        backbone = build_hrnet(name, outputs=(0,))
    assert sum(parameter.numel() for parameter in backbone.parameters()) + 17 * (width + 1) == parameters


def test_names_of_the_last_module_are_the_official_ones():
    with torch.device('meta'):
        keys = set(build_hrnet('hrnet-w32', outputs=(0,)).state_dict())
    assert len(keys) == 1752
    assert {key.split('.')[3] for key in keys if key.startswith('stage4.2.fuse_layers')} == {'0'}
    assert {'layer1.0.downsample.1.running_var', 'transition1.1.0.0.weight', 'transition3.3.0.1.bias',
            'stage3.2.fuse_layers.2.0.0.0.weight', 'stage4.0.branches.3.3.bn2.weight'} <= keys


def test_module_sums_all_paths_once():
    module = HRModule(TINY[1]).eval()
    maps = [torch.randn(2, width, 16 // 2 ** branch, 8 // 2 ** branch) for branch, width in enumerate((4, 8, 16))]
    outputs = [branch(level) for branch, level in zip(module.branches, maps, strict=True)]
    for row, got in enumerate(module(maps)):
        total = outputs[row] + sum(module.fuse_layers[str(row)][branch](outputs[branch])
                                   for branch in range(3) if branch != row)
        assert torch.allclose(got, F.relu(total), atol=1e-6)


@pytest.mark.parametrize(('outputs', 'channels'), [(None, (4, 8, 16)), ((0,), (4,)), ((0, 2), (4, 16))])
def test_maps_halve_from_a_quarter_of_the_input_on(outputs, channels):
    backbone = HRNet(TINY, outputs=outputs)
    x = torch.randn(2, 3, 96, 64)
    assert backbone.channels == channels
    assert [tuple(level.shape) for level in backbone(x)] == [
        (2, width, 96 // width, 64 // width) for width in channels]
    taps = backbone.forward_taps(x)
    assert {name: level.shape[1] for name, level in taps.items()} == backbone.tap_channels


def test_every_parameter_of_a_single_output_network_gets_a_gradient():
    backbone = HRNet(TINY, outputs=(0,))
    backbone(torch.randn(2, 3, 64, 64))[0].square().mean().backward()
    assert not [name for name, parameter in backbone.named_parameters() if parameter.grad is None]


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match='divisible by 32'):
        HRNet(TINY)(torch.zeros(1, 3, 64, 48))
    with pytest.raises(ValueError, match='hrnet-w32, hrnet-w48'):
        build_hrnet('hrnet-w64')
    with pytest.raises(ValueError, match='ascend from 0 to at most 2'):
        HRNet(TINY, outputs=(0, 3))
