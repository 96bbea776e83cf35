import numpy as np
import pytest

from core.annotate.people import person_within
from core.annotate.tracking import Track
from core.annotate.tracks import choose_tracks, fill_gaps, join_fragments

BODY = np.random.default_rng(0).uniform(0, 1, (17, 2))


def person(x, size=(40, 100), score=0.8):
    return person_within(BODY * size + (x, 50), np.full(17, score), score, (2000, 400))


def track(times, x=100.0, **how):
    return Track(list(times), [person(x, **how) for _ in times])


def test_fragments_of_one_person_are_joined():
    joined = join_fragments([track(range(30, 40), 130), track(range(10))], max_gap=10)
    assert [one.times for one in joined] == [[*range(10), *range(30, 40)]]
    assert joined[0].people[0].keypoints[0, 0] < joined[0].people[-1].keypoints[0, 0]


@pytest.mark.parametrize(('times', 'x'), [(range(5, 15), 100), (range(12, 20), 900)], ids=['at one time', 'far away'])
def test_others_are_not_joined(times, x):
    assert len(join_fragments([track(range(10)), track(times, x)], max_gap=10)) == 2


def test_who_was_lost_for_longer_may_have_gone_farther():
    assert len(join_fragments([track(range(10)), track(range(12, 20), 300)], max_gap=10)) == 2
    assert len(join_fragments([track(range(10)), track(range(60, 70), 300)], max_gap=10)) == 1
    assert len(join_fragments([track(range(10)), track(range(60, 70), 300)], max_gap=10, longest=40)) == 2


def test_the_nearest_fragment_is_taken():
    joined = join_fragments([track(range(10), 100), track(range(10), 160), track(range(12, 20), 150)], max_gap=10)
    assert [one.times[-1] for one in joined] == [9, 19]


def test_the_strongest_come_first_and_others_must_be_seen_long_enough():
    small, brief, large = track(range(30), 100, size=(10, 25)), track(range(8), 500), track(range(30), 300)
    assert choose_tracks([small, brief, large], 30, 2) == [large, small]
    assert choose_tracks([brief, large], 30, 2) == [large]
    assert choose_tracks([brief], 30, 2) == [brief]
    assert choose_tracks([], 30, 2) == []
    unsure = track(range(30), 300, score=0.05)
    assert choose_tracks([unsure, small], 30, 1) == [small]


def test_short_gaps_are_filled_on_a_line_with_lower_scores():
    seen = Track([2, 6, 20], [person(100), person(140), person(300)])
    keypoints, scores = fill_gaps(seen.times, seen.joints, 25, max_gap=5)
    assert keypoints.shape == (25, 17, 2) and scores.shape == (25, 17)
    assert np.allclose(keypoints[[2, 6, 20]], [one.keypoints for one in seen.people])
    assert np.allclose(keypoints[3] - keypoints[2], (10, 0), atol=1e-3)
    assert np.allclose(scores[[2, 6, 20]], 0.8) and np.allclose(scores[3:6], 0.4)
    unknown = [0, 1, *range(7, 20), *range(21, 25)]
    assert not keypoints[unknown].any() and not scores[unknown].any()


def test_a_gap_of_exactly_max_gap_frames_is_filled():
    seen = Track([0, 6], [person(100), person(140)])
    assert fill_gaps(seen.times, seen.joints, 7, max_gap=5)[1].all()
    assert not fill_gaps(seen.times, seen.joints, 7, max_gap=4)[1][1:6].any()
