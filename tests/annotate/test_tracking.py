import numpy as np
import pytest

from core.annotate.people import person_within
from core.annotate.tracking import Tracker, similarity

BODY = np.random.default_rng(0).uniform(0, 1, (17, 2)) * (40, 100)


def person(x, y=50.0, score=0.9):
    return person_within(BODY + (x, y), np.full(17, score), score, (1000, 400))


def test_similarity_is_one_for_the_same_and_falls_with_distance():
    alike = similarity([person(100), person(500)], [person(100), person(110), person(800)])
    assert alike.shape == (2, 3)
    assert alike[0, 0] == pytest.approx(1)
    assert 0.2 < alike[0, 1] < 0.9
    assert alike[0, 2] == pytest.approx(0) and alike[1, 0] == pytest.approx(0)


def test_similarity_to_nobody_is_empty():
    assert similarity([], [person(1)]).shape == (0, 1) and similarity([person(1)], []).shape == (1, 0)


def test_two_people_keep_their_tracks_whatever_the_order():
    tracker = Tracker(max_gap=5)
    for time in range(6):
        people = [person(100 + 4 * time), person(300 - 4 * time)]
        tracker.update(time, people[::-1] if time % 2 else people)
    assert [track.times for track in tracker.tracks] == [list(range(6))] * 2
    left = np.array([seen.keypoints[0, 0] for seen in tracker.tracks[0].people])
    assert np.allclose(np.diff(left), 4, atol=1e-3)


def test_the_most_alike_pair_goes_first():
    tracker = Tracker(max_gap=5)
    tracker.update(0, [person(100)])
    tracker.update(1, [person(112), person(101)])
    assert tracker.tracks[0].people[1].keypoints[0, 0] == pytest.approx(BODY[0, 0] + 101, abs=1e-3)
    assert tracker.tracks[1].times == [1]


def test_a_track_outlives_a_short_gap_and_no_long_one():
    tracker = Tracker(max_gap=3)
    for time, people in enumerate([[person(100)], [], [], [person(100)], [], [], [], [person(100)]]):
        tracker.update(time, people)
    assert [track.times for track in tracker.tracks] == [[0, 3], [7]]


def test_expected_are_the_living_as_last_seen():
    tracker = Tracker(max_gap=2)
    assert tracker.expected == []
    tracker.update(0, [person(100), person(500)])
    last = person(102)
    tracker.update(1, [last])
    assert len(tracker.expected) == 2 and tracker.expected[0] is last
    tracker.update(2, [])
    assert tracker.expected == [last]
