
import pytest
import torch

from core.models.pose.lite_hrnet import LITE_HRNETS, LiteHRNet, LiteHRNetSpec, build_lite_hrnet
from core.models.pose.lite_module import StageSpec

TINY = LiteHRNetSpec((StageSpec(1, (16, 32), 1), StageSpec(1, (16, 32, 64), 1)), 16, 16)


def build_on_meta(name, **options):
    with torch.device('meta'):
        return build_lite_hrnet(name, **options)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


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


@pytest.mark.parametrize('size', [(160, 96), (128, 128), (96, 96), (256, 192)])
def test_maps_halve_from_a_quarter_of_the_input_on(size):
    backbone = LiteHRNet(TINY)
    maps = backbone(torch.zeros(2, 3, *size))
    assert [tuple(level.shape) for level in maps] == [
        (2, width, size[0] // (4 * 2 ** branch), size[1] // (4 * 2 ** branch))
        for branch, width in enumerate((16, 32, 64))]


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


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match='divisible by 32'):
        LiteHRNet(TINY)(torch.zeros(1, 3, 40, 64))
    with pytest.raises(ValueError, match='ascend from 0'):
        LiteHRNet(TINY, outputs=(1, 2))
    with pytest.raises(ValueError, match='lite-hrnet-18'):
        build_lite_hrnet('lite-hrnet-19')


def test_table_lists_what_the_configuration_offers():
    assert list(LITE_HRNETS) == ['lite-hrnet-18', 'lite-hrnet-30', 'naive-lite-hrnet-18', 'wider-naive-lite-hrnet-18']
