import numpy as np
import pytest

from core.data.boxes import (
    BoxSettings,
    apply_affine,
    clip_boxes,
    crop_affine,
    fill_unknown,
    invert_affine,
    joint_hull,
    mirror_affine,
)

RNG = np.random.default_rng(0)
FRAME = (960, 540)
ASPECT = 160 / 96


def boxes_of(keypoints, visible=None, **settings):
    visible = np.ones(keypoints.shape[:-1]) if visible is None else visible
    return clip_boxes(keypoints, visible, FRAME, ASPECT, BoxSettings(**settings), np.random.default_rng(1))


def walking(frames=6):
    """(T, 3, 2): a triangle of joints 60 px wide and 200 px high that moves and grows."""
    triangle = np.array([[100.0, 100], [160, 200], [130, 300]])
    return np.stack([triangle * (1 + 0.1 * time) + (20 * time, 5) for time in range(frames)])


def test_affine_matches_the_published_one():
    matrix = crop_affine(np.array([300.5, 200.25]), np.array(0.9 * 200), (96, 160), 15.0)
    assert np.allclose(matrix, [[0.515160509, 0.138036762, -134.447594584],
                                [-0.138036762, 0.515160464, 18.319164186]], atol=1e-4)
    assert np.allclose(invert_affine(matrix), [[1.811110814, -0.485285441, 252.389516195],
                                               [0.485285441, 1.811110973, 32.067420959]], atol=1e-4)


def test_affine_maps_the_box_to_the_crop():
    matrix = crop_affine(np.array([400.0, 300]), np.array(120.0), (96, 160))
    corners = np.array([[400.0, 300], [340, 200], [460, 400]])
    assert np.allclose(apply_affine(matrix, corners), [[48, 80], [0, 0], [96, 160]])


def test_points_survive_the_round_trip_for_all_persons_and_frames():
    matrix = crop_affine(RNG.uniform(0, 500, (2, 5, 2)), RNG.uniform(20, 500, (2, 5)), (96, 160), 33.0)
    for maps in (matrix, mirror_affine(matrix, 96)):
        points = RNG.uniform(-100, 1000, (2, 5, 17, 2))
        assert np.allclose(apply_affine(invert_affine(maps), apply_affine(maps, points)), points)


def test_mirror_affine_mirrors_the_crop():
    matrix = crop_affine(np.array([400.0, 300]), np.array(120.0), (96, 160), 10.0)
    plain = apply_affine(matrix, walking(1)[0])
    mirrored = apply_affine(mirror_affine(matrix, 96), walking(1)[0])
    assert np.allclose(mirrored[:, 0], 95 - plain[:, 0]) and np.allclose(mirrored[:, 1], plain[:, 1])


def test_box_is_the_joint_hull_grown_to_the_aspect_and_scaled():
    boxes = boxes_of(walking(1), scale=1.3)
    assert np.allclose(boxes.center, [[130, 205]]) and np.allclose(boxes.size, [[1.3 * 120, 1.3 * 200]])
    wide = boxes_of(walking(1)[..., ::-1], scale=1.0)
    assert np.allclose(wide.size, [[200, 200 * ASPECT]])


def test_invisible_joints_do_not_count_not_even_as_nan():
    keypoints = np.concatenate([walking(), np.full((6, 1, 2), np.nan)], 1)
    visible = np.ones((6, 4))
    visible[:, 3] = 0
    assert np.allclose(boxes_of(keypoints, visible).size, boxes_of(walking()).size)


def test_modes():
    own, largest, union = (boxes_of(walking(), mode=mode) for mode in ('1-frame', '1-frame+', 'clip'))
    assert np.allclose(largest.center, own.center) and np.allclose(largest.size, own.size.max(0))
    hull, _ = joint_hull(walking().reshape(1, -1, 2), np.ones((1, 18)))
    assert np.ptp(own.size, axis=0).min() > 50 and np.allclose(union.center, hull.center)
    assert union.size.shape == (6, 2) and np.allclose(union.size / 1.3, [max(hull.size[0, 1] / ASPECT, hull.size[0, 0])
                                                                         * np.array([1, ASPECT])] * 6)


@pytest.mark.parametrize('mode', ['1-frame', '1-frame+', 'clip'])
def test_one_visible_joint_gives_a_proper_box(mode):
    visible = np.zeros((6, 3))
    visible[2, 1] = 1
    boxes = boxes_of(walking(), visible, mode=mode, scale=1.0)
    assert np.allclose(boxes.center, walking()[2, 1]) and np.allclose(boxes.size, [54 / ASPECT, 54])


def test_frames_without_joints_borrow_the_nearest_box():
    visible = np.ones((6, 3))
    visible[[0, 3, 4]] = 0
    boxes = boxes_of(walking(), visible)
    expected = boxes_of(walking())
    assert np.allclose(boxes.center, expected.center[[1, 1, 2, 2, 5, 5]])
    assert np.allclose(boxes.size, expected.size[[1, 1, 2, 2, 5, 5]])


@pytest.mark.parametrize('mode', ['1-frame', '1-frame+', 'clip'])
def test_a_person_never_seen_gets_the_whole_frame_and_leaves_others_alone(mode):
    keypoints, visible = np.stack([walking(), walking()]), np.ones((2, 6, 3))
    visible[1] = 0
    boxes = boxes_of(keypoints, visible, mode=mode)
    assert np.allclose(boxes.center[1], (480, 270)) and np.allclose(boxes.size[1], (960, 960 * ASPECT))
    assert np.allclose(boxes.size[0], boxes_of(walking(), mode=mode).size)


def test_fill_unknown_prefers_the_earlier_of_two_equally_near():
    hull, _ = joint_hull(walking(3), np.ones((3, 3)))
    filled = fill_unknown(hull, np.array([True, False, True]), FRAME)
    assert np.allclose(filled.center[1], hull.center[0])


def test_jitter_source_moves_boxes_within_limits_and_follows_the_generator():
    plain = boxes_of(walking(), scale=1.0)
    moved = boxes_of(walking(), scale=1.0, source='jitter', jitter_shift=0.1, jitter_size=0.2)
    ratio = moved.size / plain.size
    hull, _ = joint_hull(walking(), np.ones((6, 3)))
    assert np.all(np.abs(moved.center - plain.center) <= 0.1 * hull.size) and np.all(np.abs(ratio - 1) <= 0.2)
    assert len(np.unique(ratio)) > 3 and not np.allclose(moved.center, plain.center)
    again = boxes_of(walking(), scale=1.0, source='jitter', jitter_shift=0.1, jitter_size=0.2)
    assert np.array_equal(moved.center, again.center)


@pytest.mark.parametrize('mode', ['1-frame', '1-frame+', 'clip'])
def test_found_boxes_stand_in_for_the_hull(mode):
    hull = joint_hull(walking(), np.ones((6, 3)))
    settings, rng = BoxSettings(mode, source='file'), np.random.default_rng(1)
    boxes = clip_boxes(np.zeros((6, 3, 2)), np.zeros((6, 3)), FRAME, ASPECT, settings, rng, hull)
    expected = boxes_of(walking(), mode=mode)
    assert np.array_equal(boxes.center, expected.center) and np.array_equal(boxes.size, expected.size)


@pytest.mark.parametrize(('source', 'found'), [('file', None), ('jitter', joint_hull(walking(), np.ones((6, 3))))])
def test_found_boxes_and_their_source_belong_together(source, found):
    with pytest.raises(ValueError, match="box source 'file', and to no other; it is"):
        clip_boxes(walking(), np.ones((6, 3)), FRAME, ASPECT, BoxSettings(source=source), RNG, found)


@pytest.mark.parametrize('wrong', [{'mode': '2-frame'}, {'source': 'oracle'}])
def test_unknown_settings_are_refused(wrong):
    with pytest.raises(ValueError, match='is unknown; choose one of'):
        BoxSettings(**wrong)
