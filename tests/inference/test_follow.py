import numpy as np

from core.inference.follow import TrackedPerson, follow_people


def test_everybody_is_followed_from_the_first_sight_to_the_last(walking, estimator):
    frames = walking(30, persons=2, step=1)
    frames[:8, :, 55:] = 0                                          # the second one comes later
    people = follow_people(frames, estimator, 10)
    assert [person.number for person in people] == [1, 2]
    spans = sorted((person.first, person.last) for person in people)
    assert spans[-1][0] == 8 and {last for _, last in spans} == {29}
    assert all(person.seen.all() for person in people)


def test_short_interruptions_are_bridged_and_ghosts_left_out(walking, estimator):
    frames = walking(40, step=1)
    frames[12:16] = 0
    frames[20:22, 100:118, 130:150] = 255
    people = follow_people(frames, estimator, 10)
    assert len(people) == 1 and (people[0].first, people[0].last) == (0, 39)
    np.testing.assert_allclose(people[0].scores[12:16], 0.5)


def test_somebody_who_comes_back_much_later_is_somebody_new(walking, estimator):
    frames = walking(60, step=0)
    frames[15:50] = 0
    assert [(person.first, person.last) for person in follow_people(frames, estimator, 10)] == [(0, 14), (50, 59)]


def test_nobody_and_a_few_frames(walking, estimator):
    assert follow_people(np.zeros((5, 40, 40, 3), np.uint8), estimator, 10) == []
    assert follow_people([], estimator, 10) == []
    assert len(follow_people(walking(3, persons=2), estimator, 30)) == 2


def test_joints_outside_of_the_track_are_zero():
    person = TrackedPerson(1, 5, np.full((3, 17, 2), 7.0, np.float32), np.ones((3, 17), np.float32))
    keypoints, scores = person.at(np.array([[4, 5], [7, 8]]))
    assert keypoints[..., 0, 0].tolist() == [[0, 7], [7, 0]] and scores[..., 0].tolist() == [[0, 1], [1, 0]]
