"""Clips and mirror images of a sequence: what the model sees, and how its answers are averaged."""

import dataclasses

import numpy as np
import pytest
import torch
from torch.utils.data import default_collate

from core.config import load_config
from core.data.annotations.skeletons import SkeletonRecord
from core.data.boxes import BoxSettings
from core.data.build import build_data
from core.data.clips.augment import Augmentation, flip_joints, mirror_features
from core.data.clips.recipes import CTRGCN, PreNormalize
from core.data.clips.sampling import centered
from core.engine.evaluation.views import average_views, join_clips, mirror_back, split_clips
from core.layouts import COCO17, get_layout
from core.models.output import JointOutput
from core.models.pose.coding import SimCCCoding
from core.models.pose.simcc import decode_simcc, encode_simcc


def test_clips_become_batch_entries_and_frames_again():
    frames, mask = torch.arange(2 * 3 * 8).view(2, 3, 8, 1), torch.tensor([[1, 0, 0], [1, 1, 0]])
    split, masks = split_clips((frames, mask), 4)
    assert split.shape == (8, 3, 2, 1)
    assert torch.equal(split[5], frames[1, :, 2:4])  # the second clip of the second sequence
    assert masks[:, 1].tolist() == [0] * 4 + [1] * 4
    assert torch.equal(join_clips(split, 4), frames)


def test_mirrored_clips_are_those_of_the_dataset_under_a_mirror(tiny_overrides):
    dataset = build_data(load_config(overrides=tiny_overrides)).test.dataset
    dataset.boxes = BoxSettings()
    plain = default_collate([dataset[index] for index in range(3)])
    dataset.training, dataset.sampler = True, centered
    dataset.augmentation = Augmentation(scale_prob=0, rotation_prob=0, flip_prob=1, shift=0, color=0)
    expected = default_collate([dataset[index] for index in range(3)])
    frames, mask, crop_to_image, image_size = plain.mirrored(COCO17.flip_order)
    assert torch.allclose(crop_to_image, expected.crop_to_image, atol=1e-4)
    assert torch.equal(mask, expected.person_mask) and torch.equal(image_size, expected.image_size)
    error = (frames.float() - expected.frames.float()).abs()     # OpenCV rounds positions to 1/32 pixel
    assert error.mean() < 1 and (plain.frames.float() - expected.frames.float()).abs().mean() > 10


@pytest.mark.parametrize('stream', ['j', 'b', 'jm', 'bm'])
@pytest.mark.parametrize('recipe', [CTRGCN(get_layout('nucla20')), PreNormalize(COCO17)])
def test_mirrored_features_are_those_of_mirrored_joints(recipe, stream):
    recipe, layout = dataclasses.replace(recipe, stream=stream), recipe.layout
    joints = np.random.default_rng(0).uniform(0, 100, (2, 9, layout.num_joints, 3)).astype(np.float32)
    mirrored = joints[..., layout.flip_order, :].copy()
    mirrored[..., 0] = 100 - mirrored[..., 0]
    size = (100, 100) if recipe.in_pixels else None
    plain, expected = (torch.from_numpy(recipe(SkeletonRecord('A', 0, points, size), 4, False, None))[None]
                       for points in (joints, mirrored))
    found = mirror_features(plain, layout.flip_order)
    assert torch.allclose(found, expected, atol=1e-5) and not torch.allclose(plain, expected, atol=0.1)


def test_poses_of_mirrored_clips_are_mirrored_back():
    size, joints = (32, 64), np.random.default_rng(0).uniform(8, (24, 56), (5, 17, 2))
    mirrored, visible = flip_joints(joints, np.ones((5, 17)), size[0], COCO17.flip_order)
    target = encode_simcc(torch.from_numpy(mirrored), torch.from_numpy(visible), image_size=size, sigma=2.0)
    output = JointOutput(target.x.clamp(min=1e-9).log(), target.y.clamp(min=1e-9).log(), torch.zeros(5, 2))
    back = mirror_back(output, COCO17.flip_order, SimCCCoding(size, sigma=2.0))
    found, _ = decode_simcc(back.simcc_x, back.simcc_y, sigma=2.0, mode='expect')
    np.testing.assert_allclose(found, joints, atol=0.02)
    assert back.logits is output.logits and mirror_back(JointOutput(logits=output.logits), (), None).simcc_x is None


def test_means_are_of_probabilities():
    generator = torch.Generator().manual_seed(0)
    views = [JointOutput(*(5 * torch.randn(6, *shape, generator=generator) for shape in
                           ((1, 4, 17, 20), (1, 4, 17, 30), (7,), (7,)))) for _ in range(2)]
    mean = average_views(views, 3)
    logits = torch.stack([view.logits for view in views]).softmax(-1)                        # (2, 2 * 3, 7)
    assert torch.allclose(mean.logits.softmax(-1)[1], logits[:, 3:].mean((0, 1)), atol=1e-6)
    bins = (views[0].simcc_y.softmax(-1) + views[1].simcc_y.softmax(-1)) / 2
    assert mean.simcc_y.shape == (2, 1, 12, 17, 30)
    assert torch.allclose(mean.simcc_y.softmax(-1)[1, :, 4:8], bins[4], atol=1e-6)           # clip 1 of sequence 1
    assert mean.visual_logits is None


def test_one_view_stays_as_it_is():
    output = JointOutput(logits=torch.randn(3, 5))
    assert torch.allclose(average_views([output], 1).logits.softmax(-1), output.logits.softmax(-1))
