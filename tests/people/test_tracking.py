import numpy as np
import pytest

from core.people.person import person_within
from core.people.tracking import Track, Tracker, choose_tracks, fill_gaps, join_fragments, similarity, steady

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


UNIT_BODY = np.random.default_rng(0).uniform(0, 1, (17, 2))


def sized_person(x, size=(40, 100), score=0.8):
    return person_within(UNIT_BODY * size + (x, 50), np.full(17, score), score, (2000, 400))


def track(times, x=100.0, **how):
    return Track(list(times), [sized_person(x, **how) for _ in times])


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
    seen = Track([2, 6, 20], [sized_person(100), sized_person(140), sized_person(300)])
    keypoints, scores = fill_gaps(seen.times, seen.joints, 25, max_gap=5)
    assert keypoints.shape == (25, 17, 2) and scores.shape == (25, 17)
    assert np.allclose(keypoints[[2, 6, 20]], [one.keypoints for one in seen.people])
    assert np.allclose(keypoints[3] - keypoints[2], (10, 0), atol=1e-3)
    assert np.allclose(scores[[2, 6, 20]], 0.8) and np.allclose(scores[3:6], 0.4)
    unknown = [0, 1, *range(7, 20), *range(21, 25)]
    assert not keypoints[unknown].any() and not scores[unknown].any()


def test_a_gap_of_exactly_max_gap_frames_is_filled():
    seen = Track([0, 6], [sized_person(100), sized_person(140)])
    assert fill_gaps(seen.times, seen.joints, 7, max_gap=5)[1].all()
    assert not fill_gaps(seen.times, seen.joints, 7, max_gap=4)[1][1:6].any()


LEGS, OTHER_LEGS = [11, 12, 13, 14, 15, 16], [12, 11, 14, 13, 16, 15]

STANDING = np.random.default_rng(0).uniform(0, 300, (17, 3))


@pytest.fixture
def walking():
    """A second of somebody who moves three pixels a frame."""
    joints = np.tile(STANDING, (30, 1, 1))
    joints[..., 0] += 3 * np.arange(30)[:, None]
    return joints


def test_even_motion_stays(walking):
    assert np.allclose(steady(walking, 30)[2:-2], walking[2:-2])
    assert np.allclose(steady(walking, 30), walking, atol=6)  # the ends are repeated


def test_legs_that_change_sides_for_a_while_are_put_back(walking):
    mixed = walking.copy()
    mixed[[[10], [11], [12], [13], [20]], LEGS] = walking[[[10], [11], [12], [13], [20]], OTHER_LEGS]
    assert np.allclose(steady(mixed, 30)[2:-2], walking[2:-2])


def test_a_person_who_turns_round_keeps_the_new_sides(walking):
    turned = walking.copy()
    turned[15:, LEGS] = walking[15:, OTHER_LEGS]
    assert np.allclose(steady(turned, 30)[20:-2], turned[20:-2])


def test_a_joint_that_leaps_for_two_frames_is_put_back(walking):
    leaping = walking.copy()
    leaping[10:12, 9, :2] += 150
    assert np.allclose(steady(leaping, 30)[2:-2], walking[2:-2], atol=6)


def test_few_frames_a_second_leave_everything_as_it_is(walking):
    assert (steady(walking, 3) == walking).all() and (steady(walking[:1], 30) == walking[:1]).all()
