"""Backbone and head together."""

import pytest
import torch

from core.config import load_config
from core.layouts import get_layout
from core.models.joint import JointModel
from core.models.skeleton.block import STGCNPP_BLOCK
from core.models.skeleton.graph import build_adjacency
from core.models.skeleton.head import GCNHead, MultiScaleHead
from core.models.skeleton.instance_pooling import InstancePooling
from core.models.skeleton.recognizer import SKELETON_NETWORKS, PooledRecognizer, SkeletonRecognizer, build_recognizer
from core.models.skeleton.stgcn import STGCN
from core.systems.joint import build_implicit, build_pose_net


def tiny() -> SkeletonRecognizer:
    backbone = STGCN(build_adjacency(get_layout('coco17')), base_channels=8, num_stages=2, inflate_stages=(2,),
                     down_stages=(2,), block=STGCNPP_BLOCK)
    return SkeletonRecognizer(backbone, GCNHead(backbone.out_channels, 5))


def test_logits_of_a_masked_person_do_not_depend_on_it():
    model = tiny().eval()
    x, mask = torch.randn(2, 2, 6, 17, 3), torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    other = x.clone()
    other[:, 1] = torch.randn(2, 6, 17, 3)
    with torch.no_grad():
        difference = (model(x, mask) - model(other, mask)).abs().amax(dim=1)
    assert difference[0] == 0 and difference[1] > 0


def test_forward_is_head_of_features():
    model = tiny().eval()
    x = torch.randn(1, 2, 6, 17, 3)
    with torch.no_grad():
        maps = model.features(x)
        assert [feature.shape for feature in maps] == [(1, 2, 16, 3, 17)]
        assert torch.equal(model.head(maps), model(x))


def test_every_parameter_learns():
    model = tiny()
    torch.nn.functional.cross_entropy(model(torch.randn(4, 2, 6, 17, 3)), torch.arange(4)).backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize(('name', 'maps', 'head'), [
    ('stgcn', 1, GCNHead), ('stgcnpp', 1, GCNHead), ('ms_stgcnpp', 3, MultiScaleHead)])
def test_every_network_gets_the_head_that_reads_its_maps(name, maps, head):
    model = build_recognizer(name, get_layout('nucla20'), 4, 5, dropout=0.3).eval()
    assert type(model.head) is head and model.head.dropout.p == 0.3
    x = torch.randn(2, 1, 8, 20, 4)
    with torch.no_grad():
        assert len(model.features(x)) == len(model.backbone.widths) == maps
        assert model(x).shape == (2, 5)


def test_options_reach_the_network():
    assert build_recognizer('ms_stgcnpp', get_layout('coco17'), 3, 5, branches=2).backbone.widths == (256, 128)
    model = build_recognizer('stgcn', get_layout('coco17'), 3, 5, edge_importance=False)
    assert not any('PA' in key for key in model.state_dict())


def test_unknown_network_names_the_choices():
    with pytest.raises(ValueError, match=', '.join(SKELETON_NETWORKS)):
        build_recognizer('agcn', get_layout('coco17'), 3, 5)


B, T, V = 2, 8, 17

MASK = torch.tensor([[1.0, 1, 0], [1, 0, 0]])


def pooled(name: str = 'stgcnpp', in_channels: int = 3) -> PooledRecognizer:
    torch.manual_seed(0)
    pooling = InstancePooling(in_channels)
    return PooledRecognizer(pooling, build_recognizer(name, get_layout('coco17'), pooling.out_channels, 5))


@pytest.mark.parametrize(('name', 'maps'), [('stgcn', 1), ('ms_stgcnpp', 3)])
@torch.no_grad()
def test_every_network_sees_one_person_whatever_their_number(name, maps):
    model = pooled(name).eval()
    for persons in (1, 3):
        x, mask = torch.randn(B, persons, T, V, 3), torch.ones(B, persons)
        features = model.features(x, mask)
        assert len(features) == len(model.backbone.widths) == maps
        assert features[0].shape[:3] == (B, 1, model.backbone.widths[0])
        torch.testing.assert_close(model.head(features, mask), model.head(features))
        torch.testing.assert_close(model(x, mask), model.head(features))


@torch.no_grad()
def test_logits_do_not_depend_on_who_is_absent():
    model = pooled().eval()
    x, other = torch.randn(B, 3, T, V, 3), torch.randn(B, 3, T, V, 3)
    changed = torch.where(MASK.view(B, 3, 1, 1, 1) > 0, x, other)
    torch.testing.assert_close(model(x, MASK), model(changed, MASK))
    assert not torch.allclose(model(x), model(changed))


def joint_model() -> JointModel:
    cfg = load_config(overrides=['IMAGE_SIZE', '[32,64]', 'CLIP_SIZE', '4'])
    implicit = build_implicit(cfg)
    return JointModel(build_pose_net(cfg), implicit, pooled(in_channels=implicit.out_channels))


def frames_of(persons: int) -> tuple[torch.Tensor, ...]:
    frames = torch.randint(0, 255, (B, persons, 4, 64, 32, 3), dtype=torch.uint8)
    affine = torch.tensor([[2.0, 0, 10], [0, 2, 20]]).expand(B, persons, 4, 2, 3)
    return frames, MASK, affine, torch.tensor([[480.0, 270.0]]).expand(B, 2)


def test_the_action_gradient_reaches_the_pose_network_of_three_persons():
    model = joint_model()
    output = model(*frames_of(3))
    assert output.logits.shape == (B, 5)
    output.logits.square().sum().backward()
    assert model.pose.backbone.stem.conv1.conv.weight.grad.abs().sum() > 0


@torch.no_grad()
def test_absent_persons_do_not_reach_the_joint_models_answer():
    model = joint_model().eval()
    inputs = frames_of(3)
    observed = model.observe(*inputs)
    changed = torch.where(MASK.view(B, 3, 1, 1, 1) > 0, observed.pose, 7.0)
    answers = [model.recognize(pose, None, MASK)[0] for pose in (observed.pose, changed)]
    torch.testing.assert_close(*answers)
