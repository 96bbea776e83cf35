"""Pooling over time, joints and present persons."""

import torch

from core.models.skeleton.head import GCNHead, MultiScaleHead


def test_without_a_mask_every_person_counts():
    feature = torch.randn(3, 2, 8, 4, 5)
    torch.testing.assert_close(GCNHead(8, 6).pool(feature), feature.mean(dim=(1, 3, 4)))


def test_masked_person_contributes_nothing():
    head = GCNHead(8, 6)
    feature = torch.randn(2, 2, 8, 4, 5, requires_grad=True)
    logits = head((feature,), torch.tensor([[1.0, 0.0], [1.0, 1.0]]))
    torch.testing.assert_close(logits[0], head((feature[:1, :1],))[0])
    torch.testing.assert_close(logits[1], head((feature[1:],))[0])
    logits.sum().backward()
    assert feature.grad[0, 1].abs().max() == 0 and feature.grad[1, 1].abs().max() > 0


def test_clip_without_persons_gives_the_bias():
    head = GCNHead(8, 6)
    torch.nn.init.ones_(head.fc_cls.bias)
    assert torch.equal(head((torch.randn(1, 2, 8, 4, 5),), torch.zeros(1, 2)), torch.ones(1, 6))


def test_initial_logits_are_small():
    head = GCNHead(256, 60)
    assert head.fc_cls.bias.abs().max() == 0
    assert 0.009 < head.fc_cls.weight.std() < 0.011


def test_coarser_maps_are_silent_at_first_and_add_their_scores_later():
    maps = torch.randn(3, 2, 8, 4, 5), torch.randn(3, 2, 4, 2, 3)
    mask = torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 0.0]])
    head = MultiScaleHead((8, 4), 6)
    finest = head.fc_cls(head.pool(maps[0], mask))
    assert torch.equal(head(maps, mask), finest)
    torch.nn.init.normal_(head.fc_coarse[0].weight)
    torch.testing.assert_close(head(maps, mask), finest + head.fc_coarse[0](head.pool(maps[1], mask)))


def test_names_of_the_finest_classifier_are_the_same():
    assert set(GCNHead(8, 6).state_dict()) == {'fc_cls.weight', 'fc_cls.bias'}
    assert set(MultiScaleHead((8, 4), 6).state_dict()) == {
        'fc_cls.weight', 'fc_cls.bias', 'fc_coarse.0.weight', 'fc_coarse.0.bias'}
