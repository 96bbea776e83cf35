from pathlib import Path

import numpy as np
import pytest

from core.annotate.entries import (
    PANEL_SIZE,
    People,
    count_frames,
    draw_overview,
    labeled_content,
    load_people,
    read_frames,
    save_people,
)
from core.annotate.labels import LabeledVideo, Labels
from core.data.annotations.records import to_annotation
from core.data.frames.extraction import FrameFormat, write_frames

JOINTS = np.random.default_rng(0).uniform(10, 60, (2, 9, 17, 2)).astype(np.float16)


@pytest.fixture
def people():
    scores = np.ones(JOINTS.shape[:3], np.float16)
    scores[:, 6:] = 0
    return People(JOINTS, scores, (96, 72))


def test_coverage_counts_frames_with_anybody(people):
    assert people.coverage == pytest.approx(6 / 9)


def test_people_come_back_from_their_file(people, tmp_path):
    save_people(tmp_path / 'people' / 'a.npz', people, 'how')
    loaded = load_people(tmp_path / 'people' / 'a.npz', 'how')
    assert (loaded.keypoints == people.keypoints).all() and (loaded.scores == people.scores).all()
    assert loaded.frame_size == (96, 72) and loaded.keypoints.dtype == np.float16


def test_missing_damaged_and_other_files_count_as_missing(people, tmp_path):
    file = tmp_path / 'a.npz'
    assert load_people(file, 'how') is None
    save_people(file, people, 'how')
    assert load_people(file, 'otherwise') is None
    file.write_bytes(file.read_bytes()[:200])
    assert load_people(file, 'how') is None
    file.write_bytes(b'')
    assert load_people(file, 'how') is None


def test_entries_are_what_the_reader_expects(people):
    videos = [LabeledVideo('a', Path('a.mp4'), 1, 'train'), LabeledVideo('b', Path('b.mp4'), 0, 'test')]
    content = labeled_content(Labels(videos, ['run', 'walk'], 0), {'a': people})
    assert content['split'] == {'train': ['a'], 'test': []} and content['class_names'] == ['run', 'walk']
    record = to_annotation(content['annotations'][0], 17)
    assert (record.name, record.label, record.total_frames, record.image_size) == ('a', 1, 9, (96, 72))
    assert 'class_names' not in labeled_content(Labels(videos, None, 0), {})


def test_the_picture_shows_frames_and_joints(people, tmp_path):
    folder = tmp_path / 'images' / 'a'
    write_frames([np.full((72, 96, 3), 100, np.uint8)] * 9, folder, FrameFormat((96, 72)))
    picture = draw_overview(people, folder)
    assert picture.shape[0] % 2 == 0 and picture.shape[1] % 4 == 0 and max(picture.shape) <= 4 * PANEL_SIZE[0]
    height, width = picture.shape[0] // 2, picture.shape[1] // 4
    drawn = (np.abs(picture.astype(int) - 100) > 8).any(-1).reshape(2, height, 4, width).any((1, 3))
    assert drawn.ravel().tolist() == [True] * 5 + [False] * 3  # frames 0 1 2 3 5, then 6 7 8 without people


def test_the_picture_shows_where_people_are(tmp_path):
    keypoints = np.full((1, 2, 17, 2), 10, np.float16)
    keypoints[0, 1] = (30, 50)
    write_frames([np.zeros((100, 400, 3), np.uint8)] * 2, tmp_path / 'a', FrameFormat((400, 100)))
    picture = draw_overview(People(keypoints, np.ones((1, 2, 17), np.float16), (400, 100)), tmp_path / 'a')
    height, width = picture.shape[0] / 2, picture.shape[1] / 4
    assert height == PANEL_SIZE[1] and width / height == pytest.approx((20 + 14) / (40 + 14), abs=0.05)


@pytest.fixture
def folder(tmp_path):
    frames = [np.full((24, 32, 3), (40 * time, 100, 0), np.uint8) for time in range(4)]
    write_frames(frames, tmp_path / 'a', FrameFormat((32, 24)))
    return tmp_path / 'a'


def test_frames_come_in_the_asked_order(folder):
    assert count_frames(folder) == 4
    colors = [frame.mean((0, 1)) for frame in read_frames(folder, [3, 0])]
    assert np.allclose(colors, [(120, 100, 0), (0, 100, 0)], atol=3)


def test_missing_and_damaged_frames_are_named(folder):
    with pytest.raises(ValueError, match='00009.jpg: cannot be read'):
        list(read_frames(folder, [8]))
    (folder / '00002.jpg').write_bytes((folder / '00002.jpg').read_bytes()[:-60])
    with pytest.raises(ValueError, match='00002.jpg: cannot be read'):
        list(read_frames(folder, [0, 1]))
