"""Validation that finds everything, and the summary."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.annotations.sources.checks import Facts, check_content, describe_annotations


def entry(name, frames=4, **changes):
    return {'frame_dir': name, 'label': 0, 'total_frames': frames, 'img_shape': (60, 80),
            'keypoint': np.full((1, frames, 17, 2), 30, np.float16),
            'keypoint_score': np.ones((1, frames, 17), np.float16)} | changes


def check(*entries, split=None, class_names=None, **options):
    content = {'split': split or {}, 'annotations': list(entries)}
    return check_content(content | ({'class_names': class_names} if class_names else {}), **options)


def test_good_content_gives_facts_and_nothing_else():
    report = check(entry('A'), entry('B', 7, label=1), class_names=['walk', 'run'], split={'train': ['A']})
    assert report.facts == [Facts(0, 1, 4, 17, (80, 60)), Facts(1, 1, 7, 17, (80, 60))]
    assert not report.errors and not report.warnings


def test_every_wrong_record_is_named():
    report = check(entry('A'), entry('A'), entry('B', label=-1), 3, entry('C', total_frames=5),
                   entry('D', keypoint=np.full((1, 4, 17, 2), np.nan)), entry('E', keypoint=np.zeros((1, 4, 25, 2))))
    assert len(report.facts) == 1
    for number, (error, what) in enumerate(zip(report.errors, (
            'occurs twice', "'label'", 'expected a dict', "'total_frames' is 5", 'NaN', '25 joints'), strict=True), 1):
        assert error.startswith(f'record {number} (') and what in error


@pytest.mark.parametrize('options', [{'num_classes': 2}, {'class_names': ['walk', 'run']}])
def test_labels_must_be_below_the_number_of_classes(options):
    report = check(entry('A', label=1), entry('B', label=2), **options)
    assert report.errors == ['record 1 (B): label 2, but there are 2 classes, counted from 0']


def test_no_record_is_an_error():
    assert 'no record' in check().errors[0]


def test_3d_records_have_no_image():
    joints = {'frame_dir': 'A', 'label': 0, 'total_frames': 2, 'keypoint': np.full((1, 2, 25, 3), 900.)}
    report = check(joints)
    assert report.facts[0].image_size is None and not report.warnings


def test_joints_outside_the_image_count_if_scored_and_many():
    keypoint = np.full((1, 4, 17, 2), 30)
    keypoint[0, 0, :4, 0] = 81                                                        # 4 of 68 joints
    inside = entry('few', keypoint=keypoint.copy(), keypoint_score=np.ones((1, 4, 17)))
    inside['keypoint'][0, 0, 0, 0] = 80
    unscored = entry('unscored', keypoint=keypoint, keypoint_score=(keypoint[..., 0] < 80).astype(float))
    report = check(inside, unscored, entry('many', keypoint=keypoint))
    assert report.warnings == ['1 records have joints outside the image: many (6%)']


def test_missing_frames_are_counted_and_named(tmp_path):
    for name, count in (('A', 4), ('B', 3)):
        (tmp_path / name).mkdir()
        for number in range(count):
            (tmp_path / name / f'{number}.jpg').touch()
    report = check(entry('A'), entry('B'), entry('C'), images=tmp_path)
    assert report.warnings == ['2 records have fewer frames on disk than annotated: B (3 of 4), C (0 of 4)']
    with pytest.raises(ValueError, match='none: no such directory'):
        check(entry('A'), images=tmp_path / 'none')


def test_ids_without_a_record_are_counted_and_the_first_named():
    report = check(entry('A'), split={'val': ['A', *(f'x{number}' for number in range(25))]})
    assert len(report.warnings) == 1
    assert report.warnings[0].startswith("25 ids of list 'val' have no record: x0, x1,")
    assert report.warnings[0].endswith('x19 and 5 more')


def test_summary():
    facts = [Facts(label, 1 + label, frames, 17, (80, 60)) for label, frames in ((0, 3), (0, 4), (0, 4), (2, 30))]
    text = describe_annotations(facts, {'train': ['A', 'B'], 'val': ['C']}, ['walk', 'run', 'sit'])
    head = text.split('\nlengths')[0].replace('image size', 'size')
    rows = dict(line.split(maxsplit=1) for line in head.splitlines())
    assert rows == {'records': '4', 'lists': 'train 2, val 1', 'classes': '2: 0 walk (3), 2 sit (1)',
                    'persons': '1 (3), 3 (1)', 'joints': '17 (4)', 'frames': '41', 'size': '80x60 (4)'}
    bars = [line.split() for line in text.split('frames\n')[1].splitlines()]
    assert len(bars) == 12 and sum(int(count) for _, count, *_ in bars) == 4
    assert bars[0] == ['3-4', '3', '#' * 40] and bars[-1][0].endswith('-30') and len(bars[-1][2]) == 14


def test_summary_of_equal_lengths_and_3d():
    text = describe_annotations([Facts(0, 1, 7, 20, None)] * 2)
    assert 'none (3D) (2)' in text and text.splitlines()[-1].split() == ['7-7', '2', '#' * 40]


def test_summary_names_the_commonest_image_sizes():
    text = describe_annotations([Facts(0, 1, 7, 17, (side, 9)) for side in (1, *range(1, 9))])
    assert '1x9 (2), 2x9 (1)' in text and 'and 2 other sizes' in text


def test_nothing_to_summarize():
    with pytest.raises(ValueError, match='no record'):
        describe_annotations([])
