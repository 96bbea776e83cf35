"""The published visual branch: names, shapes, its in-place ReLUs, odd maps."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.models.visual.late_conv import LateConvBranch, MultiFuseLayer, PredictionBlock

CHANNELS = (6, 12, 24)


def maps(batch: int, clip: int, height: int, width: int) -> list[torch.Tensor]:
    return [torch.randn(batch * clip, channels, height * 2 ** level, width * 2 ** level)
            for channels, level in zip(CHANNELS, (2, 1, 0), strict=True)]


def answer(branch: LateConvBranch, features: list[torch.Tensor], batch: int, persons: int = 1) -> torch.Tensor:
    positions = torch.empty(batch, persons, len(features[0]) // (batch * persons), 17, 2)
    return branch(branch.see(features, positions), (), torch.ones(batch, persons))


@pytest.mark.parametrize('version', [1, 2])
@pytest.mark.parametrize('size', [(1, 1), (4, 2), (5, 3)])
@pytest.mark.parametrize('clip', [1, 8])
def test_shapes_also_for_odd_and_tiny_maps(version, size, clip):
    branch = LateConvBranch(CHANNELS, 7, clip, version).eval()
    assert answer(branch, maps(2, clip, *size), 2).shape == (2, 7)


def test_clips_of_a_batch_do_not_mix():
    features = maps(3, 4, 2, 2)
    for version in (1, 2):
        branch = LateConvBranch(CHANNELS, 7, 4, version).eval()
        alone = answer(branch, [level[4:8] for level in features], 1)
        torch.testing.assert_close(answer(branch, features, 3)[1:2], alone)


def test_only_person_0_is_read():
    features = maps(2 * 3, 4, 2, 2)
    branch = LateConvBranch(CHANNELS, 7, 4).eval()
    first = [level.unflatten(0, (2, 3, 4))[:, 0].flatten(0, 1) for level in features]
    torch.testing.assert_close(answer(branch, features, 2, persons=3), answer(branch, first, 2))


def test_names_are_the_published_ones():
    keys = set(LateConvBranch((80, 160, 320), 60, 32, 2).state_dict())
    assert {'multi_fuse_layer.conv11.bn.bias', 'multi_fuse_layer.conv12.conv.weight',
            'multi_fuse_layer.conv2.bn.weight', 'v_block.conv.0.bias', 'v_block.conv.1.running_var',
            'v_block.pred_block3.conv1.1.bias', 'v_block.pred_block4.conv2.2.weight',
            'v_block.pred_block3.conv4.1.weight', 'v_block.pred_block4.convback.2.bias'} <= keys
    assert not any(key.startswith('multi_fuse_layer') and 'conv.bias' in key for key in keys)
    keys = set(LateConvBranch((80, 160, 320), 60, 32, 1).state_dict())
    assert {'t_cov.0.weight', 't_cov.1.bias', 'fcn.weight'} <= keys


@pytest.mark.parametrize(('version', 'count'), [(1, 1_038_400 + 57_695), (2, 1_038_400 + 2_639_992)])
def test_sizes_are_the_published_ones(version, count):
    branch = LateConvBranch((80, 160, 320), 60, 32, version)
    assert sum(parameter.numel() for parameter in branch.parameters()) == count


def published_block(block: PredictionBlock, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The published forward pass: ReLUs in place on aliased tensors, upsampling by exactly 2."""
    for unit in (block.conv1, block.conv2, block.conv3, block.conv4, block.convback):
        unit[0] = nn.ReLU(inplace=True)
    x = x.clone()
    residual = x
    x = block.conv2(block.conv1(x)) + residual
    update = block.conv3(x)
    actions = block.conv4(F.max_pool2d(update, 2) - F.max_pool2d(-update, 2))
    scores = (F.max_pool2d(actions, actions.shape[-2:]) - F.max_pool2d(-actions, actions.shape[-2:])).flatten(1)
    return scores, residual + update + block.convback(F.interpolate(actions, scale_factor=2.0))


@pytest.mark.parametrize('training', [True, False])
def test_in_place_relus_are_reproduced_functionally(training):
    block = PredictionBlock(6, 5).train(training)
    x = torch.randn(3, 6, 4, 8)
    kept = x.clone()
    scores, following = block.scores(x), block(x)
    assert torch.equal(x, kept)
    wanted_scores, wanted_following = published_block(block, x)
    torch.testing.assert_close(scores, wanted_scores)
    torch.testing.assert_close(following, wanted_following)


def test_fused_map_concatenates_the_levels_at_the_coarsest_size():
    layer = MultiFuseLayer(CHANNELS).eval()
    levels = maps(1, 1, 3, 2)
    fused = layer(levels)
    assert fused.shape == (1, 72, 3, 2)
    assert torch.equal(fused[:, 48:], F.relu(levels[2]))


def test_training_reaches_every_parameter_that_has_an_effect():
    for version in (1, 2):
        branch = LateConvBranch(CHANNELS, 7, 4, version)
        answer(branch, maps(2, 4, 4, 2), 2).square().sum().backward()
        lacking = {name for name, parameter in branch.named_parameters() if parameter.requires_grad != (
            parameter.grad is not None)}
        assert not lacking


@pytest.mark.parametrize('arguments', [(CHANNELS, 7, 4, 3), (CHANNELS[:2], 7, 4, 2), ((32, 40, 80), 7, 4, 2)])
def test_unknown_version_or_other_maps_are_refused(arguments):
    with pytest.raises(ValueError, match='visual branch'):
        LateConvBranch(*arguments)
