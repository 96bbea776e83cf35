import numpy as np
import pytest

from core.layouts import LAYOUTS, get_layout
from core.visualization.colors import CENTER, LEFT, RIGHT, WHITE
from core.visualization.draw import Skeletons, class_caption, draw_clip_strip, draw_skeleton

COCO = get_layout('coco17')
GRAY = np.full((160, 96, 3), 90, np.uint8)


def spread_joints(layout):
    """Joints on a grid, 12 px apart and 10 px from the edge."""
    index = np.arange(layout.num_joints)
    return np.stack([10.0 + 18 * (index % 5), 20.0 + 25 * (index // 5)], axis=1)


def has_color(image, color):
    return bool((image == color).all(axis=-1).any())


@pytest.mark.parametrize('name', LAYOUTS)
def test_joints_show_their_side(name):
    layout = get_layout(name)
    image = np.full((40 + 5 * layout.num_joints, 96, 3), 90, np.uint8)
    keypoints, before = spread_joints(layout), image.copy()
    drawn = draw_skeleton(image, keypoints, np.ones(layout.num_joints), layout)
    for (x, y), joint in zip(keypoints.astype(int), layout.joints, strict=True):
        expected = LEFT if joint.startswith('left') else RIGHT if joint.startswith('right') else CENTER
        assert tuple(drawn[y, x]) == expected
    np.testing.assert_array_equal(image, before)  # the input is left alone


def test_one_color_for_all():
    drawn = draw_skeleton(GRAY, spread_joints(COCO), np.ones(17), COCO, color=WHITE)
    assert has_color(drawn, WHITE) and not has_color(drawn, LEFT)


def test_joints_at_or_below_the_threshold_are_left_out_with_their_links():
    scores = np.zeros(17)
    scores[[0, 5]] = 0.5, 0.2
    keypoints = spread_joints(COCO)
    drawn = draw_skeleton(GRAY, keypoints, scores, COCO, threshold=0.2)
    changed = np.argwhere((drawn != GRAY).any(axis=2))[:, ::-1]
    assert len(changed) and np.abs(changed - keypoints[0]).max() < 6  # the nose's dot and nothing else
    np.testing.assert_array_equal(draw_skeleton(GRAY, keypoints, np.zeros(17), COCO), GRAY)


def test_joints_outside_far_away_or_not_finite_do_no_harm():
    keypoints = spread_joints(COCO)
    keypoints[5:9] = [[np.nan, 5], [np.inf, 5], [1e12, -1e12], [-50, 300]]
    drawn = draw_skeleton(GRAY, keypoints, np.ones(17), COCO)
    assert drawn.shape == GRAY.shape and has_color(drawn, CENTER)


def test_read_only_and_mirrored_frames_can_be_drawn_on():
    view = np.broadcast_to(np.uint8(90), (160, 96, 3))[:, ::-1]
    assert has_color(draw_skeleton(view, spread_joints(COCO), np.ones(17), COCO), LEFT)


def test_strip_enlarges_small_crops_and_keeps_joints_in_place():
    frames = np.stack([GRAY] * 9)
    keypoints = np.full((9, 17, 2), np.nan)
    keypoints[:, 0] = 30, 100  # only the nose, a center joint
    strip = draw_clip_strip(frames, None, Skeletons(keypoints, np.ones((9, 17))), COCO, 'caption', num_panels=3)
    assert strip.dtype == np.uint8 and strip.shape[1] == 3 * 288 + 4 * 6 and strip.shape[0] > 480
    rows, columns = np.nonzero((strip[:480, 6:294] == CENTER).all(axis=2))
    assert (columns.mean(), rows.mean()) == pytest.approx((30.5 * 3 - 0.5, 100.5 * 3 - 0.5), abs=0.3)


def test_strip_shows_annotation_below_prediction():
    frames = np.stack([GRAY] * 2)
    annotated = Skeletons(np.stack([spread_joints(COCO)] * 2), np.ones((2, 17)))
    predicted = annotated._replace(keypoints=annotated.keypoints + 6)
    strip = draw_clip_strip(frames, annotated, predicted, COCO, 'caption')
    panels = strip[40:480]
    assert strip.shape[1] == 2 * 288 + 3 * 6  # no more panels than frames
    assert all(has_color(panels, color) for color in (WHITE, LEFT, RIGHT, CENTER))
    hidden = draw_clip_strip(frames, annotated, predicted, COCO, 'caption', threshold=1.0)[40:480]
    assert has_color(hidden, WHITE) and not has_color(hidden, LEFT)


def test_large_frames_shrink():
    frames = np.zeros((1, 1080, 1920, 3), np.uint8)
    assert draw_clip_strip(frames, None, None, COCO, 'x').shape[1] == 853 + 2 * 6


def test_long_captions_wrap():
    frames = GRAY[None]
    short, long = (draw_clip_strip(frames, None, None, COCO, text) for text in ('walk', 'walk ' * 30))
    assert long.shape[0] > short.shape[0] and long.shape[1] == short.shape[1]


def test_class_caption():
    assert class_caption('walk', 'run', 0.876) == 'true: walk\npredicted: run (88%, wrong)'
    assert 'correct' in class_caption('walk', 'walk', 1.0)
