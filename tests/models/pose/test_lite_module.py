import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.models.pose.lite_module import (
    CrossResolutionWeighting,
    LiteHRModule,
    SpatialWeighting,
    StageSpec,
)

SPEC = StageSpec(1, (8, 16, 32))


def draw_maps(dtype=torch.float64, requires_grad=False):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(2, width, 16 // 2 ** branch, 8 // 2 ** branch, generator=generator, dtype=dtype,
                        requires_grad=requires_grad) for branch, width in enumerate(SPEC.channels)]


def fuse_as_published(layers, outputs):
    """The published loop, with its in-place sums, on copies of the block outputs."""
    outputs, fused = [output.clone() for output in outputs], []
    for row, paths in enumerate(layers.values()):
        total = outputs[0] if row == 0 else paths[0](outputs[0])
        for branch in range(len(outputs)):
            total += outputs[branch] if branch == row else paths[branch](outputs[branch])
        fused.append(F.relu(total))
    return fused


def build(**options):
    torch.manual_seed(0)
    module = LiteHRModule(SPEC, **options).double()
    module.layers = nn.Sequential()
    return module


def test_official_fuse_equals_the_published_loop_in_values_gradients_and_statistics():
    module = build()
    published = copy.deepcopy(module)
    for layer in published.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.__class__, layer.momentum = nn.BatchNorm2d, 0.1
    ours, theirs = draw_maps(requires_grad=True), draw_maps(requires_grad=True)
    got, wanted = module(ours), fuse_as_published(published.fuse_layers, theirs)
    for one, other in zip(got, wanted, strict=True):
        assert torch.allclose(one, other)
    sum(one.square().sum() for one in got).backward()
    sum(other.square().sum() for other in wanted).backward()
    assert all(torch.allclose(one.grad, other.grad) for one, other in zip(ours, theirs, strict=True))
    for (name, one), other in zip(module.state_dict().items(), published.state_dict().values(), strict=True):
        assert torch.allclose(one, other), name
    assert module.fuse_layers['1'][0][0][1].num_batches_tracked == 2


@pytest.mark.parametrize('outputs', [(0,), (0, 2), (0, 1, 2)])
def test_wanted_outputs_are_the_same_rows_of_all(outputs):
    both = build().eval(), build(outputs=outputs).eval()
    both[1].load_state_dict(both[0].state_dict(), strict=False)
    every, some = (module(draw_maps()) for module in both)
    assert all(torch.equal(every[row], level) for row, level in zip(outputs, some, strict=True))


@pytest.mark.parametrize('kind', ['LITE', 'NAIVE'])
def test_blocks_keep_shapes_and_pass_half_of_the_channels(kind):
    module = LiteHRModule(StageSpec(1, SPEC.channels, num_blocks=1, kind=kind, with_fuse=False))
    maps = draw_maps(torch.float32)
    for before, after in zip(maps, module(maps), strict=True):
        assert after.shape == before.shape
        assert torch.equal(after[:, ::2], before[:, :before.shape[1] // 2])


def test_unknown_module_type_is_refused():
    with pytest.raises(ValueError, match='LITE or NAIVE'):
        StageSpec(1, (8, 16), kind='HEAVY')


def test_gates_scale_by_a_number_between_zero_and_one():
    maps = draw_maps(torch.float32)
    gated = CrossResolutionWeighting(SPEC.channels, 8)(maps)
    squeezed = SpatialWeighting(8)(maps[0])
    for before, after in [*zip(maps, gated, strict=True), (maps[0], squeezed)]:
        share = after / before
        assert after.shape == before.shape and share.min() > 0 and share.max() < 1
    per_cell = (gated[0] / maps[0]).unflatten(-1, (2, 4)).unflatten(-3, (4, 4))
    assert torch.allclose(per_cell, per_cell[..., :1, :, :1].expand_as(per_cell))
