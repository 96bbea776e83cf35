"""IntegralAction's three data sets in COCO's form."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.data.annotations.records import read_annotations
from core.data.annotations.sources.coco import read_coco, read_image_names

SCORES = np.arange(1, 19) / 20


def save(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def clip_list(*images, action_names=('juggling', 'golf')):
    """A file of clips of 4 frames of 200x100 pixels; their classes are 0, 1, ..."""
    images = [{'id': number, 'height': 100, 'width': 200, 'frame_num': 4} | image
              for number, image in enumerate(images, 10)]
    annotations = [{'id': label, 'image_id': image['id'], 'action_label': label}
                   | ({'action_name': action_names[label]} if action_names else {})
                   for label, image in enumerate(images)]
    return {'images': images, 'annotations': annotations}


def pose_file(frame_indices):
    """Frame ``k`` of the list has ``k + 1`` people; all joints of person ``p`` are at (0.1 p, 0.5)."""
    return {'data': [{'frame_index': index, 'skeleton': [
        {'pose': [0.1 * person, 0.5] * 18, 'score': (SCORES * (1 + person) / 10).tolist()}
        for person in range(position + 1)]} for position, index in enumerate(frame_indices)], 'label': 'golf'}


@pytest.fixture
def kinetics(tmp_path):
    """Kinetics50: training clips x (skeleton) and y (none), validation clip z; their image ids are 10, 11 and 10."""
    poses = tmp_path / 'kinetics-skeleton'
    save(tmp_path / 'Kinetics50_train.json', clip_list(*({'seq_name': 'golf', 'file_name': f'{name}_000001_000011'}
                                                         for name in 'xy')))
    save(tmp_path / 'Kinetics50_val.json', clip_list({'seq_name': 'golf', 'file_name': 'z_000001_000011'}))
    save(poses / 'kinetics_train_label.json', {'x': {'has_skeleton': True}, 'y': {'has_skeleton': False}})
    save(poses / 'kinetics_val_label.json', {'z_000001_000011': {'has_skeleton': True}})
    save(poses / 'kinetics_train' / 'x.json', pose_file([1, 3, 9]))
    save(poses / 'kinetics_val' / 'z_000001_000011.json', pose_file([0, 2]))
    return tmp_path


def test_kinetics(kinetics, write):
    content = read_coco(kinetics)
    assert content['split'] == {'train': ['train_256/golf/x_000001_000011', 'train_256/golf/y_000001_000011'],
                                'val': ['val_256/golf/z_000001_000011']}
    assert content['class_names'] == ['juggling', 'golf']
    training, validation = read_annotations(write(content), num_joints=18).annotations
    assert (training.name, training.label, training.image_size) == ('train_256/golf/x_000001_000011', 0, (200, 100))
    assert training.keypoints.shape == (2, 4, 18, 2)                # the frame past the end and its third person
    assert training.scores.any(-1).tolist() == [[True, False, True, False], [False, False, True, False]]
    np.testing.assert_array_equal(training.keypoints[:, 2, 0], [[0, 50], [20, 50]])
    np.testing.assert_allclose(training.scores[1, 2], SCORES / 5, rtol=1e-3)
    assert validation.scores.any(-1)[1].tolist() == [False, False, True, False]  # frames from 0


def test_the_best_people_of_a_frame_are_kept(kinetics):
    content = read_coco(kinetics / 'Kinetics50_train.json', max_persons=1)
    assert content['annotations'][0]['keypoint'].shape[0] == 1
    assert content['annotations'][0]['keypoint'][0, 2, 0].tolist() == [20, 50]


def test_mimetics_weighs_joints_with_people_and_is_for_testing(tmp_path, write):
    file = save(tmp_path / 'Mimetics50.json', clip_list({'seq_name': 'golf', 'file_name': 'm'}))
    person = np.column_stack([np.full(18, 30), np.full(18, 40), SCORES]).ravel().tolist()
    save(tmp_path / 'pose_results' / 'golf' / 'm' / 'data.json',
         {'pose': [None, [person, person], [], None], 'score': [None, [0.5, 1], [], None]})
    content = read_coco(file)
    assert content['split'] == {'test': ['golf/m']} and read_image_names(file) == {10: 'golf/m'}
    record = read_annotations(write(content)).annotations[0]
    assert record.keypoints.shape == (2, 4, 18, 2) and record.keypoints[0, 1, 3].tolist() == [30, 40]
    np.testing.assert_allclose(record.scores[:, 1], [SCORES / 2, SCORES], rtol=1e-3)


def test_clips_in_which_nobody_was_found_stay(tmp_path, write):
    file = save(tmp_path / 'Mimetics50.json', clip_list({'seq_name': 'golf', 'file_name': 'm'}))
    save(tmp_path / 'pose_results' / 'golf' / 'm' / 'data.json', {'pose': [None] * 4, 'score': [None] * 4})
    record, = read_annotations(write(read_coco(file)), num_joints=18).annotations
    assert record.keypoints.shape == (0, 4, 18, 2) and record.total_frames == 4


def test_image_names_are_of_clips_with_a_skeleton(kinetics):
    assert read_image_names(kinetics / 'Kinetics50_train.json') == {10: 'train_256/golf/x_000001_000011'}
    assert read_image_names(kinetics / 'Kinetics50_val.json') == {10: 'val_256/golf/z_000001_000011'}
    (kinetics / 'kinetics-skeleton' / 'kinetics_val_label.json').unlink()
    with pytest.raises(ValueError, match='kinetics_val_label.json: not kinetics-skeleton'):
        read_image_names(kinetics / 'Kinetics50_val.json')


@pytest.mark.parametrize('frame_num', [3, 4, 6])
def test_ntu(frame_num, tmp_path, write, write_skeleton, make_joints):
    name = 'S001C002P003R001A007'
    joints = make_joints(4)
    poses = write_skeleton(name, [{1: frame} for frame in joints]).parent.rename(tmp_path / 'nturgb+d_skeletons')
    assert poses.is_dir()
    lost = 'S001C002P003R001A008'
    file = save(tmp_path / 'NTU_test.json', clip_list(*(
        {'setup_idx': 1, 'file_name': f'{clip}_rgb', 'skeleton_file_name': f'{clip}.skeleton', 'frame_num': frame_num}
        for clip in (name, lost)), action_names=()))
    content = read_coco(file)
    assert content['split'] == {'test': [name, lost]} and 'class_names' not in content
    record, nobody = read_annotations(write(content), num_joints=25).annotations
    assert (nobody.label, nobody.keypoints.shape) == (1, (0, frame_num, 25, 2))
    assert (record.name, record.label, record.image_size) == (name, 0, (1920, 1080))
    common = min(frame_num, len(joints))
    assert record.keypoints.shape == (1, frame_num, 25, 2) and not record.scores[:, common:].any()
    np.testing.assert_array_equal(record.keypoints[0, :common], joints[:common, :, 5:7].astype(np.float16))


def without_poses(folder):
    (folder / 'kinetics-skeleton').rename(folder / 'elsewhere')


@pytest.mark.parametrize(('damage', 'message'), [
    (without_poses, 'Kinetics50_train.json: no poses beside it'),
    (lambda folder: (folder / 'Kinetics50_train.json').write_text('{'), 'Kinetics50_train.json: not a COCO-style'),
    (lambda folder: save(folder / 'Kinetics50_train.json', {'images': [{'id': 3}], 'annotations': []}),
     'Kinetics50_train.json: not a COCO-style .* 3'),
    (lambda folder: (folder / 'kinetics-skeleton' / 'kinetics_train_label.json').unlink(),
     'kinetics_train_label.json: not .* list of videos'),
    (lambda folder: save(folder / 'kinetics-skeleton' / 'kinetics_train' / 'x.json',
                         {'data': [{'frame_index': 1, 'skeleton': [{'pose': [1, 2, 3], 'score': [1]}]}]}),
     'x.json: not a pose file'),
    (lambda folder: save(folder / 'kinetics-skeleton' / 'kinetics_train' / 'x.json', pose_file([-3, 1])),
     'x.json: not a pose file .*frame_index -3'),
])
def test_damaged_files_are_named(kinetics, damage, message):
    damage(kinetics)
    with pytest.raises(ValueError, match=message):
        read_coco(kinetics / 'Kinetics50_train.json')


def test_folder_without_clips(tmp_path):
    with pytest.raises(ValueError, match='no JSON files'):
        read_coco(tmp_path)
