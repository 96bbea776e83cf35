"""Crops of keypoints against hand-made numbers; the official ones are in tests/parity."""

import numpy as np
import pytest

from core.data.clips.pose_compact import (
    Box,
    PicturePoses,
    central_box,
    compact,
    compact_box,
    crop,
    flip,
    random_box,
    random_crop,
    resize,
    short_side,
)


def poses(*points, size=(400, 300)):
    joints = np.concatenate([np.array(points, np.float32), np.full((len(points), 1), 0.5, np.float32)], -1)
    return PicturePoses(joints[None, None], size)


WIDE = poses((100, 50), (200, 90), (0, 0))
"""A box of 100 x 40 pixels around (150, 70), and a missing joint."""


@pytest.mark.parametrize(('options', 'box'), [
    ({}, (87, 7, 125, 125)),                                      # 62.5 to each side, cut towards 0
    ({'hw_ratio': None}, (87, 45, 125, 50)),
    ({'hw_ratio': (0.8, 0.8), 'padding': 0.0}, (100, 30, 100, 80)),
    ({'padding': 1.0}, (50, -30, 200, 200)),
    ({'padding': 1.0, 'allow_imgpad': False}, (50, 0, 200, 170)),
    ({'threshold': 41}, (0, 0, 400, 300)),
])
def test_box_around_everybody(options, box):
    assert compact_box(WIDE, **options) == box


def test_an_axis_is_missing_by_itself_and_nobody_leaves_the_picture_whole():
    assert compact_box(poses((100, 50), (200, 90), (0, 250)), hw_ratio=None, padding=0) == (100, 50, 100, 200)
    assert compact_box(poses((0, 0))) == (0, 0, 400, 300)


def test_only_cropping_moves_missing_joints():
    box = Box(87, 7, 125, 125)
    kept, moved = compact(WIDE, box), crop(WIDE, box)
    assert kept.size == moved.size == (125, 125)
    assert kept.keypoints[0, 0].tolist() == [[13, 43, 0.5], [113, 83, 0.5], [0, 0, 0.5]]
    assert moved.keypoints[0, 0].tolist() == [[13, 43, 0.5], [113, 83, 0.5], [-87, -7, 0.5]]
    assert WIDE.keypoints[0, 0, 0].tolist() == [100, 50, 0.5]


def test_resize_stretches_each_axis():
    resized = resize(WIDE, (200, 600))
    assert resized.keypoints[0, 0, 0].tolist() == [50, 100, 0.5] and resized.size == (200, 600)
    assert [short_side(size, 64) for size in ((969, 872), (100, 250), (64, 64))] == [(71, 64), (64, 160), (64, 64)]


def test_flip_exchanges_joints_but_not_missing_ones():
    flipped = flip(WIDE, (1, 0, 2))
    assert flipped.keypoints[0, 0].tolist() == [[200, 90, 0.5], [300, 50, 0.5], [0, 0, 0.5]]


def test_random_boxes_lie_inside_and_keep_area_and_aspect():
    rng = np.random.default_rng(0)
    left, top, width, height = np.array([random_box((80, 64), (0.5, 0.9), rng) for _ in range(300)]).T
    assert min(left.min(), top.min()) == 0 and (left + width).max() == 80 and (top + height).max() == 64
    share, aspect = width * height / (80 * 64), width / height
    assert 0.48 < share.min() < 0.55 and 0.8 < share.max() < 0.92
    assert 0.73 < aspect.min() < 0.85 and 1.25 < aspect.max() < 1.37


def test_no_fitting_box_means_the_central_square():
    assert random_box((400, 20), (0.9, 1.0), np.random.default_rng(0)) == central_box((400, 20), 20) == (190, 0, 20, 20)


def test_random_crop_works_on_a_picture_of_64_pixels():
    cropped = random_crop(WIDE, (0.25, 0.25), np.random.default_rng(0))
    assert abs(np.prod(cropped.size) - 85 * 64 / 4) < 60          # 400 x 300 → 85 x 64
    distance = cropped.keypoints[0, 0, 1] - cropped.keypoints[0, 0, 0]
    np.testing.assert_allclose(distance, (100 * 85 / 400, 40 * 64 / 300, 0), rtol=1e-5)
