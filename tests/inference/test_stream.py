"""A stream answers as its model does on the clip of the newest frames, and looks at each frame once."""

import pytest
import torch
from torch import nn

from core.config import load_config
from core.data.clips.sampling import centered
from core.inference.stream import FrameRing, FrameStream, TracedModel
from core.models.pose.lite_hrnet import LiteHRNet, LiteHRNetSpec
from core.models.pose.lite_module import StageSpec
from core.models.pose.pose_net import PoseNet
from core.systems.build import build_model

CLIPS, SIZE, SHOWN = 2, 4, 6
SMALL = ['IMAGE_SIZE', '[32,64]', 'CLIP_SIZE', str(SIZE), 'NUM_ACTION', '5']
MODELS = {
    'stgcnpp': ['SKELETON.NAME', 'stgcnpp', 'IMPLICIT.MODE', 'moments', 'IMPLICIT.GEOM', 'image'],
    'ms_stgcnpp': ['SKELETON.NAME', 'ms_stgcnpp', 'IMPLICIT.MODE', 'embed'],
    'cross-attention': ['MULTI_FUSE', 'true'],
    'late_conv': ['MULTI_FUSE', 'true', 'VISUAL.NAME', 'late_conv'],
}


def footage(persons, frames=SHOWN):
    """Crops, mask, affine maps and sizes of two clips; in the second one only the first person exists."""
    generator = torch.Generator().manual_seed(1)
    crops = torch.randint(0, 255, (CLIPS, persons, frames, 64, 32, 3), dtype=torch.uint8, generator=generator)
    mask = torch.ones(CLIPS, persons)
    mask[1, 1:] = 0
    affine = torch.tensor([[2., 0, 10], [0, 2, 20]]).repeat(CLIPS, persons, frames, 1, 1)
    affine[..., 2] += 5 * torch.rand(CLIPS, persons, frames, 2, generator=generator)
    return crops, mask, affine, torch.tensor([[480., 270.]]).expand(CLIPS, 2)


def lively(*overrides, persons):
    """A model whose answers depend on the pixels, which those of a fresh one hardly do: its convolutions are tiny."""
    torch.manual_seed(0)
    return enliven(build_model(load_config(overrides=[*SMALL, *overrides])), persons)


def enliven(model, persons):
    """Draw weights of the usual size, and let the norms see some footage."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight)
        elif isinstance(layer, nn.modules.batchnorm._BatchNorm):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            layer.momentum = 0.5
    nn.init.normal_(model.pose.head.final_layer.weight, std=0.005)
    with torch.no_grad():
        model.train()(*footage(persons, frames=16))
    return model.eval()


def push(stream, clip, time):
    crops, mask, affine, size = clip
    stream.push(crops[:, :, time], mask, affine[:, :, time], size)


def clip_answer(model, clip, chosen):
    crops, mask, affine, size = clip
    with torch.no_grad():
        return model(crops[:, :, chosen], mask, affine[:, :, chosen], size)


@pytest.mark.parametrize('persons', [1, 2])
@pytest.mark.parametrize('name', MODELS)
def test_equals_the_clip_of_the_newest_frames(name, persons):
    model, clip = lively(*MODELS[name], persons=persons), footage(persons)
    stream = FrameStream(model, SIZE)
    for time in range(SHOWN):
        push(stream, clip, time)
        if time % 2:                                         # half a clip, a whole one, and one whose start is over
            chosen = centered(time + 1, SIZE) if time < SIZE else torch.arange(time + 1 - SIZE, time + 1)
            expected = clip_answer(model, clip, chosen)
            torch.testing.assert_close(stream.answer(), expected.logits, atol=1e-4, rtol=0)
            torch.testing.assert_close(stream.poses.x, expected.simcc_x[:, :, min(time, SIZE - 1)], atol=1e-4, rtol=0)
    shuffled = clip_answer(model, clip, chosen.flip(0)).logits
    assert (shuffled - expected.logits).abs().max() > 0.01   # order counts, or the comparison above proves nothing


def shallow(*overrides):
    """A lively model with a short backbone, as the recording of a graph takes time by its length."""
    torch.manual_seed(0)
    model = build_model(load_config(overrides=[*SMALL, *overrides, 'SKELETON.NAME', 'stgcnpp']))
    backbone = LiteHRNet(LiteHRNetSpec((StageSpec(1, (40, 80), num_blocks=1),)))
    model.pose = PoseNet(backbone, model.pose.head, model.pose.taps)
    return enliven(model, persons=2)


@pytest.mark.parametrize('visual', [[], ['MULTI_FUSE', 'true', 'VISUAL.TAPS', "['s0b1']"]])
def test_recorded_graphs_answer_as_the_model(visual):
    model, clip = shallow(*visual), footage(2)
    traced = TracedModel(model)
    stream = FrameStream(traced, SIZE)
    for time in range(SIZE):
        push(stream, clip, time)
    first = [clip[0][:, :, :SIZE], clip[1], clip[2][:, :, :SIZE], clip[3]]
    expected = clip_answer(model, clip, torch.arange(SIZE))
    torch.testing.assert_close(stream.answer(), expected.logits, atol=1e-4, rtol=0)
    for found, wanted in zip(traced(*first), expected, strict=True):
        assert (found is None) == (wanted is None)
        assert found is None or (found - wanted).abs().max() < 1e-4


def test_each_frame_is_seen_once():
    model, clip = lively(*MODELS['stgcnpp'], persons=1), footage(1)
    lengths = []
    model.pose.register_forward_hook(lambda module, inputs, output: lengths.append(len(inputs[0])))
    stream = FrameStream(model, SIZE)
    for time in range(SHOWN):
        push(stream, clip, time)
        stream.answer()
    assert lengths == [CLIPS] * SHOWN


def test_a_window_is_a_view_of_one_array():
    ring = FrameRing(3)
    windows = []
    for number in range(8):
        ring.push(torch.full((1, 1, 1, 2), float(number)))
        windows.append(ring.window())
    assert windows[-1][0, 0, :, 0].tolist() == [5, 6, 7]
    assert len({window.untyped_storage().data_ptr() for window in windows[2:]}) == 1


def test_an_answer_before_the_first_frame_is_refused():
    with pytest.raises(ValueError, match='push one first'):
        FrameStream(lively(*MODELS['stgcnpp'], persons=1), SIZE).answer()


def test_another_number_of_persons_is_refused():
    stream = FrameStream(lively(*MODELS['stgcnpp'], persons=1), SIZE)
    push(stream, footage(2), 0)
    with pytest.raises(ValueError, match='start a new stream'):
        push(stream, footage(1), 0)
