"""Keypoint sequences out of every kind of file."""

import json
import pickle

import numpy as np
import pytest

from core.data.annotations.skeletons import SkeletonRecord, read_skeletons

NAMES = ['a01_s01_e00_v01', 'a12_s02_e01_v03']
LENGTHS = [3, 5]
JOINTS = np.random.default_rng(0).normal(size=(8, 20, 3)).astype(np.float32)


@pytest.fixture
def npz(tmp_path):
    np.savez(tmp_path / 'skeletons.npz', names=NAMES, lengths=LENGTHS, joints=JOINTS)
    return tmp_path / 'skeletons.npz'


@pytest.fixture
def folder(tmp_path):
    for name, joints in zip(NAMES, np.split(JOINTS, [3]), strict=True):
        (tmp_path / f'{name}.json').write_text(json.dumps({'skeletons': joints.tolist()}))
    return tmp_path


@pytest.fixture
def write(tmp_path):
    def write(**changes):
        record = {'frame_dir': 'A', 'label': 1, 'total_frames': 4, 'img_shape': (1080, 1920),
                  'keypoint': np.full((2, 4, 17, 2), 5, np.float16),
                  'keypoint_score': np.full((2, 4, 17), 0.5, np.float16)} | changes
        content = {'split': {'train': ['A']}, 'class_names': ['walk', 'run'],
                   'annotations': [{key: value for key, value in record.items() if value is not None}]}
        (tmp_path / 'poses.pkl').write_bytes(pickle.dumps(content))
        return tmp_path / 'poses.pkl'

    return write


@pytest.mark.parametrize('source', ['npz', 'folder'])
def test_nucla(source, request):
    file = read_skeletons(request.getfixturevalue(source), num_joints=20)
    assert [(record.name, record.label, record.image_size) for record in file.annotations] == [
        (NAMES[0], 0, None), (NAMES[1], 9, None)]
    assert file.class_names[0] == 'pick up with one hand' and len(file.class_names) == 10 and file.split == {}
    joints = np.concatenate([record.keypoints for record in file.annotations], 1)
    assert joints.dtype == np.float32 and np.array_equal(joints[0], JOINTS)


def test_2d_poses_carry_their_scores(write):
    file = read_skeletons(write())
    record = file.annotations[0]
    assert (record.name, record.label, record.image_size) == ('A', 1, (1920, 1080))
    assert record.keypoints.shape == (2, 4, 17, 3) and record.keypoints.dtype == np.float32
    assert record.keypoints[1, 3, 16].tolist() == [5, 5, 0.5]
    assert file.split == {'train': ['A']} and file.class_names == ('walk', 'run')


def test_3d_poses_have_no_picture(write):
    joints = np.random.default_rng(0).normal(size=(1, 4, 25, 3)).astype(np.float16)
    record = read_skeletons(write(keypoint=joints, keypoint_score=None, img_shape=None), 25).annotations[0]
    assert record.image_size is None and record.keypoints.dtype == np.float32
    assert np.array_equal(record.keypoints, joints)


@pytest.mark.parametrize(('changes', 'message'), [
    ({'img_shape': None}, "'img_shape' must be"),
    ({'keypoint': np.zeros((1, 4, 17, 3))}, r'shape \(M, T, V, 2\), found float64 \(1, 4, 17, 3\)'),
    ({'keypoint': np.zeros((1, 5, 17, 3)), 'img_shape': None}, "'total_frames' is 4"),
    ({'keypoint': np.full((1, 4, 17, 3), np.nan), 'img_shape': None}, 'NaN'),
    ({'keypoint': np.zeros((1, 4, 20, 2))}, 'has 20 joints, expected 17'),
    ({'keypoint': 'none'}, 'found str'),
])
def test_bad_records_are_named(write, changes, message):
    with pytest.raises(ValueError, match=rf'poses.pkl: record 0 \(A\): .*{message}'):
        read_skeletons(write(**changes), num_joints=17)


def test_nucla_has_20_joints(npz):
    with pytest.raises(ValueError, match="skeletons.npz: .* 20 joints, expected 25; choose the layout 'nucla20'"):
        read_skeletons(npz, num_joints=25)


def test_only_2d_poses_lie_in_a_picture():
    assert SkeletonRecord('A', 0, JOINTS[None], (64, 48)).picture_size == (64, 48)
    with pytest.raises(ValueError, match="'A' has 3D poses"):
        _ = SkeletonRecord('A', 0, JOINTS[None]).picture_size
