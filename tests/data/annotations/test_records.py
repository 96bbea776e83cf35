import pickle

import numpy as np
import pytest

from core.data.annotations.records import read_annotations, to_annotation, to_entry


def entry(**changes):
    record = {'frame_dir': 'A', 'label': np.int64(3), 'total_frames': 4, 'img_shape': (1080, 1920),
              'original_shape': (1080, 1920), 'keypoint': np.full((2, 4, 17, 2), 5, np.float16),
              'keypoint_score': np.full((2, 4, 17), 0.5, np.float16)}
    return {key: value for key, value in (record | changes).items() if value is not None}


@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
def test_reads_every_pickle_protocol(write, protocol):
    file = read_annotations(write({'split': {'train': ['A'], 'val': []}, 'annotations': [entry()]}, protocol))
    record = file.annotations[0]
    assert (record.name, record.label, record.total_frames, record.image_size) == ('A', 3, 4, (1920, 1080))
    assert record.keypoints.dtype == np.float16 and file.split == {'train': ['A'], 'val': []}
    keypoints, scores = record.at(np.array([0, 3, 3]))
    assert keypoints.shape == (2, 3, 17, 2) and keypoints.dtype == scores.dtype == np.float32


def test_accepts_the_key_annos_and_a_bare_list(write):
    assert len(read_annotations(write({'annos': [entry()]})).annotations) == 1
    assert read_annotations(write([entry()])).split == {}


def test_missing_scores_are_one_where_there_is_a_joint(write):
    keypoints = np.full((1, 4, 17, 2), 5, np.float16)
    keypoints[0, 1, 2] = 0
    content = [entry(keypoint=keypoints, keypoint_score=None, original_shape=None)]
    record = read_annotations(write(content)).annotations[0]
    assert record.scores.sum() == 4 * 17 - 1 and record.scores[0, 1, 2] == 0


def test_class_names(write):
    content = {'annotations': [entry(label=1)], 'class_names': ['walk', 'run']}
    assert read_annotations(write(content)).class_names == ('walk', 'run')
    with pytest.raises(ValueError, match='names 2 classes, but label 2 occurs'):
        read_annotations(write(content | {'annotations': [entry(label=2)]}))


@pytest.mark.parametrize(('changes', 'message'), [
    ({'total_frames': 5}, r"record 1 \(B\): 'total_frames' is 5, but 'keypoint' has 4 frames"),
    ({'keypoint': np.zeros((1, 4, 17, 3))}, r'must be a numeric array of shape \(M, T, V, 2\), found float64'),
    ({'keypoint': np.zeros((2, 4, 25, 2))}, 'has 25 joints, expected 17'),
    ({'keypoint_score': np.zeros((1, 4, 17))}, r"'keypoint_score' must be .* \(2, 4, 17\)"),
    ({'keypoint': np.full((2, 4, 17, 2), np.nan)}, 'NaN'),
    ({'keypoint': None}, "key 'keypoint' is missing"),
    ({'label': -1}, "'label' must be"),
    ({'label': 'drink'}, "'label' must be"),
    ({'img_shape': (0, 5)}, "'img_shape' must be"),
    ({'img_shape': ('a', 'b')}, 'record 1'),
    ({'frame_dir': 'A'}, 'occurs twice'),
    ({'frame_dir': 7}, "'frame_dir' must be"),
])
def test_bad_records_are_named(write, changes, message):
    with pytest.raises(ValueError, match=f'(?s)annotations.pkl.*{message}'):
        read_annotations(write([entry(), entry(**({'frame_dir': 'B'} | changes))]))


def test_wanted_joint_count_holds_for_the_first_record(write):
    with pytest.raises(ValueError, match='has 17 joints, expected 25'):
        read_annotations(write([entry()]), num_joints=25)


@pytest.mark.parametrize('content', [[], {'annotations': []}, {'data': 1}, 3])
def test_refuses_files_without_records(write, content):
    with pytest.raises(ValueError, match='expected a list of records'):
        read_annotations(write(content))


@pytest.mark.parametrize(('sizes_first', 'shapes'), [(False, ['total_frames', 'img_shape', 'original_shape']),
                                                     (True, ['img_shape', 'original_shape', 'total_frames'])])
def test_a_written_entry_is_read_as_the_same_record(sizes_first, shapes):
    keypoints, scores = np.full((2, 4, 17, 2), 5, np.float16), np.full((2, 4, 17), 0.5, np.float16)
    written = to_entry('A', 3, keypoints, scores, (1920, 1080), sizes_first=sizes_first)
    assert list(written) == ['frame_dir', 'label', *shapes, 'keypoint', 'keypoint_score']
    assert written['original_shape'] == (1080, 1920)
    record = to_annotation(written)
    assert (record.name, record.label, record.total_frames, record.image_size) == ('A', 3, 4, (1920, 1080))
    assert record.keypoints is keypoints and record.scores is scores
