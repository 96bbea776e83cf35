"""COCO-WholeBody's joints in both forms."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.data.annotations.records import read_annotations
from core.data.annotations.sources.wholebody import KEPT, read_wholebody
from core.layouts import get_layout

JOINTS = np.stack([np.arange(133), np.arange(133) + 200, np.full(133, 2)], -1)
"""x tells the number of the joint; all are visible as COCO says it."""


def pickled(num_joints=133, **changes):
    keypoint = np.arange(2 * 3 * num_joints * 2, dtype=np.float16).reshape(2, 3, num_joints, 2)
    return {'frame_dir': 'A', 'label': 0, 'total_frames': 3, 'img_shape': (60, 80), 'keypoint': keypoint,
            'keypoint_score': keypoint[..., 0] / 9999} | changes


def person(image_id, joints=JOINTS):
    parts = {'keypoints': (0, 17), 'foot_kpts': (17, 23), 'face_kpts': (23, 91), 'lefthand_kpts': (91, 112),
             'righthand_kpts': (112, 133)}
    return {'image_id': image_id} | {key: joints[start:end].ravel().tolist() for key, (start, end) in parts.items()}


def clip(name, first, **extra):
    """Images of two frames, the second listed first."""
    return [{'id': first + time, 'file_name': f'some/{name}/{time + 1:05d}.jpg', 'width': 400, 'height': 300} | extra
            for time in (1, 0)]


def save(folder, name='poses.json', images=(), annotations=()):
    (folder / name).write_text(json.dumps({'images': list(images), 'annotations': list(annotations)}))
    return folder / name


def test_kept_joints_are_those_of_the_layout():
    assert len(KEPT) == get_layout('wholebody65').num_joints
    assert (KEPT[22], KEPT[23], KEPT[43], KEPT[44], KEPT[64]) == (22, 91, 111, 112, 132)


def test_pickles_lose_the_face(write):
    content = read_wholebody(write({'split': {'train': ['A']}, 'annotations': [pickled()]}))
    record = read_annotations(write(content), num_joints=65).annotations[0]
    assert content['split'] == {'train': ['A']}
    np.testing.assert_array_equal(record.keypoints, pickled()['keypoint'][:, :, list(KEPT)])
    np.testing.assert_array_equal(record.scores, pickled()['keypoint_score'][:, :, list(KEPT)])


def test_pickles_of_65_joints_stay_and_damaged_entries_are_for_the_check(write):
    damaged = [{'frame_dir': 'B'}, 7, pickled(keypoint=np.zeros(3)), pickled(keypoint_score=np.ones((2, 3, 17)))]
    read = read_wholebody(write([pickled(65), *damaged]))['annotations']
    assert read[4]['keypoint'].shape == (2, 3, 65, 2) and read[4]['keypoint_score'].shape == (2, 3, 17)
    np.testing.assert_array_equal(read[0]['keypoint'], pickled(65)['keypoint'])
    assert read[2] == 7 and read[3]['keypoint'].shape == (3,)


def test_other_numbers_of_joints_are_refused(write):
    with pytest.raises(ValueError, match="annotations.pkl: record A has 17 joints.*'pyskl'"):
        read_wholebody(write([pickled(17)]))


def test_json(tmp_path, write):
    second = JOINTS * (1, 1, 0.1)
    file = save(tmp_path, 'own_train.json', [*clip('jump', 10, action_label=4), *clip('S001C001P001R001A007', 20),
                                             *clip('empty', 30, action_label=1)],
                [person(11), person(11, second), person(20)])
    content = read_wholebody(file)
    assert content['split'] == {'train': ['S001C001P001R001A007', 'empty', 'jump']}
    ntu, jump = read_annotations(write(content), num_joints=65).annotations
    assert (ntu.name, ntu.label, jump.name, jump.label, jump.image_size) == ('S001C001P001R001A007', 6, 'jump', 4,
                                                                             (400, 300))
    assert jump.keypoints.shape == (2, 2, 65, 2) and not jump.scores[:, 0].any()
    np.testing.assert_array_equal(jump.keypoints[0, 1], JOINTS[list(KEPT), :2])
    assert jump.scores[0, 1].tolist() == [1] * 65
    np.testing.assert_allclose(jump.scores[1, 1], 0.2, rtol=1e-3)
    assert ntu.scores.any(-1).tolist() == [[True, False]]


def test_a_folder_of_files_without_lists_and_the_best_persons(tmp_path):
    images = clip('S001C001P001R001A001', 0)
    save(tmp_path, images=images, annotations=[person(0, JOINTS * (1, 1, 0.1)), person(0)])
    content = read_wholebody(tmp_path, max_persons=1)
    assert content['split'] == {} and content['annotations'][0]['keypoint_score'][0, 0].min() == 1


@pytest.mark.parametrize(('images', 'annotations', 'message'), [
    ([{'id': 1}], [], "not COCO-WholeBody's form.*file_name"),
    (clip('a', 0, action_label=1), [{'image_id': 0, 'keypoints': [1] * 51}], "not COCO-WholeBody's form.*foot_kpts"),
    (clip('a', 0, action_label=1), [person(0) | {'foot_kpts': [1, 2]}], "not COCO-WholeBody's form.*reshape"),
    (clip('a', 0), [person(0)], "clip 'a' has neither an 'action_label'"),
])
def test_damaged_files_are_named(tmp_path, images, annotations, message):
    with pytest.raises(ValueError, match=f'poses.json: {message}'):
        read_wholebody(save(tmp_path, images=images, annotations=annotations))
