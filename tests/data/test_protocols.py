import re

import numpy as np
import pytest

from core.data.annotations import Annotation
from core.data.ntu import DIRTY_SEQUENCES
from core.data.protocols import PROTOCOLS, select

NOTHING = np.zeros((1, 1, 17, 2))


def records(*names):
    return [Annotation(name, 0, 1, (1920, 1080), NOTHING, NOTHING[..., 0]) for name in names]


def ntu_names(subjects=range(1, 41), cameras=(1, 2, 3), setup=1):
    return [f'S{setup:03d}C{camera:03d}P{subject:03d}R001A001' for subject in subjects for camera in cameras]


def test_cross_subject_and_cross_view():
    names = ntu_names()
    subject = select(records(*names), 'cs')
    assert (len(subject.train), len(subject.test)) == (60, 60)
    assert {names[index][8:12] for index in subject.train} == {
        f'P{number:03d}' for number in (1, 2, 4, 5, 8, 9, *range(13, 20), 25, 27, 28, 31, 34, 35, 38)}
    view = select(records(*names), 'cv')
    assert {names[index][4:8] for index in view.train} == {'C002', 'C003'}
    assert {names[index][4:8] for index in view.test} == {'C001'}
    assert sorted([*view.train, *view.test]) == list(range(120)) and view.train.dtype == np.int64


def test_nucla_trains_on_two_views_or_on_even_subjects_whatever_the_number_of_setups():
    names = [f'a{action:02d}_s{subject:02d}_e00_v{view:02d}'
             for action in (1, 12) for subject in range(1, 11) for view in (1, 2, 3)]
    view = select(records(*names), 'cv', num_setups=1)
    assert (len(view.train), len(view.test)) == (40, 20)
    assert {names[index][-3:] for index in view.test} == {'v03'}
    subject = select(records(*names), 'cs')
    assert (len(subject.train), len(subject.test)) == (30, 30)
    assert {names[index][4:7] for index in subject.test} == {'s01', 's03', 's05', 's07', 's09'}
    assert not view.report.left_out and not subject.report.left_out


def test_names_of_two_data_sets_are_refused():
    with pytest.raises(ValueError, match="mix N-UCLA names such as 'a01_s01_e00_v01' and others such as 'S001C001P001"):
        select(records(*ntu_names(), 'a01_s01_e00_v01'), 'cv')


def test_report_says_what_was_left_out_and_why():
    names = [*ntu_names((1, 3)), *ntu_names((1,), setup=9), *ntu_names((1,), setup=18), *sorted(DIRTY_SEQUENCES)]
    available = {*names, 'S001C001P001R001A060'} - {names[0]}
    report = select(records(*names), 'cs', available=available, num_setups=8).report
    assert len(DIRTY_SEQUENCES) == 10
    assert {reason: len(out) for reason, out in report.left_out.items()} == {
        'without a frame directory': 1, 'of a setup above 8': 3, 'outside NTU-60': 3, 'listed as dirty': 10,
        'without an annotation': 1}
    assert re.search(r'2 training and 3 test .*1 without a frame directory \(S001C001P001R001A001\)', str(report))


def test_random_half_of_the_training_side_depends_on_the_seed_only():
    everything, half = select(records(*ntu_names()), 'cv'), select(records(*ntu_names()), 'cv', half_seed=1)
    assert len(half.train) == 40 and set(half.train) < set(everything.train)
    assert np.array_equal(half.test, everything.test) and np.all(np.diff(half.train) > 0)
    assert np.array_equal(half.train, select(records(*ntu_names()), 'cv', half_seed=1).train)
    assert not np.array_equal(half.train, select(records(*ntu_names()), 'cv', half_seed=2).train)


def test_own_split():
    split = {'xsub_train': ['b', 'z'], 'xsub_val': ['a'], 'both': ['a', 'b']}
    chosen = select(records('a', 'b', 'c'), 'split:xsub_train,xsub_val', split=split)
    assert chosen.train.tolist() == [1] and chosen.test.tolist() == [0]
    assert chosen.report.left_out == {'in neither list': ('c',), 'without an annotation': ('z',)}
    with pytest.raises(ValueError, match='lists, which are: xsub_train, xsub_val, both'):
        select(records('a'), 'split:train,val', split=split)
    with pytest.raises(ValueError, match="2 ids such as 'a' on both sides|1 ids such as 'b' on both sides"):
        select(records('a', 'b'), 'split:xsub_train,both', split=split)


def test_empty_sides_and_unknown_protocols_are_refused():
    with pytest.raises(ValueError, match='no sequence is left for the test side'):
        select(records(*ntu_names((1,))), 'cs')
    with pytest.raises(ValueError, match='no sequence is left for the train side'):
        select(records(*ntu_names((3,))), 'cs')
    with pytest.raises(ValueError, match=f"'xs' is unknown; choose one of {', '.join(PROTOCOLS)}"):
        select(records(*ntu_names()), 'xs')
    with pytest.raises(ValueError, match='no NTU name'):
        select(records('a'), 'cs')
