import numpy as np
import pytest

from core.data.resampling import resample


def times_taken(labels, num_classes, times, seed=0):
    return np.bincount(resample(labels, num_classes, times, np.random.default_rng(seed)), minlength=len(labels))


def test_whole_numbers_repeat_the_blocks_of_classes():
    labels = [3, 0, 1, 2, 3]
    assert times_taken(labels, 4, (1, 2)).tolist() == [2, 1, 1, 2, 2]
    assert times_taken(labels, 4, (1, 0, 3, 2)).tolist() == [2, 1, 0, 3, 2]
    assert resample(labels, 4, (1.0,), np.random.default_rng(0)).tolist() == [0, 1, 2, 3, 4]


def test_a_fraction_draws_that_share_of_every_class():
    labels = np.random.default_rng(1).permutation(np.repeat([0, 1, 2, 3], (10, 20, 40, 0)))
    taken = times_taken(labels, 4, (1, 1.3))
    assert [int(taken[labels == label].sum()) for label in range(3)] == [10, 20, 52]
    assert set(taken[labels == 2].tolist()) == {1, 2}
    half = times_taken(labels, 4, (0.5,))
    assert [int(half[labels == label].sum()) for label in range(3)] == [5, 10, 20] and half.max() == 1


def test_the_draw_follows_the_generator():
    labels = np.zeros(50, np.int64)
    one, again, other = (times_taken(labels, 2, (1.5,), seed).tolist() for seed in (0, 0, 1))
    assert one == again != other


def test_classes_that_cannot_be_shared_out_are_refused():
    with pytest.raises(ValueError, match='CLASS_TIMES has 2 numbers, which 99 classes cannot be shared out to'):
        resample([0], 99, (1, 2), np.random.default_rng(0))
