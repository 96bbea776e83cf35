"""The chain: shapes, gradients through the implicit pose, absent persons, budget."""

import pytest
import torch

from core.config import load_config
from core.losses.joint import JointLoss
from core.models.build import build_model
from core.models.joint import NormalizeFrames

SMALL = ['IMAGE_SIZE', '[32,64]', 'CLIP_SIZE', '4', 'NUM_ACTION', '5']
CLIPS, FRAMES = 2, 4


def make(*overrides):
    torch.manual_seed(0)
    return build_model(load_config(overrides=[*SMALL, *overrides]))


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
    model = make('MULTI_FUSE', 'true', 'FUSE_VERSION', version, 'FUSION', fusion, 'IMAGE_SIZE', '[96,160]')
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
    loss = JointLoss(image_size=(32, 64))(output, torch.full((CLIPS, 1, FRAMES, 17, 2), 16.0),
                                          torch.ones(CLIPS, 1, FRAMES, 17), torch.tensor([0, 1]))
    loss.total.backward()
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


def test_budget_of_the_default_model():
    model = build_model(load_config())
    count = sum(parameter.numel() for parameter in model.parameters())
    assert count < 3.1e6
    whole = build_model(load_config(overrides=['MULTI_FUSE', 'true']))
    backbone = sum(parameter.numel() for parameter in whole.pose.backbone.parameters())
    assert backbone + sum(p.numel() for p in whole.pose.head.final_layer.parameters()) == 1_054_729
