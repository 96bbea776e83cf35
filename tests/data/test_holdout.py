"""The validation side: whole performances, drawn by seed."""

import numpy as np

from core.data.holdout import hold_out, performance

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
