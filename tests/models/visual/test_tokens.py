"""Tokens: how many, from where, coded by time and place."""

import pytest
import torch

from core.models.visual.tokens import SeparablePosition, TokenPool, sample_at_joints

CHANNELS, STRIDES, DIM = (6, 12), (8, 32), 16


def taps(frames, height, width):
    return [torch.randn(frames, channels, height // stride, width // stride)
            for channels, stride in zip(CHANNELS, STRIDES, strict=True)]


@pytest.mark.parametrize(('height', 'width', 'cells'), [(160, 96, 15), (96, 64, 6), (256, 192, 48)])
@pytest.mark.parametrize(('pool', 'joints'), [('grid', 0), ('joint', 17), ('grid+joint', 17)])
@pytest.mark.parametrize(('clip', 'steps'), [(16, 4), (9, 3)])
def test_count(height, width, cells, pool, joints, clip, steps):
    module = TokenPool(CHANNELS, (height // 32, width // 32), 17, 16, pool, DIM)
    tokens = module(module.see(taps(2 * 3 * clip, height, width), torch.zeros(2, 3, clip, 17, 2)))
    assert tokens.shape == (2 * 3, steps, cells * ('grid' in pool) + joints, DIM)


def test_grid_token_sees_its_cell_and_time_only():
    module = TokenPool(CHANNELS, (3, 2), 17, 16, dim=DIM).eval()
    plain = taps(2 * 16, 96, 64)
    changed = [level.clone() for level in plain]
    changed[0][16 + 8, :, 5, 6] += 100                                          # clip 1, frame 8, row 1, column 1
    positions = torch.zeros(2, 1, 16, 17, 2)
    before, after = (module(module.see(levels, positions)) for levels in (plain, changed))
    moved = (before - after).abs().sum(dim=-1)                                           # (2, 4, 6)
    assert moved.nonzero().tolist() == [[1, 2, 3]]


def test_sampling_reads_the_cell_below_the_joint():
    level = torch.zeros(1, 1, 6, 4)
    level[0, 0, 4, 1] = 1
    center = torch.tensor([(1 + 0.5) / 4, (4 + 0.5) / 6]) * 2 - 1                        # x, y
    half_a_cell_right = center + torch.tensor([1 / 4, 0])
    positions = torch.stack([center, half_a_cell_right, center.flip(0)])[None]
    torch.testing.assert_close(sample_at_joints(level, positions), torch.tensor([[[1.], [0.5], [0.]]]))


def test_sampling_beyond_the_border_reads_the_border():
    level = torch.arange(4.).view(1, 1, 2, 2)
    positions = torch.tensor([[[-3., -3.], [3., 3.], [3., -1.]]])
    assert sample_at_joints(level, positions).flatten().tolist() == [0, 3, 1]


def test_sampling_is_differentiable_in_map_and_position():
    level = torch.randn(2, 3, 6, 4, requires_grad=True)
    positions = (torch.rand(2, 5, 2) - 0.5).requires_grad_()
    sample_at_joints(level, positions).square().sum().backward()
    assert level.grad.abs().sum() > 0 and bool((positions.grad.abs() > 0).all())


def test_joint_token_follows_its_joint():
    module = TokenPool((3,), (3, 2), 2, 16, 'joint', DIM).eval()
    with torch.no_grad():
        module.position.place.zero_()
    level = torch.zeros(16, 3, 6, 4)
    level[:, :, 4, 1] = 1
    center = torch.tensor([(1 + 0.5) / 4, (4 + 0.5) / 6]) * 2 - 1
    for hit in (0, 1):
        positions = torch.full((1, 1, 16, 2, 2), -1.0)
        positions[:, :, :, hit] = center
        with torch.no_grad():
            tokens = module(module.see([level], positions))[0]                                       # (4, 2, DIM)
            empty = module(module.see([torch.zeros_like(level)], positions))[0]
        assert (tokens != empty).any(dim=-1).tolist() == [[hit == 0, hit == 1]] * 4


def test_position_is_a_sum_and_interpolates_other_lengths():
    position = SeparablePosition(4, 3, 2)
    codes = position(4)
    torch.testing.assert_close(codes[2, 1], position.time[2] + position.place[1])
    with torch.no_grad():
        position.time.copy_(torch.arange(4.)[:, None].expand(4, 2))
        position.place.zero_()
    torch.testing.assert_close(position(8)[:, 0, 0], torch.tensor([0, .25, .75, 1.25, 1.75, 2.25, 2.75, 3]))
    torch.testing.assert_close(position(2)[:, 0, 0], torch.tensor([0.5, 2.5]))


def test_unknown_pool_is_refused():
    with pytest.raises(ValueError, match='grid, joint, grid\\+joint'):
        TokenPool(CHANNELS, (3, 2), 17, 16, 'person')
