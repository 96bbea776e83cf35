import re
from pathlib import Path

import numpy as np
import pytest

from core.data.annotations.ntu import UNUSABLE_POSES, UNUSABLE_SKELETONS
from core.data.annotations.protocols import PROTOCOLS, Subset, select
from core.data.annotations.records import Annotation

FIXTURES = Path(__file__).parents[2] / 'fixtures'
NOTHING = np.zeros((1, 1, 17, 2))


def records(*names):
    """Records of these names; the class is the last digit of the name, or 0."""
    return [Annotation(name, int(name[-1]) if name[-1].isdigit() else 0, 1, (1920, 1080), NOTHING, NOTHING[..., 0])
            for name in names]


def ntu_names(subjects=range(1, 41), cameras=(1, 2, 3), setup=1, actions=(1,)):
    return [f'S{setup:03d}C{camera:03d}P{subject:03d}R001A{action:03d}'
            for subject in subjects for camera in cameras for action in actions]


def lines(file):
    return [line.split(': ') for line in (FIXTURES / file).read_text().splitlines()]


@pytest.fixture(scope='module')
def all_ntu():
    """Records of all 114,480 sequences of NTU-120.

    ``ntu_names.txt`` has a line 'setup: subjects' for each setup. Everyone in it performed every action (1 to 60 up to
    setup 17, then 61 to 120) twice before three cameras. Without the listed missing skeletons these are, name by name,
    the 113,945 skeleton files from which the literature counts.
    """
    return records(*(f'S{int(setup):03d}C{camera:03d}P{int(subject):03d}R{replication:03d}A{action:03d}'
                     for setup, subjects in lines('ntu_names.txt') for camera in (1, 2, 3)
                     for subject in subjects.split() for replication in (1, 2)
                     for action in (range(1, 61) if int(setup) <= 17 else range(61, 121))))


@pytest.fixture(scope='module')
def all_nucla():
    """Records of all 1,484 sequences of N-UCLA; ``nucla_names.txt`` lists the views of execution e00, e01, ..."""
    return records(*(f'{start}_e{execution:02d}_v{int(view):02d}' for start, executions in lines('nucla_names.txt')
                     for execution, views in enumerate(executions.split()) for view in views))


@pytest.mark.parametrize(('protocol', 'num_setups', 'num_train', 'num_test', 'missing'), [
    ('cs', 17, 40091, 16487, 302), ('cv', 17, 37646, 18932, 302),
    ('cs', 32, 63026, 50919, 535), ('cset', 32, 54468, 59477, 535)])
def test_published_counts_of_ntu_skeletons(all_ntu, protocol, num_setups, num_train, num_test, missing):
    report = select(all_ntu, protocol, num_setups=num_setups, unusable=UNUSABLE_SKELETONS).report
    assert (report.num_train, report.num_test) == (num_train, num_test)
    left_out = {reason: len(names) for reason, names in report.left_out.items()}
    assert left_out.pop('listed as having no complete Kinect skeleton') == missing
    assert left_out == ({'of a setup above 17': 114480 - 56880} if num_setups == 17 else {})


def test_other_input_leaves_the_dirty_sequences_out_and_keeps_those_without_a_skeleton(all_ntu):
    with_skeleton = [record for record in all_ntu if record.name not in UNUSABLE_SKELETONS]
    report = select(with_skeleton, 'cs', unusable=UNUSABLE_POSES).report
    assert (report.num_train, report.num_test) == (40084, 16484)
    report = select(all_ntu, 'cs', unusable=UNUSABLE_POSES).report
    assert report.num_train + report.num_test == 56880 - 10
    assert set(report.left_out) == {'listed as dirty', 'of a setup above 17'}


def test_published_counts_of_nucla(all_nucla):
    view, subject = (select(all_nucla, protocol).report for protocol in ('cv', 'cs'))
    assert (view.num_train, view.num_test) == (1020, 464)
    assert (subject.num_train, subject.num_test) == (760, 724)


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


def test_cross_setup_trains_on_even_setups():
    names = [*ntu_names((1,), setup=1), *ntu_names((1,), setup=18), *ntu_names((41,), setup=19)]
    chosen = select(records(*names), 'cset', num_setups=32)
    assert {names[index][:4] for index in chosen.train} == {'S018'}
    assert {names[index][:4] for index in chosen.test} == {'S001', 'S019'}


def test_nucla_trains_on_two_views_or_on_even_subjects_whatever_the_number_of_setups():
    names = [f'a{action:02d}_s{subject:02d}_e00_v{view:02d}'
             for action in (1, 12) for subject in range(1, 11) for view in (1, 2, 3)]
    view = select(records(*names), 'cv', num_setups=32)
    assert (len(view.train), len(view.test)) == (40, 20)
    assert {names[index][-3:] for index in view.test} == {'v03'}
    subject = select(records(*names), 'cs', num_setups=1)
    assert (len(subject.train), len(subject.test)) == (30, 30)
    assert {names[index][4:7] for index in subject.test} == {'s01', 's03', 's05', 's07', 's09'}
    assert not view.report.left_out and not subject.report.left_out


@pytest.mark.parametrize(('name', 'protocol', 'num_setups', 'message'), [
    ('S001C001P001R001A001', 'cset', 17, 'NTU-60; choose cs or cv, or correct DATASET.NUM_S 17'),
    ('S001C001P001R001A001', 'cv', 18, 'NTU-120; choose cs or cset, or correct DATASET.NUM_S 18'),
    ('a01_s01_e00_v01', 'cset', 32, 'N-UCLA; choose cs or cv$')])
def test_protocols_of_another_data_set_are_refused(name, protocol, num_setups, message):
    with pytest.raises(ValueError, match=f"'{protocol}' is not defined for {message}"):
        select(records(name), protocol, num_setups=num_setups)


def test_names_of_two_data_sets_are_refused():
    with pytest.raises(ValueError, match="mix N-UCLA names such as 'a01_s01_e00_v01' and others such as 'S001C001P001"):
        select(records(*ntu_names(), 'a01_s01_e00_v01'), 'cv')


def test_report_says_what_was_left_out_and_why():
    names = [*ntu_names((1, 3)), *ntu_names((1,), setup=9), *ntu_names((1,), setup=18), *sorted(UNUSABLE_POSES)]
    available = {*names, 'S001C001P001R001A060'} - {names[0]}
    report = select(records(*names), 'cs', available=available, unusable=UNUSABLE_POSES, num_setups=10).report
    assert {reason: len(out) for reason, out in report.left_out.items()} == {
        'without a frame directory': 1, 'of a setup above 10': 9, 'listed as dirty': 4, 'without an annotation': 1}
    assert re.search(r'5 training and 3 test .*1 without a frame directory \(S001C001P001R001A001\)', str(report))


def test_random_half_of_the_training_side_depends_on_the_seed_only():
    everything, half = (select(records(*ntu_names()), 'cv', subset=Subset(half, seed=1)) for half in (False, True))
    assert len(half.train) == 40 and set(half.train) < set(everything.train)
    assert np.array_equal(half.test, everything.test) and np.all(np.diff(half.train) > 0)
    assert len(half.report.left_out['outside the random half']) == 40
    again, other = (select(records(*ntu_names()), 'cv', subset=Subset(half=True, seed=seed)) for seed in (1, 2))
    assert np.array_equal(half.train, again.train) and not np.array_equal(half.train, other.train)


def test_few_of_every_class():
    names = [*ntu_names((1, 2, 3), actions=(1, 2, 3)), *ntu_names((1,), cameras=(2,), actions=(5,))]
    everything, few = (select(records(*names), 'cv', subset=Subset(few=few)) for few in (0, 4))
    assert np.array_equal(few.test, everything.test) and set(few.train) < set(everything.train)
    assert np.unique([names[index][-1] for index in few.train], return_counts=True)[1].tolist() == [4, 4, 4, 1]
    assert len(few.report.left_out['outside the random 4 of each class']) == 6
    other = select(records(*names), 'cv', subset=Subset(few=4, seed=1))
    assert len(other.train) == 13 and not np.array_equal(few.train, other.train)
    half = select(records(*names), 'cv', subset=Subset(half=True))
    both = select(records(*names), 'cv', subset=Subset(half=True, few=1))
    assert set(both.train) < set(half.train) and len(half.train) == 10


def test_own_split():
    split = {'xsub_train': ['b', 'z'], 'xsub_val': ['a'], 'both': ['a', 'b']}
    chosen = select(records('a', 'b', 'c'), 'split:xsub_train,xsub_val', split=split)
    assert chosen.train.tolist() == [1] and chosen.test.tolist() == [0]
    assert chosen.report.left_out == {'in neither list': ('c',), 'without an annotation': ('z',)}
    with pytest.raises(ValueError, match='lists are: xsub_train, xsub_val, both'):
        select(records('a'), 'split:train,val', split=split)
    with pytest.raises(ValueError, match="1 ids such as 'b' on both sides"):
        select(records('a', 'b'), 'split:xsub_train,both', split=split)


def test_short_form_of_an_own_split():
    split = {'xsub_train': ['b'], 'xsub_val': ['a'], 'gym_train': ['a'], 'gym_val': ['b'], 'gym_test': ['c']}
    chosen = select(records('a', 'b', 'c'), 'split:xsub', split=split)
    assert (chosen.train.tolist(), chosen.test.tolist()) == ([1], [0])
    assert chosen.report.protocol == 'split:xsub_train,xsub_val'
    assert select(records('a', 'b', 'c'), 'split:gym', split=split).report.protocol == 'split:gym_train,gym_test'
    for protocol in ('split:xview', 'split:', 'split:xsub_train', 'split:xsub_train,xsub_val,gym_val'):
        with pytest.raises(ValueError, match=f"'{protocol}' must be 'split:<train list>,<test list>'"):
            select(records('a', 'b'), protocol, split=split)


def test_a_protocol_may_only_test():
    chosen = select(records('a', 'b'), 'split:,test', split={'test': ['b']}, subset=Subset(half=True, few=3))
    assert (len(chosen.train), chosen.test.tolist(), chosen.report.protocol) == (0, [1], 'split:,test')
    with pytest.raises(ValueError, match='left for the test side'):
        select(records('a'), 'split:,test', split={'test': ['b']})
    with pytest.raises(ValueError, match='left for the train side'):
        select(records('a'), 'split:train,test', split={'train': [], 'test': ['a']})
    for protocol in ('split:test,', 'split:,', 'split:,none', 'split:,test,test'):
        with pytest.raises(ValueError, match=rf"'{protocol}' must be .* \(no train list: test only\).*: test$"):
            select(records('a'), protocol, split={'test': ['a']})


def test_own_splits_are_taken_as_they_are():
    names = ['S018C001P001R001A061', next(iter(UNUSABLE_SKELETONS))]
    chosen = select(records(*names), 'split:a', split={'a_train': names[:1], 'a_val': names[1:]},
                    unusable=UNUSABLE_SKELETONS)
    assert not chosen.report.left_out


def test_empty_sides_and_unknown_protocols_are_refused():
    with pytest.raises(ValueError, match='no sequence is left for the test side'):
        select(records(*ntu_names((1,))), 'cs')
    with pytest.raises(ValueError, match='no sequence is left for the train side'):
        select(records(*ntu_names((3,))), 'cs')
    with pytest.raises(ValueError, match=f"'xs' is unknown; choose one of {', '.join(PROTOCOLS)}"):
        select(records(*ntu_names()), 'xs')
    with pytest.raises(ValueError, match='no NTU name'):
        select(records('a'), 'cs')
