"""Preprocessing recipes against slow literal versions of the published ones."""

import math
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from core.data.annotations.skeletons import SkeletonRecord
from core.data.clips.pose_compact import PicturePoses, compact, compact_box, resize
from core.data.clips.recipes import CTRGCN, PREPROCESS, PoseCompact, PreNormalize, stretch, view_rotation
from core.data.clips.sampling import even, repeating
from core.data.clips.streams import bones, motion, prenormalize_2d
from core.layouts import get_layout

NUCLA, COCO = get_layout('nucla20'), get_layout('coco17')
FEEDER = CTRGCN(NUCLA, sampler=repeating, test_sampler=even)


class Fixed:
    """Generator whose draws are given; ``random`` gives numbers that mirror nothing unless told."""

    def __init__(self, integers=(0, 0), uniform=(1, 1), random=1.0):
        self._values = {'integers': integers, 'uniform': uniform, 'random': random}

    def __getattr__(self, name):
        return lambda *_: np.asarray(self._values[name])

    def choice(self, count, length, **_):
        return np.arange(length) % count


def spatial(frames=7):
    joints = np.random.default_rng(frames).normal(size=(1, frames, 20, 3)).astype(np.float32)
    return SkeletonRecord('a01_s01_e00_v01', 0, joints)


def in_pixels(frames=40):
    rng = np.random.default_rng(0)
    joints = np.concatenate([rng.uniform(0, 200, (1, frames, 17, 2)), np.ones((1, frames, 17, 1))], -1)
    joints[0, :, 3] = 0
    return SkeletonRecord('A', 0, joints.astype(np.float32), (320, 240))


def feeder(joints, about_x, about_y, scale):
    """CTR-GCN's ``feeder_ucla.py`` up to the sampling: joints (T, V, 3) → (T, V, 3)."""
    x, y = math.radians(about_x), math.radians(about_y)
    turn_x = [[1, 0, 0], [0, math.cos(x), math.sin(x)], [0, -math.sin(x), math.cos(x)]]
    turn_y = [[math.cos(y), 0, -math.sin(y)], [0, 1, 0], [math.sin(y), 0, math.cos(y)]]
    rows = (joints - joints[0, 1]).reshape(-1, 3)
    rows = np.dot(rows, np.dot(np.dot(turn_y, turn_x), np.diag([scale] * 3)))
    rows = (rows - np.min(rows, axis=0)) / (np.max(rows, axis=0) - np.min(rows, axis=0))
    return (rows * 2 - 1).reshape(joints.shape)


@pytest.mark.parametrize('scale', [0.5, 1.0, 1.5])
def test_ctrgcn_turns_and_stretches_like_the_feeder_whatever_its_scale(scale):
    record = spatial()
    clip = FEEDER(record, 7, True, Fixed(integers=(25, -40)))
    np.testing.assert_allclose(clip[0], feeder(record.keypoints[0].astype(float), 25, -40, scale), atol=1e-5)
    assert clip.dtype == np.float32


@pytest.mark.parametrize('frames', [1, 30, 201])
def test_ctrgcn_tests_on_even_frames_without_a_turn(frames):
    record = spatial(frames)
    clip = FEEDER(record, 52, False, np.random.default_rng(0))
    times = np.linspace(0, frames - 1, 52).astype(int)
    np.testing.assert_allclose(clip[0], feeder(record.keypoints[0].astype(float), 0, 0, 1)[times], atol=1e-5)


def test_ctrgcn_draws_whole_degrees_and_frames_in_order_with_repetition():
    frames = np.arange(30.0)
    record = SkeletonRecord('A', 0, np.broadcast_to(frames[:, None, None], (1, 30, 20, 3)).astype(np.float32))
    drawn = []
    for seed in range(20):
        rng = Mock(wraps=np.random.default_rng(seed))
        height = FEEDER(record, 52, True, rng)[0, :, 0, 1]  # grows or falls evenly with the frame's number
        low, high = rng.integers.call_args.args
        assert (low.tolist(), high.tolist()) == ([-60, -60], [61, 61])
        steps = np.diff(height)
        assert np.all(steps >= 0) or np.all(steps <= 0)
        drawn.append(np.unique(height.round(4)).size)
    assert 20 < np.mean(drawn) < 29  # 30 * (1 - (29 / 30) ** 52) = 24.9 different frames on average


def test_view_range_bounds_the_turns():
    rng = Mock(wraps=np.random.default_rng(0))
    CTRGCN(NUCLA, view_range=(0, 45))(spatial(), 7, True, rng)
    low, high = rng.integers.call_args_list[0].args
    assert (low.tolist(), high.tolist()) == ([0, -45], [1, 46])


def test_training_clip_covers_a_random_share_of_the_sequence():
    frames = np.arange(40.0)[:, None, None]
    record = SkeletonRecord('A', 0, np.broadcast_to(frames, (40, 20, 3))[None].astype(np.float32))
    recipe = CTRGCN(NUCLA, p_interval=(0.5, 0.5), view_range=(0, 0))
    spans = [np.ptp(recipe(record, 20, True, np.random.default_rng(seed))[0, :, 0, 0]) for seed in range(20)]
    np.testing.assert_allclose(spans, 2 * 19 / 39, atol=1e-5)           # 20 of 40 frames in a row, -1..1 over all
    starts = {round(float(recipe(record, 20, True, np.random.default_rng(seed))[0, 0, 0, 0]), 3) for seed in range(20)}
    assert len(starts) > 5
    assert np.ptp(recipe(record, 40, False, np.random.default_rng(0))[0, :, 0, 0]) == 2


def test_streams_of_ctrgcn_are_made_of_the_drawn_frames():
    record = spatial(30)
    joints, bone, bone_motion = (CTRGCN(NUCLA, stream)(record, 16, True, np.random.default_rng(1))
                                 for stream in ('j', 'b', 'bm'))
    np.testing.assert_array_equal(bone, bones(joints, NUCLA, scored=False))
    np.testing.assert_array_equal(bone_motion, motion(bone, scored=False))
    assert not bone_motion[:, -1].any() and bone_motion[..., 2].any()


def test_mirror_swaps_left_and_right():
    record = spatial()
    plain = FEEDER(record, 7, True, Fixed(random=0.0))
    mirrored = replace(FEEDER, mirror_prob=1.0)(record, 7, True, Fixed(random=0.0))
    np.testing.assert_allclose(mirrored[..., 4, :], plain[..., 8, :] * (-1, 1, 1), atol=1e-5)
    np.testing.assert_allclose(mirrored[..., 3, :], plain[..., 3, :] * (-1, 1, 1), atol=1e-5)


def test_axes_without_extent_become_zero():
    joints = np.random.default_rng(0).normal(size=(1, 4, 20, 3)).astype(np.float32)
    joints[..., 2] = 7
    assert not stretch(joints)[..., 2].any()
    assert np.abs(stretch(joints)[..., :2]).max() == 1
    record = SkeletonRecord('A', 0, np.ones((1, 3, 20, 3), np.float32))
    assert not CTRGCN(NUCLA)(record, 5, True, np.random.default_rng(0)).any()


def test_view_rotation_keeps_lengths_and_turns_about_x_last():
    matrix = view_rotation(30, 50)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(np.array([0, 1, 0]) @ view_rotation(90, 0), [0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(np.array([1, 0, 0]) @ view_rotation(90, 90), [0, 1, 0], atol=1e-6)


def test_prenormalize_builds_the_stream_before_it_samples():
    record = in_pixels()
    clip = PreNormalize(COCO, 'jm')(record, 8, False, np.random.default_rng(0))
    whole = motion(prenormalize_2d(record.keypoints, image_size=(320, 240)))
    np.testing.assert_array_equal(clip, whole[:, 2::5])


def test_prenormalize_stretches_and_mirrors_positions_but_not_scores():
    record = in_pixels()
    plain = prenormalize_2d(record.keypoints, image_size=(320, 240))
    stretched = PreNormalize(COCO, mirror_prob=0.0)(record, 40, True, Fixed(integers=range(40), uniform=(0.8, 1.2)))
    np.testing.assert_allclose(stretched, plain * np.array((0.8, 1.2, 1)), atol=1e-6)
    mirrored = PreNormalize(COCO)(record, 40, True, Fixed(integers=range(40), random=0.4))
    np.testing.assert_allclose(mirrored, plain[..., COCO.flip_order, :] * (-1, 1, 1), atol=1e-6)
    assert not stretched[..., 3, :].any()


def test_pose_compact_fills_a_heatmap_around_its_middle():
    record = in_pixels()
    clip = PoseCompact(COCO)(record, 40, False, np.random.default_rng(0))
    whole = PicturePoses(record.keypoints, record.image_size)
    wanted = resize(compact(whole, compact_box(whole)), (64, 64)).keypoints
    np.testing.assert_allclose(clip[..., [0, 1, 2, 4], :2], wanted[..., [0, 1, 2, 4], :2] - 31.5, atol=1e-5)
    assert not clip[..., 3, 2].any() and (clip[..., 4, 2] == 1).all()          # joint 3 is missing
    low, high = (31.5 + extreme(clip[..., 4:, :2], (0, 1, 2)) for extreme in (np.min, np.max))
    np.testing.assert_allclose(np.concatenate([low, 64 - high]), 64 / 10, atol=0.6)  # padding of a quarter, both sides


def test_test_clips_of_pose_compact_share_one_box():
    record = in_pixels()
    record.keypoints[..., :2] *= np.linspace(1, 2, 40, dtype=np.float32)[:, None, None]
    clips = replace(PoseCompact(COCO), num_clips=2)(record, 20, False, np.random.default_rng(0))
    whole = PoseCompact(COCO)(record, 40, False, np.random.default_rng(0))
    np.testing.assert_array_equal(clips, np.concatenate([whole[:, ::2], whole[:, 1::2]], 1))
    alone = PoseCompact(COCO)(replace(record, keypoints=record.keypoints[:, ::2]), 20, False, np.random.default_rng(0))
    assert np.abs(alone - whole[:, ::2]).max() > 0.1


def test_pose_compact_crops_and_mirrors_in_training():
    record, recipe = in_pixels(), PoseCompact(COCO, mirror_prob=0.0, train_size=48)
    plain = recipe(record, 40, True, np.random.default_rng(5))
    mirrored = replace(recipe, mirror_prob=1.0)(record, 40, True, np.random.default_rng(5))
    wanted = plain[..., COCO.flip_order, :] * (-1, 1, 1) + (1, 0, 0)           # x → 48 - x, half a pixel off the middle
    seen = mirrored[..., 2] > 0
    np.testing.assert_allclose(mirrored[seen], wanted[seen], atol=1e-4)
    others = [recipe(record, 40, True, np.random.default_rng(seed)) for seed in range(4)]
    spans = [np.ptp(clip[clip[..., 2] > 0][:, 0]) for clip in others]
    assert min(spans) > 48 * 0.75 and np.ptp(spans) > 1
    large = replace(recipe, area_range=(1.0, 1.0))
    assert np.ptp(large(record, 40, True, np.random.default_rng(0))[..., 4:, 0]) < max(spans)


def test_pose_compact_refuses_streams_other_than_joints():
    with pytest.raises(ValueError, match='DATASET.STREAM is b, but DATASET.PREPROCESS pose_compact places joints'):
        PoseCompact(COCO, 'b')


@pytest.mark.parametrize('name', list(PREPROCESS))
def test_every_recipe_gives_clips_of_the_asked_size_for_short_and_long_sequences(name):
    make, layout = (spatial, NUCLA) if name == 'ctrgcn' else (in_pixels, COCO)
    for frames in (1, 30):
        for training in (True, False):
            clip = PREPROCESS[name](layout)(make(frames), 128, training, np.random.default_rng(0))
            assert clip.shape == (1, 128, layout.num_joints, 3) and clip.dtype == np.float32
            assert np.isfinite(clip).all()


def test_unknown_streams_are_refused():
    with pytest.raises(ValueError, match="'angle' is unknown"):
        CTRGCN(NUCLA, 'angle')(spatial(), 7, False, np.random.default_rng(0))
