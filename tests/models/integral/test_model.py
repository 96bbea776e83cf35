"""IntegralAction in its three modes, on clips of 4 small frames."""

import pytest
import torch
from torch.nn import functional as F

from core.models.integral.model import IntegralAction

CLASSES, JOINTS, FRAMES = 5, 3, 4
STREAMS = ('img_backbone', 'pose2feat', 'pose_backbone')


def make(mode, **options):
    torch.manual_seed(0)
    return IntegralAction(CLASSES, JOINTS, ((0, 1), (1, 2)), (8, 8), mode, num_frames=FRAMES, width=16, **options)


def clips(batch=2, pose_frames=FRAMES, seed=1):
    generator = torch.Generator().manual_seed(seed)
    frames = torch.randint(0, 256, (batch, FRAMES, 32, 32, 3), dtype=torch.uint8, generator=generator)
    keypoints = torch.rand(batch, 2, pose_frames, JOINTS, 3, generator=generator)
    return frames, torch.cat([8 * keypoints[..., :2] - 4, keypoints[..., 2:]], dim=-1)


def snapshot(module):
    return {key: value.clone() for key, value in module.state_dict().items()}


@pytest.mark.parametrize(('mode', 'parts'), [
    ('rgb_only', {'img_backbone', 'classifier'}), ('pose_only', {'pose2feat', 'pose_backbone', 'classifier'}),
    ('rgb+pose', {'img_backbone', 'pose2feat', 'pose_backbone', 'aggregator', 'classifier'})])
def test_each_mode_has_its_parts_only(mode, parts):
    model = make(mode).eval()
    assert {key.split('.')[0] for key in model.state_dict()} == parts
    output = model(*clips())
    assert output.logits.shape == (2, CLASSES)
    assert (output.gate is None) == (mode != 'rgb+pose')


@pytest.mark.parametrize(('mode', 'unread'), [('rgb_only', 1), ('pose_only', 0)])
def test_a_single_stream_reads_its_own_input_only(mode, unread):
    model, inputs = make(mode).eval(), clips()
    others = [other if index == unread else own
              for index, (own, other) in enumerate(zip(inputs, clips(seed=2), strict=True))]
    torch.testing.assert_close(model(*inputs).logits, model(*others).logits)


def test_logits_are_the_mean_over_the_frames():
    model, inputs = make('rgb_only').eval(), clips()
    (feature,) = model.observe(*inputs)
    torch.testing.assert_close(model(*inputs).logits, model.classifier.fc(feature.mean(dim=1)))
    assert feature.shape == (2, FRAMES, 512)


def test_frames_are_scaled_to_one_without_a_mean():
    frames, _ = clips()
    scaled = make('rgb_only').scale(frames.flatten(0, 1))
    torch.testing.assert_close(scaled[1, 2], frames[0, 1, :, :, 2].float() / 255)


def test_a_training_step_with_both_streams_leaves_them_as_they_are():
    model, inputs = make('rgb+pose').train(), clips()
    before = snapshot(model)
    optimizer = torch.optim.SGD((each for each in model.parameters() if each.requires_grad), lr=0.1)
    output = model(*inputs)
    (F.cross_entropy(output.logits, torch.tensor([0, 1])) - output.gate.log().mean()).backward()
    optimizer.step()
    moved = {key for key, value in snapshot(model).items() if not torch.equal(value, before[key])}
    assert {key.split('.')[0] for key in moved} == {'aggregator', 'classifier'}
    assert all(parameter.grad is None for name in STREAMS for parameter in getattr(model, name).parameters())
    learning = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert learning <= moved and all(parameter.grad is not None for parameter in model.aggregator.parameters())


@pytest.mark.parametrize('mode', ['rgb_only', 'pose_only'])
def test_a_single_stream_learns_everywhere(mode):
    model = make(mode).train()
    model(*clips()).logits.square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in model.parameters())


def test_dropout_drops_in_training():
    model, inputs = make('rgb+pose', dropout=0.9).train(), clips()
    torch.manual_seed(1)
    first, second = (model(*inputs).logits for _ in range(2))
    assert not torch.allclose(first, second)


def test_frozen_streams_answer_the_same_in_training():
    model, inputs = make('rgb+pose'), clips()
    for training, evaluated in zip(model.train().observe(*inputs), model.eval().observe(*inputs), strict=True):
        assert torch.equal(training, evaluated)


@pytest.mark.parametrize('gate', [True, False])
def test_one_clip_and_several_pose_frames(gate):
    model = make('rgb+pose', gate=gate, frame_factor=2).train()
    output = model(*clips(batch=1, pose_frames=2 * (FRAMES - 1) + 1))
    assert output.logits.shape == (1, CLASSES)
    assert output.gate.shape == (1, FRAMES, 16) if gate else output.gate is None
    assert model.observe(*clips(1, 7))[1].shape == (1, 7, 512)


def test_half_precision():
    model, inputs = make('rgb+pose').eval(), clips()
    with torch.autocast('cpu', dtype=torch.bfloat16), torch.no_grad():
        rough = model(*inputs)
    torch.testing.assert_close(rough.logits.float(), model(*inputs).logits, atol=0.02, rtol=0.05)
    torch.testing.assert_close(rough.gate.float(), model(*inputs).gate, atol=0.01, rtol=0)


def test_unknown_modes_are_refused():
    with pytest.raises(ValueError, match="no mode 'both'.*rgb_only, pose_only"):
        make('both')
