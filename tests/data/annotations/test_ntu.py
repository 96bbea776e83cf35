import pytest

from core.data.annotations.ntu import (
    NTU60_TRAIN_SUBJECTS,
    NTU120_TRAIN_SUBJECTS,
    NTU_CLASS_NAMES,
    UNUSABLE_POSES,
    UNUSABLE_SKELETONS,
    NTUName,
    parse_ntu_name,
)


def test_parse_ntu_name():
    assert parse_ntu_name('S017C003P040R002A060') == NTUName(17, 3, 40, 2, 60)
    assert parse_ntu_name('S017C003P040R002A060').label == 59
    for name in ('S017C003P040R002A060_rgb', 's01_e02', 'a01_s01_e00_v01', ''):
        with pytest.raises(ValueError, match='no NTU name'):
            parse_ntu_name(name)


def test_class_names():
    assert len(NTU_CLASS_NAMES) == len(set(NTU_CLASS_NAMES)) == 120
    assert [NTU_CLASS_NAMES[label] for label in (0, 8, 59, 60)] == [
        'drink water', 'standing up (from sitting position)', 'walking apart from each other', 'put on headphone']
    assert all(name and name == name.strip() for name in NTU_CLASS_NAMES)


def test_lists_of_what_to_leave_out():
    missing = [parse_ntu_name(name) for name in UNUSABLE_SKELETONS]
    assert len(missing) == 535 and sum(name.setup <= 17 for name in missing) == 302
    assert len(UNUSABLE_POSES) == 10 and not UNUSABLE_POSES.keys() & UNUSABLE_SKELETONS.keys()
    assert all(parse_ntu_name(name).setup <= 17 for name in UNUSABLE_POSES)


def test_training_subjects():
    assert (len(NTU60_TRAIN_SUBJECTS), len(NTU120_TRAIN_SUBJECTS)) == (20, 53)
    assert {subject for subject in NTU120_TRAIN_SUBJECTS if subject <= 40} == NTU60_TRAIN_SUBJECTS
