"""Instance Pooling against its formulas, and what it must not depend on."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.models.skeleton.instance_pooling import InstancePooling, repeat_first_person

B, M, T, V, C = 2, 3, 4, 5, 3


def make(**options) -> InstancePooling:
    """A pooling whose norms are not the identity."""
    torch.manual_seed(0)
    pooling = InstancePooling(C, 8, num_joints=V, **options)
    for layer in pooling.modules():
        if isinstance(layer, nn.BatchNorm1d):
            for value in (layer.weight, layer.bias, layer.running_mean):
                nn.init.normal_(value)
            nn.init.uniform_(layer.running_var, 0.5, 2)
    return pooling.eval()


def joints(persons: int = M) -> torch.Tensor:
    return torch.randn(B, persons, T, V, C, generator=torch.Generator().manual_seed(1))


def reference(pooling: InstancePooling, x: torch.Tensor) -> torch.Tensor:
    """The official formulas on points in the order n t v i, one concatenation after the other."""
    def layer(name: str, points: torch.Tensor) -> torch.Tensor:
        linear, norm = getattr(pooling, name)[:2]
        y = (F.linear(points, linear.weight, linear.bias) - norm.running_mean) / (norm.running_var + norm.eps).sqrt()
        return y * norm.weight + norm.bias

    points = layer('point_encoder', x.permute(0, 2, 3, 1, 4)).relu()                     # (B, T, V, M, D)
    if pooling.pos_embedding is not None:
        points = points + pooling.pos_embedding[:, :, None]
    strongest = points.max(dim=3, keepdim=True).values.expand_as(points)
    points = F.gelu(layer('concat_pool_fc', torch.cat([points, strongest], dim=-1)) + points)
    merged = points.max(dim=3).values                                                    # (B, T, V, D)
    whole = merged.flatten(1, 2).max(dim=1).values[:, None, None].expand_as(merged)
    return F.gelu(layer('group_pool_fc', torch.cat([whole, merged], dim=-1))).permute(0, 3, 1, 2)


@pytest.mark.parametrize('position', [None, 'V', 'VC'])
@torch.no_grad()
def test_formulas(position):
    pooling = make(position=position)
    pooled = pooling(joints())
    assert pooled.shape == (B, pooling.out_channels, T, V)
    torch.testing.assert_close(pooled, reference(pooling, joints()))


def test_keys_are_the_official_ones():
    keys = make(position='VC').state_dict()
    assert keys['point_encoder.0.weight'].shape == (8, C) and keys['concat_pool_fc.0.weight'].shape == (8, 16)
    assert keys['group_pool_fc.1.running_var'].shape == (8,) and keys['pos_embedding'].shape == (1, V, 8)
    assert 'pos_embedding' not in make().state_dict() and make(position='V').pos_embedding.shape == (1, V, 1)


@torch.no_grad()
def test_order_of_persons_does_not_matter_but_each_of_them_does():
    pooling, x = make(), joints()
    torch.testing.assert_close(pooling(x.flip(1)), pooling(x))
    assert not torch.allclose(pooling(x[:, :2]), pooling(x))


@torch.no_grad()
def test_absent_persons_change_nothing():
    pooling, x = make(), joints()
    padded = torch.cat([x, torch.full((B, 2, T, V, C), 50.0)], dim=1)
    mask = torch.tensor([[1.0, 1, 1, 0, 0]]).expand(B, -1)
    torch.testing.assert_close(pooling(padded, mask), pooling(x))
    assert not torch.allclose(pooling(padded), pooling(x))


def test_absent_persons_stay_out_of_the_statistics():
    pooling = make().train()
    before = pooling.point_encoder[1].running_var.clone()
    lone = joints(1)
    pooling(torch.cat([lone, torch.full_like(lone, 1e4)], dim=1), torch.tensor([[1.0, 0]]).expand(B, -1))
    assert (pooling.point_encoder[1].running_var / before).max() < 10


def test_persons_are_repeated_clip_by_clip():
    x = torch.arange(4.0).reshape(2, 2, 1)
    repeated = repeat_first_person(x, torch.tensor([[1.0, 0], [1, 1]]))
    assert repeated.flatten().tolist() == [0, 0, 2, 3]


@torch.no_grad()
def test_the_path_is_dropped_only_in_training_and_for_the_whole_batch():
    always, never = make(drop_path=1.0), make(drop_path=0.0)
    assert torch.equal(always(joints()), never(joints()))
    assert not torch.allclose(always.train()(joints()), never.train()(joints()))
    pooling = make(drop_path=0.5).train()
    kept = [bool(pooling._kept(torch.ones(B, 2)).all()) for _ in range(64)]
    assert 16 < sum(kept) < 48
    assert {float(pooling._kept(torch.ones(B, 2)).mean()) for _ in range(64)} == {0.0, 1.0}


def test_every_weight_and_every_present_person_learns():
    pooling = make(position='VC', drop_path=0.0).train()
    x = joints().requires_grad_()
    pooling(x, torch.tensor([[1.0, 1, 0]]).expand(B, -1)).square().sum().backward()
    assert all(parameter.grad.any() for parameter in pooling.parameters())
    assert x.grad[:, 0].any() and x.grad[:, 1].any() and not x.grad[:, 2].any()


def test_unknown_position_is_refused():
    with pytest.raises(ValueError, match="'T'"):
        InstancePooling(C, position='T')
