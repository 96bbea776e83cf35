import numpy as np
import pytest

from core.data.frames.video import VideoReader, write_video
from core.inference.follow import TrackedPerson
from core.inference.overlay import COLORS, Marking, draw_people, overlay
from core.inference.video_actions import Timeline, VideoActions


def a_marking(left=40, top=40, number=1, text='walk 90%'):
    points = np.random.default_rng(0).uniform((left, top), (left + 30, top + 60), (17, 2))
    return Marking(number, points, np.ones(17), text)


LONG = 'a rather long name of an action 100%'


@pytest.mark.parametrize(('size', 'left', 'top', 'text'), [
    ((320, 240), 100, 80, LONG), ((321, 243), -10, -10, LONG), ((241, 243), 200, 200, LONG), ((63, 49), 40, 20, 'sit')])
def test_names_stay_inside_and_sides_become_even(size, left, top, text):
    frame = np.zeros((size[1], size[0], 3), np.uint8)
    drawn = draw_people(frame, [a_marking(left, top, text=text)])
    assert drawn.shape == (size[1] + size[1] % 2, size[0] + size[0] % 2, 3) and not frame.any()
    bar = (drawn == COLORS[0]).all(-1)
    filled = np.flatnonzero(bar.sum(1) > 0.15 * min(size[0], 150))       # rows of the bar
    columns = np.flatnonzero(bar[filled].any(0))
    assert len(filled) >= 5 and columns.min() >= 0 and columns.max() < drawn.shape[1]
    assert (drawn[filled] < 80).all(-1)[:, columns].any()               # letters


def test_tracks_have_colors_of_their_own():
    drawn = draw_people(np.zeros((240, 320, 3), np.uint8), [a_marking(), a_marking(200, number=2)])
    assert all((drawn == color).all(-1).any() for color in COLORS[:2])


def test_people_are_drawn_where_and_when_they_are_seen(tmp_path):
    person = TrackedPerson(1, 1, np.tile(a_marking().keypoints, (3, 1, 1)), np.array([1, 0, 1])[:, None] * np.ones(17))
    timeline = Timeline(person, np.tile([0.2, 0.8], (3, 1)))
    actions = VideoActions((161, 121), np.arange(6) / 10, [timeline])
    frames = list(overlay(np.zeros((5, 121, 161, 3), np.uint8), actions, ('sit', 'walk')))
    assert [bool(frame.any()) for frame in frames] == [False, True, False, True, False]
    write_video(tmp_path / 'overlay.mp4', frames, actions.rate)
    assert [frame.shape for frame in VideoReader(tmp_path / 'overlay.mp4')] == [(122, 162, 3)] * 5
