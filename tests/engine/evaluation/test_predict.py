"""What a model answers about batches, and the figure that chooses the best weights."""


import numpy as np
import torch
from torch import nn

from core.data.clips.person_clips import Clip
from core.engine.evaluation.predict import EvaluationSettings, map_points, predict
from core.engine.evaluation.views import Views
from core.engine.runtime import Runtime
from core.layouts import COCO17
from core.models.output import JointOutput

CPU = Runtime(torch.device('cpu'))


class LeftHalf(nn.Module):
    """Three classes, told by the color of the left half of all crops of a clip."""

    def forward(self, frames, person_mask, crop_to_image, image_size):
        return JointOutput(logits=frames[..., :frames.shape[-2] // 2, :].float().mean((1, 2, 3, 4)))


def make_batch(index, frames):
    """Clips (B, 1, T, 4, 6, 3) without joints."""
    count, times = len(index), frames.shape[2]
    joints = torch.zeros(count, 1, times, 17, 2)
    return Clip(frames, joints, joints[..., 0], joints, torch.eye(2, 3).expand(count, 1, times, 2, 3),
                torch.full((count, 2), 9.0), torch.ones(count, 1), torch.zeros(count, dtype=torch.int64),
                torch.tensor(index))


def test_answers_are_in_the_order_of_the_dataset():
    frames = torch.rand(3, 1, 2, 4, 6, 3)
    found = predict(LeftHalf(), [make_batch([2, 0], frames[[2, 0]]), make_batch([1], frames[1:2])], CPU)
    assert found.index.tolist() == [0, 1, 2] and found.pose is None
    np.testing.assert_allclose(found.probabilities, LeftHalf()(frames, *[None] * 3).logits.softmax(-1), rtol=1e-5)


def test_clips_and_mirror_images_are_averaged():
    frames = 9 * torch.rand(2, 1, 6, 4, 6, 3)
    views = [half.mean((1, 2, 3, 4)).softmax(-1) for clip in frames.split(2, dim=2)
             for half in (clip[..., :3, :], clip[..., 3:, :])]
    found = predict(LeftHalf(), [make_batch([0, 1], frames)], CPU, EvaluationSettings(Views(3, COCO17.flip_order)))
    np.testing.assert_allclose(found.probabilities, sum(views) / 6, rtol=1e-5)
    found = predict(LeftHalf(), [make_batch([0, 1], frames)], CPU, EvaluationSettings(Views(3)))
    np.testing.assert_allclose(found.probabilities, sum(views[::2]) / 3, rtol=1e-5)


def test_affine_maps_points():
    affine = torch.tensor([[2., 0, 1], [0, 3, -1]])
    assert map_points(affine, torch.tensor([[1., 1.], [0., 2.]])).tolist() == [[3, 2], [1, 5]]
