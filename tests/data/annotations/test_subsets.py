"""The validation side: whole performances, drawn by seed."""

import numpy as np
import pytest

from core.data.annotations.subsets import hold_out, performance, resample

NAMES = [f'S001C{camera:03d}P{subject:03d}R001A{action:03d}'
         for subject in (1, 2, 4) for action in range(1, 11) for camera in (2, 3)]

ALL = np.arange(len(NAMES))


def test_all_views_of_a_performance_stay_together():
    train, validation = hold_out(ALL, NAMES, 0.2, seed=1)
    assert len(validation) == 2 * round(0.2 * 30)
    assert not {performance(NAMES[i]) for i in train} & {performance(NAMES[i]) for i in validation}
    assert sorted([*train, *validation]) == ALL.tolist()


def test_seed_decides_and_zero_holds_nothing():
    assert np.array_equal(hold_out(ALL, NAMES, 0.2, 1)[1], hold_out(ALL, NAMES, 0.2, 1)[1])
    assert not np.array_equal(hold_out(ALL, NAMES, 0.2, 1)[1], hold_out(ALL, NAMES, 0.2, 2)[1])
    assert len(hold_out(ALL, NAMES, 0.0)[1]) == 0


def test_all_views_of_an_nucla_performance_stay_together():
    names = [f'a{action:02d}_s01_e{execution:02d}_v{view:02d}'
             for action in (1, 12) for execution in range(10) for view in (1, 2)]
    train, validation = hold_out(np.arange(len(names)), names, 0.2)
    assert len(validation) == 2 * round(0.2 * 20)
    assert not {performance(names[i]) for i in train} & {performance(names[i]) for i in validation}
    assert performance('a01_s01_e10_v03') == 'a01_s01_e10'


def test_other_names_are_their_own_performance():
    assert performance('video_7') == 'video_7'


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
