"""Skeleton networks behind Instance Pooling, alone and in the joint model."""

import pytest
import torch

from core.config import load_config
from core.layouts import get_layout
from core.models.builders.joint import build_implicit, build_pose_net
from core.models.joint import JointModel
from core.models.skeleton.instance_pooling import InstancePooling
from core.models.skeleton.pooled import PooledRecognizer
from core.models.skeleton.recognizer import build_recognizer

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
    answers = [model.recognise(pose, None, MASK)[0] for pose in (observed.pose, changed)]
    torch.testing.assert_close(*answers)
