import json

import numpy as np
import pytest

from core.data.boxes import Boxes, BoxSettings, joint_hull
from core.data.clips.detections import match_detections, read_detections
from core.data.clips.person_clips import ClipDataset
from core.data.frames.frame_folder import FrameFolder
from core.layouts import get_layout

FRAME = (320, 240)


@pytest.fixture
def store(tmp_path):
    """Write boxes (sequence, frame, [x, y, w, h], score), or any text, as a file."""

    def store(content):
        path = tmp_path / 'boxes.json'
        if not isinstance(content, str):
            content = json.dumps([dict(zip(('sequence', 'frame', 'bbox', 'score'), box, strict=True))
                                  for box in content])
        path.write_text(content)
        return path

    return store


def person(x, y, frames=1):
    """(frames, 3, 2): joints that span 20 x 60 pixels around (x, y)."""
    return np.tile(np.array([[-10.0, -30], [10, 30], [0, 0]]) + (x, y), (frames, 1, 1))


def boxes_at(*places):
    """One frame's boxes (1, D, 2) of 24 x 70 pixels."""
    return Boxes(np.array([places], float), np.full((1, len(places), 2), (24.0, 70.0)))


def matched(found, *persons, visible=None, valid=None):
    """Centers (M, 2) of the boxes of each person in the only frame, nan where there is none."""
    keypoints = np.stack(persons)
    visible = np.ones(keypoints.shape[:-1]) if visible is None else visible
    valid = np.ones(found.center.shape[:-1], bool) if valid is None else valid
    boxes, known = match_detections(found, valid, keypoints, visible, FRAME)
    return np.where(known[..., None], boxes.center, np.nan)[:, 0].tolist()


def test_boxes_are_sorted_and_padded(store):
    detections = read_detections(store([('B', 2, [0, 0, 2, 4], 1), ('A', 3, [10, 20, 30, 40], 0.2),
                                        ('A', 3, [0, 0, 8, 8], 0.7), ('A', 1, [4, 4, 2, 2], 0.5)]))
    assert sorted(detections) == ['A', 'B']
    boxes, valid = detections['A'].at(np.array([0, 1, 2, 2, 9]), np.array([0.5, 2.0]))
    assert valid.tolist() == [[True, False], [False, False], [True, True], [True, True], [False, False]]
    assert boxes.center[0, 0].tolist() == [2.5, 10] and boxes.size[0, 0].tolist() == [1, 4]
    assert boxes.center[2].tolist() == boxes.center[3].tolist() == [[2, 8], [12.5, 80]]
    boxes, valid = detections['B'].at(np.array([0]))
    assert valid.tolist() == [[False]]


def test_everyone_gets_the_box_that_overlaps_most_and_nobody_shares():
    left, right = (100, 100), (112, 100)
    assert matched(boxes_at(right, (300, 9), left), person(*left), person(*right)) == [[*left], [*right]]
    first, second = matched(boxes_at((104, 100)), person(*left), person(*right))
    assert first == [104, 100] and np.isnan(second).all()
    assert np.isnan(matched(boxes_at((300, 9)), person(*left))).all()
    assert np.isnan(matched(boxes_at(left), person(*left), valid=np.array([[False]]))).all()


def test_a_single_joint_suffices():
    visible = np.array([[[0, 0, 1]]])
    assert matched(boxes_at((300, 9), (105, 100)), person(100, 100), visible=visible) == [[105, 100]]


def test_without_joints_the_nearest_frame_decides_else_the_score():
    found = Boxes(np.array([[[300.0, 9], [100, 100]]] * 2), np.full((2, 2, 2), (24.0, 70.0)))
    keypoints, valid, visible = person(100, 100, 2)[None], np.ones((2, 2), bool), np.ones((1, 2, 3))
    visible[:, 1] = 0
    boxes, known = match_detections(found, valid, keypoints, visible, FRAME)
    assert known.all() and boxes.center.tolist() == [[[100, 100]] * 2]
    boxes, known = match_detections(found, valid, keypoints, visible * 0, FRAME)
    assert known.all() and boxes.center.tolist() == [[[300, 9]] * 2]


@pytest.mark.parametrize('mode', ['1-frame', '1-frame+', 'clip'])
def test_clips_of_the_annotated_hulls_are_those_of_the_annotation(make_record, make_frames, store, mode):
    record = make_record(persons=2)
    record.keypoints[0, [2, 7]] = 0
    record.keypoints[1, :, 1:] += np.arange(12, dtype=np.float16)[:, None, None]
    hulls, known = joint_hull(record.keypoints.astype(float), (record.keypoints != 0).any(-1))
    corners = hulls.center - hulls.size / 2
    path = store([(record.name, int(frame) + 1, [*corners[who, frame], *hulls.size[who, frame]], 0.5 + who / 4)
                  for who, frame in zip(*np.nonzero(known), strict=True)])
    layout, frames = get_layout('coco17'), FrameFolder(make_frames())

    def clip(source, detections=None):
        return ClipDataset([record], frames, layout, clip_size=12, image_size=(24, 32), num_persons=2, training=False,
                           boxes=BoxSettings(mode, source=source), detections=detections)[0]

    assert all(np.array_equal(*fields) for fields in
               zip(clip('annotation'), clip('file', read_detections(path)), strict=True))


@pytest.mark.parametrize('content', ['', '{}', '[]', '[1', '\x00', '[' * 100000])
def test_damaged_files_are_refused(store, content):
    path = store(content)
    with pytest.raises(ValueError, match='DATASET.BOX_FILE') as error:
        read_detections(path)
    assert str(path) in str(error.value) and '\n' not in str(error.value)


@pytest.mark.parametrize('wrong', [
    ('B', 1, [0, 0, -1, 5], 1), ('B', 0, [0, 0, 1, 5], 1), ('B', 1, [0, 0, 1], 1), ('B', 1, [0, 0, 1, None], 1),
    ('B', 1, [0, 0, 1, float('nan')], 1), ('B', 1.5, [0, 0, 1, 1], 1), ('B', 1, [0, 0, 1, 1], None),
    ('B', 1, [0, 0, 1, 10 ** 400], 1), ('B', 1, '0011', 1)])
def test_wrong_boxes_are_refused(store, wrong):
    path = store([('A', 1, [0, 0, 1, 1], 1), wrong])
    with pytest.raises(ValueError, match=r"box 1 \(sequence 'B'\) needs 'sequence', .*DATASET.BOX_FILE") as error:
        read_detections(path)
    assert str(path) in str(error.value)


def test_missing_file_and_entries_that_are_no_boxes_are_refused(store, tmp_path):
    with pytest.raises(ValueError, match='none.json: cannot read the boxes .*DATASET.BOX_FILE'):
        read_detections(tmp_path / 'none.json')
    with pytest.raises(ValueError, match=r"box 0 \(sequence 'None'\)"):
        read_detections(store('[[1, 2]]'))
