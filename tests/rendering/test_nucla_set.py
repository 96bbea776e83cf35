"""The rendered set: exact keypoints, visibility, looks and rooms, determinism, resuming."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.data.annotations.nucla import NuclaSequence
from core.data.annotations.records import read_annotations
from core.rendering.body import POINT
from core.rendering.kinect import FOCAL
from core.rendering.nucla_set import ANNOTATION_FILE, compose_sequence, paint_sequence, view_room, write_nucla
from core.rendering.painter import annotate

RIGHT_WRIST_OF_THE_FILE, LEFT_WRIST = 10, 9


@pytest.fixture
def sequences(kinect_joints):
    return [NuclaSequence(name, kinect_joints) for name in ('a01_s01_e00_v01', 'a12_s02_e01_v03')]


def test_keypoints_are_the_projected_joints_within_a_pixel(sequences, kinect_joints):
    keypoints = annotate(compose_sequence(sequences[0], 0)).keypoints[0]
    x, y, z = kinect_joints[:, RIGHT_WRIST_OF_THE_FILE].T
    expected = np.stack([319.5 + FOCAL * x / z, 239.5 - FOCAL * y / z], axis=-1)
    np.testing.assert_allclose(keypoints[:, LEFT_WRIST], expected, atol=0.01)


def test_drawn_joints_lie_within_a_pixel_of_the_keypoints(sequences):
    """The drawn forearm ends in a ball around the wrist: the middle of its spheres' projection is the keypoint."""
    scene = compose_sequence(sequences[0], 0)
    keypoints = annotate(scene).keypoints[0]                                  # (T, 17, 2)
    spheres = scene.centers.reshape(len(keypoints), -1, 2)
    for joint in ('left_elbow', 'right_wrist', 'left_knee', 'right_ankle', 'left_hip'):
        nearest = np.linalg.norm(spheres - keypoints[:, POINT[joint], None], axis=-1).min(axis=1)
        assert (nearest < 1).all()


def test_person_is_drawn_where_the_keypoints_say(sequences):
    frame, room = paint_sequence(sequences[0], 0)[0], view_room(0, 1)
    columns, rows = np.rint(annotate(compose_sequence(sequences[0], 0)).keypoints[0, 0]).astype(int).T
    changed = (frame != room).any(axis=-1)
    assert changed[rows, columns].all()
    assert changed.mean() < 0.2


def test_views_have_rooms_and_subjects_have_looks_of_their_own(sequences):
    assert (view_room(0, 1) != view_room(0, 2)).mean() > 0.5
    looks = [compose_sequence(sequence, 0).figures[0].look for sequence in sequences]
    assert looks[0].shirt != looks[1].shirt


def test_set_is_deterministic_and_resumes(tmp_path, sequences):
    write_nucla(sequences, tmp_path / 'a', seed=3)
    frame = tmp_path / 'a' / 'images' / sequences[0].name / '00002.jpg'
    first, stamp = frame.read_bytes(), frame.stat().st_mtime_ns
    annotations = (tmp_path / 'a' / ANNOTATION_FILE).read_bytes()
    for folder in (tmp_path / 'a' / 'images').iterdir():
        if folder.name == sequences[1].name:
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
    write_nucla(sequences, tmp_path / 'a', seed=3, jobs=2)
    write_nucla(sequences, tmp_path / 'b', seed=3)
    assert frame.stat().st_mtime_ns == stamp                                  # was not drawn again
    assert (tmp_path / 'b' / 'images' / sequences[0].name / '00002.jpg').read_bytes() == first
    assert len(list((tmp_path / 'a' / 'images' / sequences[1].name).iterdir())) == 3
    assert (tmp_path / 'a' / ANNOTATION_FILE).read_bytes() == annotations
    with pytest.raises(ValueError, match='other options'):
        write_nucla(sequences, tmp_path / 'a', seed=4)


def test_annotation_file_is_readable_and_hides_a_face_turned_away(tmp_path, kinect_joints):
    turned = (kinect_joints * (-1, 1, -1) + np.array([0, 0, 6])).astype(np.float32)
    write_nucla([NuclaSequence('a08_s03_e00_v02', kinect_joints), NuclaSequence('a08_s03_e01_v02', turned)], tmp_path)
    facing, away = read_annotations(tmp_path / ANNOTATION_FILE, 17).annotations
    assert (facing.label, facing.image_size, facing.total_frames) == (6, (640, 480), 3)
    assert facing.scores[0, :, :3].min() == 1 and away.scores[0, :, :3].max() == 0
    assert away.scores[0, :, 5:].min() >= 0.5
    image = cv2.imread(str(tmp_path / 'images' / facing.name / '00001.jpg'))
    assert image.shape == (480, 640, 3)
