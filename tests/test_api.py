"""The Python interface: three lines label a video, from any folder."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from core import api
from core.api import load
from core.config import REPOSITORY, load_config
from core.data.frames.video import write_video
from core.people.person import person_within
from core.systems.build import build_model

SPREAD = np.vstack([[(0, 0), (1, 1)], np.random.default_rng(0).uniform(0, 1, (15, 2))])


def find_rectangle(frame, expected=()):
    """A person whose joints spread over the bright part of the frame, if there is one."""
    rows, columns = np.nonzero(frame[..., 0] > 128)
    if not len(rows):
        return []
    low, high = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()])
    return [person_within(low + SPREAD * (high - low), np.ones(17), 1.0, frame.shape[1::-1])]


@pytest.fixture
def frames():
    """Somebody walks through 30 frames of 160x120 pixels."""
    frames = np.zeros((30, 120, 160, 3), np.uint8)
    for time, frame in enumerate(frames):
        frame[30:90, 20 + 2 * time:40 + 2 * time] = 255
    return frames


@pytest.fixture
def checkpoint(tmp_path):
    """``checkpoint(*overrides)``: file of an untrained model of three classes."""
    def write(*overrides):
        torch.manual_seed(0)
        cfg = load_config(None, overrides, ['IMAGE_SIZE', '[32,32]', 'CLIP_SIZE', '4', 'NUM_ACTION', '3',
                                            'SKELETON.NAME', 'stgcnpp'])
        torch.save({'model': build_model(cfg).state_dict(), 'config': cfg.dump(),
                    'class_names': ['sit', 'stand', 'walk']}, tmp_path / 'best.pth')
        return tmp_path / 'best.pth'

    return write


@pytest.fixture
def labeler(checkpoint, monkeypatch):
    monkeypatch.setattr(api, 'load_estimator', lambda annotator, trained: find_rectangle)
    return load(checkpoint())


def test_a_file_and_its_frames_have_the_same_labels(labeler, frames, tmp_path):
    write_video(tmp_path / 'walk.avi', frames, 10)
    video, memory = labeler.video(tmp_path / 'walk.avi', window=1.0), labeler.frames(frames, 10, window=1.0)
    for labels in (video, memory):
        person, = labels.people
        assert labels.size == (160, 120) and labels.fps == pytest.approx(10) and len(labels.edges) == 31
        assert (person.track, person.first_frame) == (1, 0)
        assert person.keypoints.shape == (30, 17, 2) and person.scores.shape == (30, 17)
        np.testing.assert_allclose(person.probabilities.sum(1), 1)
        first, last = person.segments[0], person.segments[-1]
        assert (first.start_s, first.first_frame, last.end_s, last.last_frame) == (0, 0, 3, 29)
        assert first.class_name == labels.class_names[first.label] and 0 < first.confidence <= 1
    np.testing.assert_allclose(memory.people[0].keypoints, video.people[0].keypoints, atol=2)


def test_a_folder_names_the_videos_and_what_is_wrong_with_them(labeler, frames, tmp_path):
    (tmp_path / 'videos' / 'b').mkdir(parents=True)
    write_video(tmp_path / 'videos' / 'b' / 'walk.avi', frames, 10)
    (tmp_path / 'videos' / 'a.mp4').write_text('no video')
    found = dict(labeler.folder(tmp_path / 'videos'))
    assert list(found) == ['a', 'b_walk'] and found['b_walk'].people[0].track == 1
    assert isinstance(found['a'], ValueError) and 'a.mp4: empty or not a video' in str(found['a'])


def test_a_camera_answers_frame_by_frame(labeler, frames, tmp_path, monkeypatch):
    monkeypatch.setattr('core.inference.build.TracedModel', lambda model: model)         # recording takes seconds
    write_video(tmp_path / 'walk.avi', frames[:6], 10)
    seen = list(labeler.camera(tmp_path / 'walk.avi', window=1.0))
    assert [round(labels.seconds, 1) for labels in seen] == [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    person, = seen[-1].people
    assert person.keypoints.shape == (17, 2) and person.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert person.confidence == person.probabilities.max()
    assert person.class_name == labeler.class_names[person.probabilities.argmax()]
    with pytest.raises(ValueError, match='camera 97 cannot be opened'):
        next(labeler.camera(97))


def test_whoever_finds_people_is_the_checkpoint_where_nothing_else_was_fetched(checkpoint, monkeypatch):
    asked = []

    def load_estimator(annotator, trained):
        asked.append(annotator)
        if annotator == 'blazepose':
            raise ValueError('run tools/fetch_blazepose.py')
        return find_rectangle

    monkeypatch.setattr(api, 'load_estimator', load_estimator)
    file = checkpoint()
    load(file)
    load(file, annotator='torchvision')
    assert asked == ['blazepose', 'checkpoint', 'torchvision']
    with pytest.raises(ValueError, match='fetch_blazepose'):
        load(file, annotator='blazepose')


def test_who_has_no_network_of_their_own_is_told_how_to_get_one(checkpoint, monkeypatch):
    monkeypatch.setattr('core.inference.build.build_estimator', refuse)
    with pytest.raises(ValueError, match='fetch_blazepose'):
        load(checkpoint('MODEL.NAME', 'skeleton'))
    assert load(checkpoint()).class_names == ('sit', 'stand', 'walk')


def refuse(annotator, checkpoint):
    raise ValueError('run tools/fetch_blazepose.py')


def test_what_cannot_be_is_said_in_a_sentence(labeler, frames, checkpoint):
    for wrong in (frames[0], frames.astype(float), frames[..., :1]):
        with pytest.raises(ValueError, match=r'uint8 RGB of shape \(T, H, W, 3\)'):
            labeler.frames(wrong, 10)
    with pytest.raises(ValueError, match='fps must be between 1 and 1000'):
        labeler.frames(frames, 0)
    for wrong in (0, float('nan'), float('inf')):
        with pytest.raises(ValueError, match='window must be more than 0 seconds and finite'):
            labeler.frames(frames, 10, window=wrong)
    with pytest.raises(ValueError, match="annotator must be one of blazepose, .*, found 'me'"):
        load('none.pth', annotator='me')
    with pytest.raises(ValueError, match='cannot label videos'):
        load(checkpoint('TRAIN.MODE', 'pose'))


def snippets():
    """The Python of ``docs/api.md``."""
    return re.findall(r'```python\n(.*?)```', (REPOSITORY / 'docs' / 'api.md').read_text(), re.DOTALL)


def test_the_page_runs(checkpoint, frames, tiny_overrides, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(api, 'load_estimator', lambda annotator, trained: find_rectangle)
    monkeypatch.setattr('core.inference.build.TracedModel', lambda model: model)
    Path('videos').mkdir()
    write_video(Path('walk.mp4'), frames, 10)
    write_video(Path('videos/walk.mp4'), frames, 10)
    stand_ins = {"'output/demo/best.pth'": repr(str(checkpoint())), 'camera(0)': "camera('walk.mp4')",
                 "'data/demo/videos/S001C001P001R001A006_rgb.avi'": "'walk.mp4'", "['exp/configs/demo.yaml']": '[]',
                 "['NAME', 'mine', 'TRAIN.END_EPOCH', '3']": repr([*tiny_overrides, 'END_EPOCH', '1'])}
    page = '\n'.join(snippets())
    assert all(text in page for text in stand_ins)
    for text, stand_in in stand_ins.items():
        page = page.replace(text, stand_in)
    found: dict = {}
    exec(page, found)
    assert found['labels'].people and found['now'].people and 0 <= found['metrics']['top1'] <= 100
    printed = capsys.readouterr().out
    assert 'Segment(start_s=0.0' in printed and '\n2.9 s 1 ' in printed


def test_everything_but_exported_files_works_without_their_packages_and_from_any_folder(tmp_path):
    program = ("import sys; sys.modules.update(dict.fromkeys(['onnx', 'onnxruntime'])); "
               f"sys.path.insert(0, '{REPOSITORY}'); from core.api import load; load('none.onnx')")
    done = subprocess.run([sys.executable, '-c', program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].startswith('ValueError: exported files need the package onnx')
