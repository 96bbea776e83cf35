"""``.skeleton`` files to annotations, in pixels and in meters."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from core.data.annotations.skeletons import read_skeletons
from core.data.annotations.sources.ntu_skeleton import read_ntu_skeletons
from core.layouts import COCO17, NTU25

NAME = 'S001C002P003R001A007'


@pytest.fixture
def two_people(write_skeleton, make_joints):
    """Eighteen frames: nobody in 0, 9 and 17; body 1 elsewhere but in 5; the livelier body 2 in 3 to 16, 9 excepted."""
    one, two = make_joints(18, seed=1), make_joints(18, sway=0.4, seed=2)
    frames = [{identity: joints[frame] for identity, joints, held in ((1, one, {5}), (2, two, {1, 2}))
               if frame not in held | {0, 9, 17}} for frame in range(18)]
    return write_skeleton(NAME, frames), one, two


def only_entry(path, **options):
    content = read_ntu_skeletons(path, jobs=1, **options)
    assert content['split'] == {} and len(content['annotations']) == 1
    return content['annotations'][0]


def test_pixels_stay_at_their_video_frames(two_people):
    path, one, two = two_people
    entry = only_entry(path)
    assert (entry['frame_dir'], entry['label'], entry['total_frames']) == (NAME, 6, 18)
    assert entry['img_shape'] == entry['original_shape'] == (1080, 1920)
    assert entry['keypoint'].shape == (2, 18, 25, 2) and entry['keypoint_score'].shape == (2, 18, 25)
    assert entry['keypoint'].dtype == entry['keypoint_score'].dtype == np.float16
    for slot, joints, absent in ((0, one, [0, 5, 9, 17]), (1, two, [0, 1, 2, 9, 17])):  # body 1 begins first
        present = np.setdiff1d(range(18), absent)
        assert not entry['keypoint'][slot, absent].any() and not entry['keypoint_score'][slot, absent].any()
        np.testing.assert_array_equal(entry['keypoint'][slot, present], joints[present, :, 5:7].astype(np.float16))
        assert (entry['keypoint_score'][slot, present] == 1).all()


def test_meters_have_neither_empty_frames_nor_gaps(two_people):
    path, one, two = two_people
    entry = only_entry(path, dimensions=3)
    assert set(entry) == {'frame_dir', 'label', 'total_frames', 'keypoint'}
    assert entry['keypoint'].shape == (2, 15, 25, 3) and entry['keypoint'].dtype == np.float16
    first, second = (joints[..., :3].astype(np.float16) for joints in (one, two))
    np.testing.assert_array_equal(entry['keypoint'][0, :14], first[np.setdiff1d(range(18), [0, 5, 9, 17])])
    np.testing.assert_array_equal(entry['keypoint'][1, 2:], second[np.setdiff1d(range(18), [0, 1, 2, 9, 17])])
    assert not entry['keypoint'][0, 14].any() and not entry['keypoint'][1, :2].any()


def test_one_body_begins_where_it_is_seen_in_meters_only(write_skeleton, make_joints):
    joints = make_joints(3)
    path = write_skeleton(NAME, [{}, {8: joints[0]}, {}, {8: joints[1]}, {8: joints[2]}])
    meters, pixels = only_entry(path, dimensions=3), only_entry(path)
    np.testing.assert_array_equal(meters['keypoint'], joints[None, ..., :3].astype(np.float16))
    assert pixels['keypoint'].shape == (1, 5, 25, 2)
    assert pixels['keypoint_score'].any(-1).tolist() == [[False, True, False, True, True]]


def test_frames_before_the_people_are_trimmed_in_meters(write_skeleton, make_joints):
    """Noise of ten frames comes first; it counts for the clock and is dropped."""
    noise, one, two = make_joints(10, sway=9), make_joints(30, sway=0.4), make_joints(30)
    frames = [{7: joints} for joints in noise] + [{1: a, 2: b} for a, b in zip(one, two, strict=True)]
    path = write_skeleton(NAME, frames)
    assert only_entry(path, dimensions=3)['keypoint'].shape == (2, 30, 25, 3)
    pixels = only_entry(path)
    assert pixels['keypoint'].shape == (2, 40, 25, 2) and not pixels['keypoint'][:, :10].any()


def test_of_three_bodies_two_slots_are_filled(write_skeleton, make_joints):
    """A lost and found person has two ids; the third body, with least motion, finds no room."""
    lively, calm, still = make_joints(40, sway=0.5, seed=1), make_joints(40, sway=0.3, seed=2), make_joints(40, sway=0)
    frames = [{3: still[frame], 2: calm[frame], (1 if frame < 20 else 4): lively[frame]} for frame in range(40)]
    keypoints = only_entry(write_skeleton(NAME, frames), dimensions=3)['keypoint']
    np.testing.assert_array_equal(keypoints, np.stack([lively, calm])[..., :3].astype(np.float16))


def test_scores_follow_the_tracking_state_and_nan_is_zero(write_skeleton, make_joints):
    joints = make_joints(2)
    joints[0, :3, 11] = 0, 1, 2
    joints[1, 4, 5], joints[1, 5, 6], joints[1, 6, 5], joints[1, 7, 6] = np.nan, np.nan, np.inf, 1e6
    entry = only_entry(write_skeleton(NAME, [{1: joints[0]}, {1: joints[1]}]))
    assert entry['keypoint_score'][0, 0, :4].tolist() == [0, 0.5, 1, 1]
    assert entry['keypoint'][0, 0, 0].all()
    assert not entry['keypoint'][0, 1, 4:8].any() and entry['keypoint_score'][0, 1, 3:9].tolist() == [1, 0, 0, 0, 0, 1]


def test_coco_joints_are_kinects_and_eyes_and_ears_are_unknown(write_skeleton, make_joints):
    joints = make_joints(2)
    joints[1, 20, 11] = 0  # spine_shoulder, no COCO joint
    entry = only_entry(write_skeleton(NAME, [{1: joints[0]}, {1: joints[1]}]), layout='coco17')
    assert entry['keypoint'].shape == (1, 2, 17, 2)
    for number, name in enumerate(COCO17.joints):
        known = 'eye' not in name and 'ear' not in name
        kinect = NTU25.joints.index('head' if name == 'nose' else name) if known else None
        wanted = joints[:, kinect, 5:7].astype(np.float16) if known else np.zeros((2, 2))
        np.testing.assert_array_equal(entry['keypoint'][0, :, number], wanted, err_msg=name)
        assert (entry['keypoint_score'][0, :, number] == known).all()


@pytest.mark.parametrize('dimensions', [2, 3])
def test_a_folder_is_read_in_order_and_empty_files_are_named(write_skeleton, make_joints, caplog, tmp_path, dimensions):
    names = [f'S001C001P001R001A{action:03d}' for action in (12, 3, 60, 1)]
    for name in names:
        path = write_skeleton(name, [{5: joints} for joints in make_joints(4)])
    (path.parent / 'deeper').mkdir()
    path.rename(path.parent / 'deeper' / path.name)
    empty = ['S001C001P001R002A001', 'S001C001P001R002A002', 'S001C001P001R002A003', 'S001C001P001R002A004']
    for name in empty:
        write_skeleton(name, [{}, {}])
    write_skeleton('S001C002P005R002A008', [{5: make_joints(1)[0]}])  # listed as incomplete
    content = read_ntu_skeletons(tmp_path, dimensions=dimensions, jobs=2)
    assert [entry['frame_dir'] for entry in content['annotations']] == sorted(names)
    assert [entry['label'] for entry in content['annotations']] == [0, 2, 11, 59]
    assert f'left out 5 of 9 files, without a usable body or listed as incomplete ({", ".join(empty[:3])}, ...)' in (
        caplog.text)
    (tmp_path / 'all.pkl').write_bytes(pickle.dumps(content))
    records = read_skeletons(tmp_path / 'all.pkl', 25).annotations
    assert [record.keypoints.shape for record in records] == [(1, 4, 25, 3)] * 4


def test_options_that_do_not_fit_are_refused(two_people):
    path = two_people[0]
    for options, what in (({'dimensions': 4}, 'must be 2'), ({'layout': 'nucla20'}, "'nucla20'.*ntu25 or coco17"),
                          ({'layout': 'coco17', 'dimensions': 3}, "'coco17'.*in 3 dimensions; choose ntu25")):
        with pytest.raises(ValueError, match=what):
            read_ntu_skeletons(path, **options)


def test_folders_that_cannot_be_read_are_refused(write_skeleton, make_joints, tmp_path):
    with pytest.raises(ValueError, match=r'no \.skeleton files'):
        read_ntu_skeletons(tmp_path / 'none')
    path = write_skeleton(NAME, [{}])
    with pytest.raises(ValueError, match=f'no .skeleton file holds a usable body .{NAME}.'):
        read_ntu_skeletons(tmp_path)
    other = write_skeleton('person', [{1: make_joints(1)[0]}])
    with pytest.raises(ValueError, match=r'person\.skeleton: the label is read from names'):
        read_ntu_skeletons(tmp_path)
    (path.parent / 'again').mkdir()
    other.rename(path.parent / 'again' / path.name)
    with pytest.raises(ValueError, match='are the same clip; keep one'):
        read_ntu_skeletons(tmp_path)


def test_a_truncated_file_is_named(two_people, tmp_path):
    path = two_people[0]
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(ValueError, match=rf'{NAME}\.skeleton: frame 17 cannot be read'):
        read_ntu_skeletons(tmp_path, jobs=2)
