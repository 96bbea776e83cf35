"""N-UCLA's two forms as a source."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.data.annotations.skeletons import read_skeletons
from core.data.annotations.sources.nucla import read_nucla

LENGTHS = {'a12_s02_e01_v03': 5, 'a01_s01_e00_v01': 3}


@pytest.fixture
def sequences():
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=(length, 20, 3)).astype(np.float32) for name, length in LENGTHS.items()}


@pytest.fixture
def npz(tmp_path, sequences):
    np.savez(tmp_path / 'all.npz', names=list(sequences), lengths=list(LENGTHS.values()),
             joints=np.concatenate(list(sequences.values())))
    return tmp_path / 'all.npz'


@pytest.fixture
def folder(tmp_path, sequences):
    for name, joints in sequences.items():
        (tmp_path / f'{name}.json').write_text(json.dumps({'skeletons': joints.tolist()}))
    return tmp_path


def test_both_forms_give_identical_content(npz, folder):
    from_npz, from_folder = read_nucla(npz), read_nucla(folder)
    for one, other in zip(from_npz.pop('annotations'), from_folder.pop('annotations'), strict=True):
        joints, same = one.pop('keypoint'), other.pop('keypoint')
        assert one == other and joints.dtype == same.dtype == np.float32
        np.testing.assert_array_equal(joints, same)
    assert from_npz == from_folder


def test_content_loads_again(npz, write, sequences):
    content = read_nucla(npz)
    assert content['split'] == {'xview_train': ['a01_s01_e00_v01'], 'xview_val': ['a12_s02_e01_v03']}
    again, direct = read_skeletons(write(content), 20), read_skeletons(npz, 20)
    assert again.class_names == direct.class_names
    for one, other in zip(again.annotations, direct.annotations, strict=True):
        assert (one.name, one.label, one.image_size) == (other.name, other.label, None)
        np.testing.assert_array_equal(one.keypoints, other.keypoints)
        np.testing.assert_array_equal(one.keypoints[0], sequences[one.name])


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match='none.npz: no N-UCLA skeletons'):
        read_nucla(tmp_path / 'none.npz')
