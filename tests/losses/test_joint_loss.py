"""The joint loss: weights, heads, masked joints."""

import math

import pytest
import torch

from core.losses.joint_loss import JointLoss
from core.models.output import JointOutput
from core.models.pose.coding import SimCCCoding
from core.models.pose.simcc import encode_simcc

SIZE, CLASSES = (32, 64), 4


def perfect(keypoints, visible, logits, visual=None):
    """The output of a model that knows the targets."""
    target = encode_simcc(keypoints, visible, image_size=SIZE)
    x, y = (axis.clamp(min=1e-12).log() for axis in target[:2])
    return JointOutput(x, y, logits, logits, visual)


@pytest.fixture
def annotation():
    keypoints = torch.rand(2, 1, 3, 17, 2) * torch.tensor([20., 40.]) + 8
    return keypoints, torch.ones(2, 1, 3, 17), torch.tensor([0, 3])


def test_zero_for_a_perfect_answer(annotation):
    keypoints, visible, label = annotation
    logits = 100 * torch.nn.functional.one_hot(label, CLASSES).float()
    losses = JointLoss(coding=SimCCCoding(SIZE))(perfect(keypoints, visible, logits), label, keypoints, visible)
    assert losses['loss'] < 1e-4 and losses['top1'] == 100


def test_ratio_weighs_the_parts(annotation):
    keypoints, visible, label = annotation
    output = perfect(keypoints, visible, torch.zeros(2, CLASSES))._replace(simcc_x=torch.zeros(2, 1, 3, 17, 64))
    losses = JointLoss((2.0, 0.5), coding=SimCCCoding(SIZE))(output, label, keypoints, visible)
    assert losses['action_loss'] == pytest.approx(math.log(CLASSES))
    assert losses['loss'] == pytest.approx(2 * losses['pose_loss'] + 0.5 * losses['action_loss'])
    assert losses['pose_loss'] > 0.5


def test_joints_without_annotation_do_not_count(annotation):
    keypoints, visible, label = annotation
    visible[..., 5:] = 0
    output = perfect(keypoints, visible, torch.zeros(2, CLASSES))
    moved = torch.where(visible[..., None] > 0, keypoints, torch.full_like(keypoints, float('nan')))
    criterion = JointLoss((1.0, 0.0), coding=SimCCCoding(SIZE))
    assert criterion(output, label, moved, visible)['loss'] < 1e-4


def test_visual_branch_adds_its_own_and_the_skeletons_loss(annotation):
    keypoints, visible, label = annotation
    zeros = torch.zeros(2, CLASSES)
    criterion = JointLoss(coding=SimCCCoding(SIZE), visual_ratio=(0.5, 2.0))
    losses = criterion(perfect(keypoints, visible, zeros, zeros), label, keypoints, visible)
    assert losses['action_loss'] == pytest.approx((1 + 0.5 + 2) * math.log(CLASSES))
    assert {'top1', 'skeleton_top1', 'visual_top1'} <= losses.keys()


def test_each_part_alone(annotation):
    keypoints, visible, label = annotation
    whole = perfect(keypoints, visible, torch.zeros(2, CLASSES))
    criterion = JointLoss(coding=SimCCCoding(SIZE))
    pose = criterion(whole._replace(logits=None, skeleton_logits=None), label, keypoints, visible)
    assert pose.keys() == {'loss', 'pose_loss'} and pose['loss'] == pose['pose_loss']
    action = criterion(JointOutput(logits=whole.logits, skeleton_logits=whole.logits), label)
    assert action.keys() == {'loss', 'action_loss', 'top1'} and action['loss'] == pytest.approx(math.log(CLASSES))


def test_a_gate_is_pulled_towards_pose():
    label, gate = torch.tensor([0, 3]), torch.tensor([[[0.5, 1.0]], [[0.25, 1.0]]])      # (B, T, D)
    output = JointOutput(logits=torch.zeros(2, CLASSES), gate=gate)
    losses = JointLoss(gate_ratio=2.0, coding=SimCCCoding(SIZE))(output, label)
    assert losses['loss'] == pytest.approx(math.log(CLASSES) + 2 * (math.log(2) + math.log(4)) / 4)
    assert torch.isfinite(JointLoss(coding=SimCCCoding(SIZE))(output._replace(gate=gate * 0), label)['loss'])
