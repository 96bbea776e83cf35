import numpy as np
import pytest

from core.data.boxes import Boxes
from core.data.clips.augment import Augmentation, ClipDraw, augment_boxes, change_colors, color_matrix, flip_joints
from core.layouts import get_layout


def test_draws_stay_in_their_ranges_and_keep_their_probabilities():
    rng = np.random.default_rng(0)
    augmentation = Augmentation(scale_range=(0.8, 1.2), rotation_range=(-30.0, 10.0), shift=0.1)
    draws = [augmentation.draw(rng) for _ in range(2000)]
    scales, angles = np.array([draw.scale for draw in draws]), np.array([draw.rotation for draw in draws])
    assert 0.8 <= scales.min() < 0.82 and 1.18 < scales.max() <= 1.2 and abs((scales != 1).mean() - 0.6) < 0.05
    assert -30 <= angles.min() < -28 and 8 < angles.max() <= 10 and abs((angles != 0).mean() - 0.4) < 0.05
    assert abs(np.mean([draw.mirror for draw in draws]) - 0.5) < 0.05
    assert 0.09 < np.abs([draw.shift for draw in draws]).max() <= 0.1


def test_a_setting_changes_only_its_own_draw():
    both = [Augmentation(flip_prob=flip, rotation_prob=0.0).draw(np.random.default_rng(5)) for flip in (0.0, 1.0)]
    assert (both[0].mirror, both[1].mirror) == (False, True)
    assert both[0].scale == both[1].scale and np.array_equal(both[0].shift, both[1].shift)
    assert Augmentation(color=0.0).draw(np.random.default_rng(5)).color is None


def test_boxes_move_and_scale_alike_in_every_frame():
    boxes = Boxes(np.zeros((2, 4, 2)), np.full((2, 4, 2), 50.0))
    moved = augment_boxes(boxes, ClipDraw(scale=1.1, shift=np.array([0.1, -0.2])))
    assert np.allclose(moved.center, (5, -10)) and np.allclose(moved.size, 55)
    assert np.array_equal(augment_boxes(boxes, ClipDraw()).size, boxes.size)


@pytest.mark.parametrize(('gains', 'expected'), [
    ((1, 1, 1), (100, 150, 200)),
    ((1.1, 1, 1), (110, 165, 220)),
    ((1.5, 1, 1), (150, 225, 255)),
    ((1, 0.5, 1), (114, 139, 164)),
    ((1, 1, 0), (141, 141, 141)),
])
def test_colors(gains, expected):
    frames = np.broadcast_to(np.array([100, 150, 200], np.uint8), (2, 3, 5, 4, 3)).copy()
    changed = change_colors(frames, color_matrix(*gains))
    assert changed.shape == frames.shape and changed.dtype == np.uint8
    assert np.all(np.abs(changed.astype(int) - expected) <= 1)


def test_flip_joints_swaps_sides_and_is_its_own_inverse():
    rng = np.random.default_rng(0)
    order = get_layout('coco17').flip_order
    keypoints, visible = rng.uniform(0, 96, (2, 4, 17, 2)), rng.integers(0, 2, (2, 4, 17)).astype(float)
    flipped, seen = flip_joints(keypoints, visible, 96, order)
    assert np.allclose(flipped[..., 9, :], keypoints[..., 10, :] * (-1, 1) + (95, 0))
    assert np.array_equal(seen[..., 9], visible[..., 10]) and np.array_equal(seen[..., 0], visible[..., 0])
    back, seen = flip_joints(flipped, seen, 96, order)
    assert np.allclose(back, keypoints) and np.array_equal(seen, visible)
