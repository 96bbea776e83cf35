"""The chain: shapes, gradients through the implicit pose, absent persons, budget."""

import pytest
import torch

from core.config import load_config
from core.losses.joint_loss import JointLoss
from core.models.joint import NormalizeFrames
from core.models.pose.coding import SimCCCoding
from core.models.published_weights import load_state
from core.systems.build import build_model

SMALL = ['IMAGE_SIZE', '[32,64]', 'CLIP_SIZE', '4', 'NUM_ACTION', '5']
CLIPS, FRAMES = 2, 4


def make(*overrides):
    torch.manual_seed(0)
    return build_model(load_config(None, overrides, SMALL))


def make_default(*overrides):
    return build_model(load_config(overrides=overrides))


def inputs(persons=1, present=None):
    generator = torch.Generator().manual_seed(0)
    frames = torch.randint(0, 255, (CLIPS, persons, FRAMES, 64, 32, 3), dtype=torch.uint8, generator=generator)
    mask = torch.ones(CLIPS, persons) if present is None else torch.tensor(present)
    affine = torch.tensor([[2., 0, 10], [0, 2, 20]]).expand(CLIPS, persons, FRAMES, 2, 3)
    return frames, mask, affine, torch.tensor([[480., 270.]]).expand(CLIPS, 2)


def test_shapes_at_every_hand_over():
    output = make()(*inputs(persons=2))
    assert output.simcc_x.shape == (CLIPS, 2, FRAMES, 17, 64)
    assert output.simcc_y.shape == (CLIPS, 2, FRAMES, 17, 128)
    assert output.logits.shape == (CLIPS, 5)
    assert output.visual_logits is None


@pytest.mark.parametrize('version', ['1', '2'])
@pytest.mark.parametrize('fusion', ['prob', 'logit'])
def test_visual_branch_at_an_odd_map(version, fusion):
    """The default crop has 5x3 maps at 1/32; the published block crashed there."""
    model = make('MULTI_FUSE', 'true', 'VISUAL.NAME', 'late_conv', 'FUSE_VERSION', version, 'FUSION', fusion,
                 'IMAGE_SIZE', '[96,160]')
    frames = torch.zeros(CLIPS, 1, FRAMES, 160, 96, 3, dtype=torch.uint8)
    output = model(frames, *inputs()[1:])
    assert output.logits.shape == output.visual_logits.shape == (CLIPS, 5)
    output.logits.sum().backward()
    assert next(model.fusion.parameters()).grad.abs().sum() > 0


@pytest.mark.parametrize(('scale', 'reaches'), [('1', True), ('0', False)])
def test_action_gradient_reaches_the_first_convolution_unless_cut(scale, reaches):
    model = make('GRAD_SCALE', scale)
    model(*inputs()).logits.square().sum().backward()
    gradient = model.pose.backbone.stem.conv1.conv.weight.grad
    assert (gradient is not None and bool(gradient.abs().sum() > 0)) == reaches


def test_every_trainable_parameter_learns():
    model = make()
    output = model(*inputs())
    keypoints, visible = torch.full((CLIPS, 1, FRAMES, 17, 2), 16.0), torch.ones(CLIPS, 1, FRAMES, 17)
    loss = JointLoss(coding=SimCCCoding((32, 64)))(output, torch.tensor([0, 1]), keypoints, visible)
    loss['loss'].backward()
    assert [name for name, parameter in model.named_parameters() if parameter.grad is None] == []


def test_absent_person_changes_nothing():
    model = make().eval()
    present = [[1., 0.], [1., 0.]]
    frames, mask, affine, size = inputs(persons=2, present=present)
    with torch.no_grad():
        alone = model(frames[:, :1], mask[:, :1], affine[:, :1], size).logits
        together = model(frames, mask, affine, size).logits
    torch.testing.assert_close(alone, together)


def test_absent_person_stays_out_of_batch_statistics():
    frames, mask, affine, size = inputs(persons=2, present=[[1., 0.], [1., 0.]])
    frames[:, 1] = 0
    means = []
    for clips, who in ((frames[:, :1], slice(0, 1)), (frames, slice(0, 2))):
        model = make().train()
        model(clips, mask[:, who], affine[:, who], size)
        means.append(model.pose.backbone.stem.conv1.bn.running_mean)
    torch.testing.assert_close(*means)


def test_normalization_is_imagenet():
    frame = torch.tensor([124, 116, 104], dtype=torch.uint8).expand(1, 2, 2, 3)
    normal = NormalizeFrames()(frame)
    assert normal.shape == (1, 3, 2, 2)
    mean, std = torch.tensor([.485, .456, .406]), torch.tensor([.229, .224, .225])
    torch.testing.assert_close(normal[0, :, 0, 0], (torch.tensor([124, 116, 104]) / 255 - mean) / std)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_budget_of_the_default_model():
    whole = make_default('MULTI_FUSE', 'true')
    assert count(whole.skeleton) + count(whole.implicit.code_x) + count(whole.implicit.code_y) == \
        pytest.approx(2_050_220, rel=0.02)
    assert count(whole.visual) < 500_000
    assert count(make_default()) < 3.5e6
    published = make_default('MULTI_FUSE', 'true', 'VISUAL.NAME', 'late_conv')
    assert count(published.pose.backbone) + count(published.pose.head.final_layer) == 1_054_729


def test_frozen_pose_neither_learns_nor_moves_its_statistics():
    model = make('TRAIN.MODE', 'two_stage').train()
    before = {name: value.clone() for name, value in model.pose.state_dict().items()}
    model(*inputs()).logits.sum().backward()
    assert all(parameter.grad is None for parameter in model.pose.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.pose.state_dict().items())
    assert model.skeleton.head.fc_cls.weight.grad.abs().sum() > 0


def test_pose_model_is_the_joint_models_pose():
    joint, pose = make().eval(), make('TRAIN.MODE', 'pose').eval()
    report = load_state(pose, joint.state_dict())
    assert not report.missing
    with torch.no_grad():
        alone, together = pose(*inputs()), joint(*inputs())
    torch.testing.assert_close(alone.simcc_x, together.simcc_x)
    assert alone.logits is None


def test_skeleton_model_answers_with_logits_alone():
    model = make('TRAIN.MODE', 'action')
    output = model(torch.zeros(CLIPS, 1, FRAMES, 17, 3), torch.ones(CLIPS, 1))
    assert output.logits.shape == (CLIPS, 5) and output.simcc_x is None
    assert {name.split('.')[0] for name in model.state_dict()} == {'skeleton'}


@pytest.mark.parametrize('overrides', [(), ('VISUAL.TAPS', 'low'), ('VISUAL.TAPS', 'disc', 'QUERY', 'body'),
                                       ('TOKEN_POOL', 'grid+joint', 'QUERY', 'pooled', 'FUSION', 'logit')])
def test_cross_attention_reaches_the_backbone_in_every_form(overrides):
    model = make('MULTI_FUSE', 'true', *overrides).train()
    output = model(*inputs(persons=2, present=[[1., 1.], [1., 0.]]))
    assert output.visual_logits.shape == output.logits.shape == (CLIPS, 5)
    output.visual_logits.square().sum().backward()
    assert model.pose.backbone.stem.conv1.conv.weight.grad.abs().sum() > 0


@pytest.mark.parametrize('name', ['cross_attention', 'late_conv'])
def test_tap_grad_scales_what_the_visual_branch_sends_through_its_taps(name):
    gradients = []
    for factor in ('1', '0.25', '0'):
        model = make('MULTI_FUSE', 'true', 'VISUAL.NAME', name, 'TAP_GRAD', factor, 'IMPLICIT.GRAD_SCALE', '0').eval()
        model(*inputs()).visual_logits.square().sum().backward()
        gradient = model.pose.backbone.stem.conv1.conv.weight.grad
        gradients.append(torch.zeros(1) if gradient is None else gradient)
    assert gradients[0].abs().sum() > 0 and not gradients[2].any()
    torch.testing.assert_close(gradients[1], gradients[0] / 4)
