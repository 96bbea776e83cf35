"""Clips as numpy arrays, MPOSE2021's form."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.annotations.records import read_annotations
from core.data.annotations.sources.mpose import read_mpose

JOINTS = np.random.default_rng(0).uniform(0, 1, (3, 30, 13, 3)).astype(np.float32)


def arrays(scale=(1, 1, 1), **changes):
    clips = JOINTS * np.array(scale, np.float32)
    return {'X_train': clips[:2], 'y_train': np.array([4, 0]), 'X_test': clips[2:], 'y_test': np.array([1])} | changes


@pytest.fixture
def npz(tmp_path):
    def save(**content):
        np.savez(tmp_path / 'mpose.npz', **content)
        return tmp_path / 'mpose.npz'

    return save


@pytest.fixture
def folder(tmp_path):
    def save(**content):
        for name, array in content.items():
            np.save(tmp_path / f'{name}.npy', array)
        return tmp_path

    return save


@pytest.mark.parametrize('form', ['npz', 'folder'])
def test_parts_of_the_picture_are_scaled(form, request, write):
    content = read_mpose(request.getfixturevalue(form)(**arrays()), image_size=(640, 480))
    assert content['split'] == {'train': ['train_00000', 'train_00001'], 'test': ['test_00000']}
    file = read_annotations(write(content), num_joints=13)
    assert [record.label for record in file.annotations] == [4, 0, 1]
    record = file.annotations[2]
    assert (record.name, record.total_frames, record.image_size) == ('test_00000', 30, (640, 480))
    np.testing.assert_allclose(record.keypoints[0], JOINTS[2, ..., :2] * (640, 480), rtol=1e-3)
    np.testing.assert_allclose(record.scores[0], JOINTS[2, ..., 2], rtol=1e-3)


@pytest.mark.parametrize('image_size', [None, (320, 240)])
def test_pixels_are_left_alone(npz, image_size):
    entry = read_mpose(npz(**arrays((160, 120, 1))), image_size=image_size)['annotations'][0]
    assert entry['img_shape'] == (image_size or (160, 120))[::-1]
    np.testing.assert_allclose(entry['keypoint'][0], JOINTS[0, ..., :2] * (160, 120), rtol=1e-3)


def test_names(folder):
    content = read_mpose(folder(**arrays((9, 9, 1), names_train=np.array(['a', 'b']))))
    assert content['split'] == {'train': ['a', 'b'], 'test': ['test_00000']}


@pytest.mark.parametrize(('changes', 'message'), [
    ({}, 'the coordinates are parts of a picture'),
    ({'X_test': JOINTS[..., :2]}, r'X_test must be .* float32 \(3, 30, 13, 2\)'),
    ({'y_train': np.array([1])}, r'y_train must be 2 whole numbers, .* int64 \(1,\)'),
    ({'y_train': np.array([1, .5])}, 'y_train must be 2 whole numbers'),
    ({'names_test': np.array(['a', 'b'])}, r'names_test must be 1 names, .* \(2,\)'),
    ({'X_train': np.array([{}, {}])}, 'Object arrays cannot be loaded'),
])
def test_bad_arrays_are_named(npz, changes, message):
    with pytest.raises(ValueError, match=f'mpose.npz: .*{message}'):
        read_mpose(npz(**arrays() | changes))


def test_missing_and_foreign_files(tmp_path, folder):
    folder(X_train=JOINTS)
    for path in (tmp_path, tmp_path / 'none.npz', tmp_path / 'X_train.npy'):
        with pytest.raises(ValueError, match='cannot read the arrays'):
            read_mpose(path)
