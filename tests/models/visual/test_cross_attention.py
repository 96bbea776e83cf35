"""The cross-attention branch: persons, gradients, modality dropout, budget."""

from typing import NamedTuple

import pytest
import torch

from core.models.visual.cross_attention import QUERIES, CrossAttentionBranch
from core.models.visual.tokens import TOKEN_POOLS

BATCH, PERSONS, CLIP, CLASSES = 3, 2, 16, 7
TAPS, MAPS, NODES = (6, 12), (24, 12, 6), (17, 6, 3)


class Inputs(NamedTuple):
    taps: tuple[torch.Tensor, ...]
    maps: tuple[torch.Tensor, ...]
    positions: torch.Tensor
    person_mask: torch.Tensor


def answer(branch, inputs):
    return branch(branch.see(inputs.taps, inputs.positions), inputs.maps, inputs.person_mask)


def build(**options):
    torch.manual_seed(0)
    options = {'grid': (3, 2), 'clip_size': CLIP, 'dim': 16, 'drop': 0.0, **options}
    return CrossAttentionBranch(TAPS, MAPS, NODES, CLASSES, **options)


def draw(clip=CLIP, size=(96, 64), mask=None):
    generator = torch.Generator().manual_seed(0)

    def normal(*shape):
        return torch.randn(*shape, generator=generator).requires_grad_()

    frames = BATCH * PERSONS * clip
    taps = tuple(normal(frames, channels, size[0] // stride, size[1] // stride)
                 for channels, stride in zip(TAPS, (8, 32), strict=True))
    maps = tuple(normal(BATCH, PERSONS, channels, max(clip // step, 1), nodes)
                 for channels, step, nodes in zip(MAPS, (4, 8, 16), NODES, strict=True))
    mask = torch.ones(BATCH, PERSONS) if mask is None else torch.tensor(mask)
    return Inputs(taps, maps, normal(BATCH, PERSONS, clip, 17, 2), mask)


@pytest.mark.parametrize('query', QUERIES)
@pytest.mark.parametrize('pool', TOKEN_POOLS)
@pytest.mark.parametrize('window', [0, 1])
def test_every_kind_learns_all_its_parameters(query, pool, window):
    branch, inputs = build(query=query, token_pool=pool, window=window), draw()
    logits = answer(branch, inputs)
    assert logits.shape == (BATCH, CLASSES)
    logits.square().sum().backward()
    assert not [name for name, parameter in branch.named_parameters() if not parameter.grad.abs().sum() > 0]
    assert [level.grad is not None for level in inputs.maps] == [index == QUERIES[query] for index in range(3)]
    assert (inputs.positions.grad is not None) == ('joint' in pool)


@pytest.mark.parametrize(('clip', 'size'), [(32, (96, 64)), (9, (160, 96)), (16, (64, 32))])
@pytest.mark.parametrize('query', ['joint', 'body'])
def test_other_clip_lengths_and_map_sizes_run(clip, size, query):
    assert answer(build(query=query, token_pool='grid+joint', window=1), draw(clip, size)).shape == (BATCH, CLASSES)


def test_gradient_reaches_taps_and_queries():
    inputs = draw()
    answer(build(), inputs).square().sum().backward()
    assert all(level.grad.abs().sum() > 0 for level in inputs.taps)
    assert inputs.maps[0].grad.abs().sum() > 0


def test_absent_person_contributes_exactly_nothing():
    branch, inputs = build(token_pool='grid+joint').eval(), draw(mask=[[1., 0.], [1., 0.], [1., 1.]])
    logits = answer(branch, inputs)
    other = inputs.maps[0].detach().clone()
    other[:2, 1] = 1e6
    assert torch.equal(logits, answer(branch, inputs._replace(maps=(other, *inputs.maps[1:]))))
    other[:2, 1] = torch.nan
    assert torch.equal(logits, answer(branch, inputs._replace(maps=(other, *inputs.maps[1:]))))
    logits.sum().backward()
    assert inputs.maps[0].grad[:2, 1].abs().max() == 0 < inputs.maps[0].grad[2, 1].abs().max()
    per_frame = inputs.taps[0].grad.unflatten(0, (BATCH, PERSONS, CLIP))
    assert per_frame[:2, 1].abs().max() == 0 < per_frame[:2, 0].abs().max()


def test_one_present_person_answers_as_if_alone():
    branch, inputs = build().eval(), draw(mask=[[1., 0.]] * BATCH)
    alone = Inputs(tuple(level.unflatten(0, (BATCH, PERSONS, CLIP))[:, 0].flatten(0, 1) for level in inputs.taps),
                   tuple(level[:, :1] for level in inputs.maps), inputs.positions[:, :1], torch.ones(BATCH, 1))
    torch.testing.assert_close(answer(branch, inputs), answer(branch, alone))


def test_clip_without_anyone_is_finite():
    inputs = draw(mask=[[0., 0.], [1., 1.], [1., 0.]])
    logits = answer(build(), inputs)
    logits.square().sum().backward()
    assert logits.isfinite().all() and all(level.grad.isfinite().all() for level in inputs.taps)


def test_modality_dropout_zeroes_whole_clips_in_training_only():
    branch, inputs = build(drop=0.5, dropout=0.0), draw()
    plain = answer(build(dropout=0.0), inputs)
    runs = torch.stack([answer(branch, inputs) for _ in range(40)])                              # (40, B, K)
    kept = (runs != 0).all(dim=-1, keepdim=True)
    torch.testing.assert_close(runs, plain * kept)
    assert 0.3 < kept.float().mean() < 0.7 and bool((kept != kept[:, :1]).any())
    assert (answer(branch.eval(), inputs) != 0).all()


def test_half_precision_runs():
    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert answer(build(token_pool='grid+joint', window=1), draw()).isfinite().all()


@pytest.mark.parametrize(('layers', 'taps', 'count'), [
    (1, (80, 160, 320), 252_988), (2, (80, 160, 320), 385_724), (2, (32, 40, 80), 333_500)])
def test_parameter_budget(layers, taps, count):
    branch = CrossAttentionBranch(taps, (256, 128, 64), NODES, 60, grid=(5, 3), clip_size=32, layers=layers)
    assert sum(parameter.numel() for parameter in branch.parameters()) == count < 500_000


def test_bad_queries_are_refused():
    with pytest.raises(ValueError, match='joint, part, body, pooled'):
        build(query='head')
    with pytest.raises(ValueError, match="'part' needs map 1.*only 1"):
        CrossAttentionBranch(TAPS, (256,), NODES, CLASSES, grid=(3, 2), clip_size=CLIP, query='part')
