"""N-UCLA's names and both forms of its skeletons."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.data.annotations.nucla import CLASS_NAMES, parse_nucla_name, read_nucla_sequences

NAMES = ('a02_s03_e01_v02', 'a01_s01_e00_v01')


@pytest.fixture
def joints():
    return [np.random.default_rng(0).normal(size=(length, 20, 3)).astype(np.float32) for length in (4, 2)]


def write_npz(file, joints, names=NAMES):
    np.savez(file, names=np.array(names), lengths=np.array([len(part) for part in joints]),
             joints=np.concatenate(joints), labels=np.arange(len(names)))


def test_name_gives_its_numbers_and_the_label():
    assert parse_nucla_name('a12_s10_e04_v03') == (12, 10, 4, 3)
    assert [parse_nucla_name(f'a{action:02d}_s01_e00_v01').label for action in CLASS_NAMES] == list(range(10))


@pytest.mark.parametrize('name', ['a07_s01_e00_v01', 'S001C001P001R001A001', 'a01_s01_e00', 'xa01_s01_e00_v01'])
def test_other_names_are_refused(name):
    with pytest.raises(ValueError, match=f"'{name}'.*a01_s01_e00_v01"):
        parse_nucla_name(name)


def test_both_forms_give_the_same_sequences_sorted(tmp_path, joints):
    write_npz(tmp_path / 'all.npz', joints)
    folder = tmp_path / 'json'
    folder.mkdir()
    for name, part in zip(NAMES, joints, strict=True):
        (folder / f'{name}.json').write_text(json.dumps({'file_name': name, 'skeletons': part.tolist(), 'label': 1}))
    for sequences in (read_nucla_sequences(tmp_path / 'all.npz'), read_nucla_sequences(folder)):
        assert [sequence.name for sequence in sequences] == sorted(NAMES)
        np.testing.assert_allclose(sequences[0].joints, joints[1], rtol=1e-6)
        assert sequences[1].joints.dtype == np.float32


def test_bad_files_are_named(tmp_path, joints):
    (tmp_path / 'text.npz').write_text('no archive')
    write_npz(tmp_path / 'short.npz', joints, NAMES[:1])
    write_npz(tmp_path / 'nan.npz', [np.full((2, 20, 3), np.nan)] * 2)
    write_npz(tmp_path / 'name.npz', joints, ('x', 'y'))
    (tmp_path / 'empty').mkdir()
    (tmp_path / 'broken').mkdir()
    (tmp_path / 'broken' / 'a01_s01_e00_v01.json').write_text('{"skeletons": [[1, 2]]}')
    for name, what in (('text.npz', 'no N-UCLA skeletons'), ('gone.npz', 'no N-UCLA skeletons'),
                       ('short.npz', 'do not fit'), ('nan.npz', 'NaN'), ('name.npz', "'x'"),
                       ('empty', 'no files such as'), ('broken', 'a01_s01_e00_v01.json')):
        with pytest.raises(ValueError, match=what):
            read_nucla_sequences(tmp_path / name)
