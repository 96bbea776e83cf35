import numpy as np
import pytest

from core.people.person import box_overlaps, box_shares, distinct_people, person_similarity, person_within

FRAME = (200, 100)


def a_person(shift=(0, 0), frame=FRAME, spread=(40, 60)):
    points = np.random.default_rng(0).uniform((60, 20), (60 + spread[0], 20 + spread[1]), (17, 2))
    return person_within(points + shift, np.full(17, 0.9), 0.8, frame)


def test_joints_outside_the_frame_are_moved_inside_and_the_box_ends_there():
    points = np.full((17, 2), 50.0)
    points[0], points[1] = (-30, 40), (250, 130)
    person = person_within(points, np.ones(17), 1, FRAME)
    np.testing.assert_array_equal(person.keypoints[:2], [[0, 40], [199, 99]])
    np.testing.assert_allclose(person.box, [0, 40 - 1 - 19.9, 199, 99], atol=1e-3)
    assert {array.dtype for array in (person.keypoints, person.scores, person.box)} == {np.dtype(np.float32)}


def test_a_box_has_an_area_even_where_all_joints_are_one_corner():
    box = person_within(np.full((17, 2), -5.0), np.ones(17), 1, FRAME).box
    assert (box[2:] > box[:2]).all() and (box >= 0).all()


def test_box_overlaps():
    boxes = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30]], dtype=float)
    np.testing.assert_allclose(box_overlaps(boxes[:2], boxes), [[1, 1 / 3, 0], [1 / 3, 1, 0]])
    assert box_overlaps(boxes[:1], np.empty((0, 4))).shape == (1, 0)


def test_box_shares():
    boxes = np.array([[0, 0, 10, 10], [5, 5, 10, 10], [5, 0, 25, 10]], dtype=float)
    np.testing.assert_allclose(box_shares(boxes[:1], boxes), [[1, 1, 0.5]])


def test_similarity_is_one_for_the_same_joints_and_falls_with_distance():
    values = [person_similarity(a_person(), a_person((shift, 0))) for shift in (0, 3, 10, 60)]
    assert values[0] == pytest.approx(1) and values[3] < 0.05
    assert values == sorted(values, reverse=True)


def test_similarity_follows_cocos_formula():
    first, second = a_person(), a_person((4, 0))
    area = np.prod(first.box[2:] - first.box[:2])
    nose = np.exp(-16 / (2 * area * (2 * 0.026) ** 2))
    second.keypoints[1:] = first.keypoints[1:]
    assert person_similarity(first, second) == pytest.approx((16 + nose) / 17, abs=1e-4)


def test_of_people_found_twice_the_first_stays():
    first, again, other = a_person(), a_person((2, 1)), a_person((90, 0))
    assert distinct_people([first, again, other]) == [first, other]


def test_somebody_in_the_box_of_another_is_the_other_whatever_the_joints():
    first = a_person()
    turned = person_within(first.keypoints[::-1] * 0.5 + first.keypoints.mean(axis=0) * 0.5, first.scores, 0.7, FRAME)
    assert person_similarity(first, turned) < 0.5
    assert distinct_people([first, turned]) == [first] and distinct_people([turned, first]) == [turned]
