"""Skeleton streams against hand-made joints."""

import dataclasses

import numpy as np
import pytest

from core.data.clips.streams import (
    SCORE_DIFFERENCES,
    STREAMS,
    bones,
    format_gcn_input,
    motion,
    prenormalize_2d,
    skeleton_features,
)
from core.layouts import LAYOUTS, get_layout

COCO = get_layout('coco17')


def joints(persons: int = 2, frames: int = 4, num_joints: int = 17, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(persons, frames, num_joints, channels)).astype(np.float32)


def test_positions_span_the_image_and_scores_are_appended():
    keypoints = np.array([[0, 0], [1920, 1080], [960, 540], [480, 810]], dtype=np.float16).reshape(1, 1, 4, 2)
    normalized = prenormalize_2d(keypoints, np.ones((1, 1, 4)))
    assert normalized.dtype == np.float32
    assert normalized[0, 0].tolist() == [[-1, -1, 1], [1, 1, 1], [0, 0, 1], [-0.5, 0.5, 1]]
    assert prenormalize_2d(keypoints[:, :, :1], image_size=(960, 540)).tolist() == [[[[-1, -1]]]]


def test_joints_without_confidence_move_to_the_center_but_keep_their_score():
    keypoints = np.array([[100, 100, 0.01], [np.nan, 5, 0.0], [100, 100, 0.02]]).reshape(1, 1, 3, 3)
    before = keypoints.copy()
    normalized = prenormalize_2d(keypoints)[0, 0]
    assert normalized[:2, :2].tolist() == [[0, 0], [0, 0]]
    assert normalized[0, 2] == np.float32(0.01) and normalized[2, 0] < -0.8
    np.testing.assert_array_equal(keypoints, before)


def test_bones_point_at_the_other_end_with_the_mean_score():
    keypoints = joints()
    result = bones(keypoints, COCO)
    np.testing.assert_array_equal(result[..., 11, :2], keypoints[..., 11, :2] - keypoints[..., 0, :2])
    np.testing.assert_allclose(result[..., 9, 2], (keypoints[..., 9, 2] + keypoints[..., 7, 2]) / 2)
    assert not result[..., 0, :2].any()
    np.testing.assert_array_equal(result[..., 0, 2], keypoints[..., 0, 2])


def test_a_third_coordinate_is_not_a_score():
    layout = get_layout('ntu25')
    keypoints = joints(num_joints=25)
    np.testing.assert_array_equal(bones(keypoints, layout, scored=False)[..., 21, 2],
                                  keypoints[..., 21, 2] - keypoints[..., 22, 2])
    np.testing.assert_array_equal(motion(keypoints, scored=False)[:, :-1], np.diff(keypoints, axis=1))


def test_motion_is_the_forward_difference_with_a_still_end():
    keypoints = joints()
    result = motion(keypoints)
    np.testing.assert_array_equal(result[:, 0, :, :2], keypoints[:, 1, :, :2] - keypoints[:, 0, :, :2])
    np.testing.assert_allclose(result[:, 0, :, 2], (keypoints[:, 0, :, 2] + keypoints[:, 1, :, 2]) / 2)
    assert not result[:, -1].any()


@pytest.mark.parametrize('name', list(LAYOUTS))
def test_streams_are_concatenated_in_the_given_order(name):
    layout = get_layout(name)
    keypoints = joints(num_joints=layout.num_joints)
    features = skeleton_features(keypoints, layout, list(STREAMS))
    assert features.shape == (2, 4, layout.num_joints, 12) and features.dtype == np.float32
    np.testing.assert_array_equal(features[..., :3], keypoints)
    averaged = name not in SCORE_DIFFERENCES
    np.testing.assert_array_equal(features[..., 9:], motion(bones(keypoints, layout, averaged), averaged))


def test_scores_of_whole_bodies_are_subtracted():
    keypoints = joints(num_joints=65)
    _, bone, joint_motion, bone_motion = np.split(skeleton_features(keypoints, get_layout('wholebody65'),
                                                                    list(STREAMS)), 4, axis=-1)
    np.testing.assert_array_equal(bone[..., 24, :], keypoints[..., 24, :] - keypoints[..., 23, :])
    assert not bone[..., 0, :].any()
    np.testing.assert_array_equal(joint_motion[:, :-1], np.diff(keypoints, axis=1))
    np.testing.assert_array_equal(bone_motion[:, :-1], np.diff(bone, axis=1))


def test_wrong_streams_and_layouts_without_bones_are_refused():
    with pytest.raises(ValueError, match='angle'):
        skeleton_features(joints(), COCO, ['j', 'angle'])
    with pytest.raises(ValueError, match='no bones'):
        skeleton_features(joints(), dataclasses.replace(COCO, bones=()), ['b'])


def test_persons_are_padded_cut_or_repeated_and_clips_split():
    keypoints = joints(persons=1, frames=6)
    padded = format_gcn_input(keypoints, num_clips=2)
    assert padded.shape == (2, 2, 3, 17, 3)
    np.testing.assert_array_equal(padded[1, 0], keypoints[0, 3:])
    assert not padded[:, 1].any()
    looped = format_gcn_input(keypoints, loop=True)
    np.testing.assert_array_equal(looped[0, 1], keypoints[0])
    np.testing.assert_array_equal(format_gcn_input(joints(persons=3))[0], joints(persons=3)[:2])


def test_frames_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match='2 clips'):
        format_gcn_input(joints(frames=5), num_clips=2)
