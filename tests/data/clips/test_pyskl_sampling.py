"""PYSKL's sampling against numbers its own code gave."""

import numpy as np
import pytest

from core.data.clips.pyskl_sampling import TEST_SEED, pyskl, uniform_sample


@pytest.mark.parametrize(('num_frames', 'seed', 'first', 'total'), [
    (73, TEST_SEED, [0, 1, 2, 3, 4, 5, 6, 7], 35910),
    (130, TEST_SEED, [0, 2, 4, 5, 6, 7, 8, 9], 64249),
    (260, TEST_SEED, [1, 3, 5, 8, 10, 14, 16, 18], 129141),
    (130, 289800, [0, 2, 4, 5, 6, 8, 9, 11], 64115)])
def test_test_clips_are_pyskl_numbers(num_frames, seed, first, total):
    indices = uniform_sample(num_frames, 100, np.random.RandomState(seed), num_clips=10, test_mode=True)
    assert indices.shape == (1000,)
    assert indices[:8].tolist() == first
    assert indices.sum() == total


@pytest.mark.parametrize('num_frames', [1, 20, 47, 48, 49, 95, 96, 97, 300])
@pytest.mark.parametrize('test_mode', [True, False])
def test_indices_are_inside_and_rise_where_the_sequence_is_long_enough(num_frames, test_mode):
    indices = uniform_sample(num_frames, 48, np.random.RandomState(1), test_mode=test_mode)
    assert indices.min() >= 0 and indices.max() < num_frames
    if num_frames >= 48:
        assert (np.diff(indices) > 0).all()


def test_short_test_clips_start_evenly_spread():
    clips = uniform_sample(20, 48, np.random.RandomState(1), num_clips=4, test_mode=True).reshape(4, 48)
    assert clips[:, 0].tolist() == [0, 5, 10, 15]
    clips = uniform_sample(3, 8, np.random.RandomState(1), num_clips=5, test_mode=True).reshape(5, 8)
    assert clips[:, 0].tolist() == [0, 1, 2, 0, 1]


def test_an_interval_covers_part_of_the_sequence():
    clips = uniform_sample(1000, 10, np.random.RandomState(1), num_clips=50, p_interval=(0.5, 0.5)).reshape(50, 10)
    span = clips[:, -1] - clips[:, 0]
    assert span.max() < 500 and clips.max() > 700


def test_global_generator_is_not_touched():
    before = np.random.get_state()[1].copy()
    uniform_sample(130, 100, np.random.RandomState(1))
    assert (np.random.get_state()[1] == before).all()


def test_empty_sequence_is_refused():
    with pytest.raises(ValueError, match='at least 1'):
        uniform_sample(0, 10, np.random.RandomState(1))


def test_clips_of_a_test_sequence_are_those_of_one_draw():
    together = uniform_sample(130, 48, np.random.RandomState(TEST_SEED), 10, test_mode=True)
    apart = [pyskl(130, 48, clip=clip, num_clips=10) for clip in range(10)]
    assert np.array_equal(np.concatenate(apart), together) and together.sum() == 30724
