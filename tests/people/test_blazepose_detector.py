import numpy as np
import pytest

from core.people.blazepose_detector import (
    BlazePoseDetector,
    BodyDetections,
    Region,
    decode_detections,
    make_anchors,
    merge_detections,
    region_around,
    sigmoid,
)


def raw_outputs(people):
    """Outputs of the network for two people, each given as ``(anchor, hips, circle)`` in fractions of the picture."""
    values, logits = np.zeros((1, 2254, 12), np.float32), np.full((1, 2254, 1), -1000, np.float32)
    anchors = make_anchors()
    for logit, (anchor, hips, circle) in zip((5, 3), people, strict=True):
        points = np.array([hips, (0, 0), hips, circle, hips, hips]) - anchors[anchor]
        points[1] = (0.1, 0.1)                                          # the box's size is not relative
        values[0, anchor], logits[0, anchor] = 224 * points.reshape(-1), logit
    return values, logits


def test_anchors_are_cell_centers_from_fine_to_coarse():
    anchors = make_anchors()
    assert anchors.shape == (2254, 2)
    np.testing.assert_allclose(anchors[[0, 1, 2, 56]] * 224, [[4, 4], [4, 4], [12, 4], [4, 12]])
    np.testing.assert_allclose(anchors[28 * 28 * 2] * 224, [8, 8])
    np.testing.assert_allclose(anchors[-6:] * 224, np.full((6, 2), 208))


def test_sigmoid_knows_no_overflow():
    with np.errstate(all='raise'):
        np.testing.assert_allclose(sigmoid(np.float32([-1000, 0, 1000])), [0, 0.5, 1])


def test_decoding_adds_the_anchor_and_sorts_by_score():
    values, logits = np.zeros((3, 12)), np.array([0.1, -0.1, 2.0])
    anchors = np.array([[0.5, 0.5], [0, 0], [0.25, 0.75]])
    values[2] = [22.4, 0, 44.8, 22.4, 0, 11.2, *[0] * 6]
    found = decode_detections(values, logits, anchors)
    np.testing.assert_allclose(found.scores, sigmoid(np.array([2.0, 0.1])))
    np.testing.assert_allclose(found.boxes, [[0.25, 0.7, 0.45, 0.8], [0.5, 0.5, 0.5, 0.5]])
    np.testing.assert_allclose(found.points[0], [[0.25, 0.8], *[[0.25, 0.75]] * 3])


def test_overlapping_detections_become_their_weighted_mean():
    boxes = np.array([[0, 0, 1, 1], [0.1, 0, 1.1, 1], [3, 3, 4, 4]])
    points = np.arange(3.0)[:, None, None] * np.ones((3, 4, 2))
    merged = merge_detections(BodyDetections(boxes, points, np.array([0.9, 0.6, 0.5])))
    np.testing.assert_allclose(merged.boxes, [[0.04, 0, 1.04, 1], [3, 3, 4, 4]])
    np.testing.assert_allclose(merged.points[:, 0, 0], [0.4, 2])
    np.testing.assert_allclose(merged.scores, [0.9, 0.5])


def test_nothing_found_merges_to_nothing():
    merged = merge_detections(BodyDetections(np.empty((0, 4)), np.empty((0, 4, 2)), np.empty(0)))
    assert merged.points.shape == (0, 4, 2) and merged.scores.shape == (0,)


@pytest.mark.parametrize(('width', 'height'), [(200, 100), (100, 200)])
def test_regions_undo_the_letterbox_and_put_the_head_up(width, height):
    seen = []

    def network(picture):
        seen.append(picture)
        return raw_outputs([(100, (0.5, 0.5), (0.5, 0.25)), (2000, (0.75, 0.5), (0.95, 0.5))])

    standing, lying = BlazePoseDetector(network)(np.full((height, width, 3), 255, np.uint8))
    picture, = seen
    assert picture.shape == (1, 224, 224, 3) and picture.dtype == np.float32
    assert picture[0, 112, 112].tolist() == [1, 1, 1] and sorted(picture[0, [3, 112], [112, 3], 0].tolist()) == [-1, 1]
    middle = np.array([width - 1, height - 1]) / 2
    np.testing.assert_allclose(standing.center, middle, atol=1e-4)
    np.testing.assert_allclose(lying.center, middle + (50, 0), atol=1e-4)
    np.testing.assert_allclose([standing.size, lying.size], [2 * 1.25 * 50, 2 * 1.25 * 40], atol=1e-3)
    np.testing.assert_allclose([standing.angle, lying.angle], [0, np.pi / 2], atol=1e-5)


CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5]])


def test_an_upright_region_maps_its_corners_to_the_frame():
    region = Region(np.array([50, 40]), 20)
    np.testing.assert_allclose(region.to_frame(CORNERS), [[40, 30], [60, 30], [60, 50], [40, 50], [50, 40]])


@pytest.mark.parametrize('direction', [(0, -1), (1, 0), (0, 1), (-1, 0), (0.6, -0.8)])
def test_up_in_the_region_is_where_it_was_told(direction):
    center, direction = np.array([30.0, 20.0]), np.array(direction)
    region = region_around(center, center + 7 * direction, 40)
    np.testing.assert_allclose(region.to_frame(np.array([0.5, 0])), center + 20 * direction, atol=1e-9)


@pytest.mark.parametrize('angle', [0.0, 0.4, np.pi / 2, -2.5])
def test_a_spot_in_the_cut_maps_back_to_its_place(angle):
    frame = np.zeros((120, 160, 3), np.uint8)
    frame[54:57, 89:92] = 255                                           # center of the spot: (90, 55)
    region = Region(np.array([80.0, 60.0]), 64, angle)
    cut = region.cut(frame, 128)[..., 0].astype(float)
    row, column = (np.indices(cut.shape) * cut).sum(axis=(1, 2)) / cut.sum()
    found = region.to_frame((np.array([column, row]) + 0.5) / 128)
    np.testing.assert_allclose(found, [90, 55], atol=0.1)


def test_what_lies_outside_the_frame_is_black():
    cut = Region(np.array([0.0, 0.0]), 20).cut(np.full((50, 50, 3), 200, np.uint8), 20)
    assert cut.shape == (20, 20, 3)
    assert cut[:9].max() == 0 and cut[11:, 11:].min() == 200
