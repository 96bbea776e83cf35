"""Kinetics' compressed poses, against a skeleton-by-skeleton loop."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from core.data.annotations.records import read_annotations
from core.data.annotations.sources.kinetics import read_kinetics, stack_people


def decompress_by_loop(poses, frames, num_frames, max_persons):
    """PYSKL's ``DecompressPose``, skeleton by skeleton."""
    num_persons = int(np.bincount(frames).max())
    stacked = np.zeros((num_persons, num_frames, *poses.shape[1:]), np.float16)
    filled = np.zeros(num_frames, int)
    for frame, pose in zip(frames, poses, strict=True):
        stacked[filled[frame], frame] = pose
        filled[frame] += 1
    if num_persons > max_persons:
        for frame, count in enumerate(filled):
            totals = stacked[:count, frame, :, 2].sum(-1)
            stacked[:count, frame] = stacked[sorted(range(count), key=lambda slot: -totals[slot]), frame]
    return stacked[:max_persons, ..., :2], stacked[:max_persons, ..., 2]


def random_people(frames):
    return np.random.default_rng(0).uniform(0, 1, (len(frames), 17, 3)).astype(np.float16) * np.float16(50)


@pytest.fixture
def source(tmp_path):
    """Clip A: frames 1, 1, 4 with boxes .9, .4, .6; clip B of the same kpfile: nobody; clip C of another one."""
    poses = random_people([0] * 4)
    files = {'a.pkl': {'A': {'keypoint': poses[:3]}, 'B': {'keypoint': poses[:0]}}, 'c.pkl': {'C': {'keypoint': poses}}}
    (tmp_path / 'kpfiles').mkdir()
    for name, content in files.items():
        (tmp_path / 'kpfiles' / name).write_bytes(pickle.dumps(content))
    found = {'A': ('/there/kpfiles/a.pkl', [1, 1, 4], [.9, .4, .6]), 'B': ('kpfiles/a.pkl', [], []),
             'C': (str(tmp_path / 'kpfiles' / 'c.pkl'), [0, 1, 1, 2], [.9] * 4)}
    entries = [{'frame_dir': name, 'label': 2, 'total_frames': 6, 'img_shape': (320, 570), 'original_shape': (340, 600),
                'raw_file': raw_file, 'frame_inds': np.array(frames, np.int16),
                'box_score': np.array(boxes, np.float16), 'valid': {0.5: 2}}
               for name, (raw_file, frames, boxes) in found.items()]

    def write(**changes):
        entries[0].update(changes)
        (tmp_path / 'k400.pkl').write_bytes(pickle.dumps({'split': {'train': ['A', 'B', 'C']}, 'annotations': entries}))
        return tmp_path / 'k400.pkl'

    write.poses = poses
    return write


def test_clips_are_decompressed_and_load_again(source, write):
    content = read_kinetics(source())
    assert [entry['frame_dir'] for entry in content['annotations']] == ['A', 'C']
    first, last = read_annotations(write(content), num_joints=17).annotations
    assert (first.label, first.image_size, first.total_frames) == (2, (570, 320), 2)
    np.testing.assert_array_equal(first.keypoints[0], source.poses[[0, 2], :, :2])
    np.testing.assert_array_equal(first.scores[0], source.poses[[0, 2], :, 2])
    assert last.keypoints.shape == (2, 3, 17, 2) and not last.keypoints[1, [0, 2]].any()
    assert content['split'] == {'train': ['A', 'B', 'C']}


def test_frame_numbers_are_kept_on_demand(source):
    entry = read_kinetics(source(), squeeze=False)['annotations'][0]
    assert entry['total_frames'] == 6
    assert np.flatnonzero(entry['keypoint_score'][0].any(-1)).tolist() == [1, 4]


def test_box_threshold(source):
    entry = read_kinetics(source(), box_threshold=0.3)['annotations'][0]
    np.testing.assert_array_equal(entry['keypoint'][:, 0], source.poses[:2, :, :2])


@pytest.mark.parametrize('max_persons', [3, 20])
def test_people_are_stacked_as_by_the_loop(max_persons):
    frames = np.sort(np.random.default_rng(1).integers(0, 9, 40))
    poses = random_people(frames)
    for stacked, expected in zip(stack_people(poses, frames, 9, max_persons),
                                 decompress_by_loop(poses, frames, 9, max_persons), strict=True):
        assert stacked.dtype == np.float16
        np.testing.assert_array_equal(stacked, expected)


@pytest.mark.parametrize(('changes', 'message'), [
    ({'raw_file': '/there/none.pkl'}, 'none.pkl: no such kpfile'),
    ({'raw_file': 3}, 'record 0 has no text as raw_file'),
    ({'raw_file': 'kpfiles/c.pkl'}, r"record 0 \(A\) does not fit its poses in .*c.pkl \('A'\)"),
    ({'frame_inds': np.array([1, 1])}, r'2 frames, 3 boxes and joints \(3, 17, 3\)'),
    ({'frame_inds': np.array([1, 1, 6])}, 'frames 1 to 6 of 6'),
])
def test_what_does_not_fit_is_named(source, changes, message):
    with pytest.raises(ValueError, match=message):
        read_kinetics(source(**changes))


def test_files_with_keypoints_are_of_another_kind(write):
    with pytest.raises(ValueError, match="record 0 has no img_shape, .* kind 'pyskl'"):
        read_kinetics(write([{'frame_dir': 'A', 'label': 0, 'total_frames': 3, 'keypoint': np.zeros((1, 3, 17, 2))}]))
