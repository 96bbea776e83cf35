import numpy as np
import pytest

from core.data.clips.sampling import centered, even
from core.inference.windows import Windows, cut_windows, find_spans, frame_probabilities


@pytest.mark.parametrize(('num_frames', 'sampler'), [(3, centered), (8, centered), (103, centered), (103, even)])
def test_a_track_not_longer_than_a_window_is_the_clip_of_testing(num_frames, sampler):
    windows = cut_windows(num_frames, 8, 120.0, sampler)
    np.testing.assert_array_equal(windows.times, [sampler(num_frames, 8)])
    assert windows.first.tolist() == [0] and windows.stop.tolist() == [num_frames]


@pytest.mark.parametrize(('num_frames', 'length'), [(130, 120.0), (500, 120.0), (500, 100.3), (333, 29.97), (40, 2.0)])
def test_windows_share_frames_move_by_a_quarter_and_cover_the_track(num_frames, length):
    windows, stride = cut_windows(num_frames, 16, length, None), max(length / 16, 1)
    assert np.abs(np.diff(windows.times) - stride).max() < 1 and windows.times.max() < num_frames
    moves = np.diff(windows.times[:, 0])
    assert np.abs(moves[:-1] - 4 * stride).max(initial=0) < 1 and 0 <= moves[-1] <= 4 * stride + 1
    assert len(np.unique(windows.times)) <= num_frames / stride     # and not 16 for every window
    assert windows.first[0] == 0 and windows.stop[-1] == num_frames
    assert (windows.first[1:] <= windows.stop[:-1]).all()
    assert (windows.first <= windows.times[:, 0]).all() and (windows.times[:, -1] < windows.stop).all()


def test_the_first_window_shows_what_testing_would_of_a_video_of_its_length():
    np.testing.assert_array_equal(cut_windows(500, 32, 120.0, None).times[0], centered(120, 32))


def test_frames_have_the_mean_of_the_windows_that_cover_them():
    windows = Windows(np.zeros((3, 4), int), np.array([0, 2, 4]), np.array([4, 6, 8]))
    answers = np.array([[1, 0], [0, 1], [0.5, 0.5]])
    expected = np.array([1, 1, 0.5, 0.5, 0.25, 0.25, 0.5, 0.5])
    np.testing.assert_allclose(frame_probabilities(windows, answers), np.column_stack([expected, 1 - expected]))


def test_runs_of_one_label_are_spans():
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
    found = find_spans(probabilities)
    assert [span[:3] for span in found] == [(0, 1, 0), (2, 2, 1), (3, 3, 0)]
    np.testing.assert_allclose([span.probabilities for span in found], [[0.75, 0.25], [0.2, 0.8], [0.7, 0.3]])
