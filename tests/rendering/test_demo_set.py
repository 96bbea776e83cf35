from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.data.annotations.ntu import NTU60_TRAIN_SUBJECTS
from core.rendering import demo_set as demo
from core.rendering.body import POINT
from core.rendering.demo_set import (
    DEMO_ACTIONS,
    DemoOptions,
    Performance,
    act,
    demo_camera,
    film,
    plan_demo,
    split_names,
)

TINY = DemoOptions(subjects=1, repetitions=1, actions=(8, 23, 55))


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob('*.*'))}


@pytest.fixture
def short_videos(monkeypatch):
    monkeypatch.setattr(demo, 'FRAMES', (6, 9))


def test_plan_names_every_class_subject_and_repetition_once():
    plan = plan_demo(DemoOptions())
    assert len(plan) == len(DEMO_ACTIONS) * 8 * 2 == len(set(plan))
    assert plan[0].name(2) == 'S001C002P001R001A006'
    assert all(one.partner != one.subject for one in plan)
    train = NTU60_TRAIN_SUBJECTS
    assert all((one.partner in train) == (one.subject in train) for one in plan)


def test_plan_rejects_an_empty_set():
    with pytest.raises(ValueError, match='at least 1 subject'):
        plan_demo(DemoOptions(subjects=0))


def test_splits_follow_ntus_subjects_and_cameras():
    names = [performance.name(camera) for performance in plan_demo(DemoOptions()) for camera in (1, 2, 3)]
    split = split_names(names)
    assert {int(name[9:12]) for name in split['xsub_train']} == {1, 2, 4, 5, 8}
    assert {int(name[9:12]) for name in split['xsub_val']} == {3, 6, 7}
    assert {name[5:8] for name in split['xview_val']} == {'001'}
    for kind in ('xsub', 'xview'):
        assert sorted(split[f'{kind}_train'] + split[f'{kind}_val']) == sorted(names)


@pytest.mark.parametrize(('repetition', 'faced'), [(1, 3), (2, 2)])
def test_actor_faces_camera_3_then_camera_2(repetition, faced):
    figure, = act(Performance(0, 1, 2, repetition, 23))
    widths = {}
    for number in (1, 2, 3):
        pixels, _ = demo_camera(0, number).project(figure.points[0])
        widths[number] = pixels[POINT['left_shoulder'], 0] - pixels[POINT['right_shoulder'], 0]
    assert max(widths, key=widths.get) == faced


def test_acts_are_lively_in_view_and_the_same_for_all_cameras():
    for performance in plan_demo(DemoOptions(subjects=3, repetitions=2))[::5]:
        figures = act(performance)
        assert len(figures) == (2 if performance.action > 49 else 1)
        assert demo.FRAMES[0] <= len(figures[0].points) <= demo.FRAMES[1]
        for number in (1, 2, 3):
            pixels, _ = demo_camera(0, number).project(figures[0].points)
            assert ((pixels > -20) & (pixels < (500, 290))).all(-1).mean() > 0.95
            assert np.ptp(pixels, axis=0).max() > 10


def test_blows_share_everything_but_what_the_striker_does():
    plan = plan_demo(DemoOptions(subjects=4, actions=demo.SETS['interactions']))
    acts = {performance: [figure.points for figure in act(performance)] for performance in plan}
    strikers = []
    for punch in plan[:8]:
        kick, push = punch._replace(action=51), punch._replace(action=52)
        alike = [all(np.array_equal(acts[punch][person], acts[other][person]) for other in (kick, push))
                 for person in (0, 1)]
        assert sum(alike) == 1
        strikers.append(alike.index(False))
    assert 1 <= sum(strikers) <= 7


def test_film_writes_readable_videos_that_match_the_annotation(tmp_path):
    filmed = film(Performance(0, 1, 2, 1, 55), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f'S001C00{c}P001R001A055_rgb.avi' for c in (1, 2, 3)]
    for camera, seen in enumerate(filmed, 1):
        video = cv2.VideoCapture(str(tmp_path / f'S001C00{camera}P001R001A055_rgb.avi'))
        frames = []
        while (read := video.read())[0]:
            frames.append(read[1][..., ::-1])
        assert len(frames) == seen.keypoints.shape[1] and frames[0].shape == (270, 480, 3)
        room = demo._demo_room(0, camera)
        x, y = np.rint(seen.keypoints[1, 0, 5:13].mean(axis=0)).astype(int)
        difference = np.abs(frames[0][y - 3:y + 4, x - 3:x + 4].astype(int) - room[y - 3:y + 4, x - 3:x + 4])
        assert difference.mean() > 15  # the partner's trunk
        assert np.abs(frames[0][:20].astype(int) - room[:20]).mean() < 6  # colors survive the codec


def test_written_set_is_complete_resumable_and_independent_of_jobs(tmp_path, short_videos):
    out = tmp_path / 'demo'
    assert demo.write_demo(out, TINY)
    first = digests(out)
    assert len(first) == 3 * 3 + 2
    content = pickle.loads((out / 'demo_annotations.pkl').read_bytes())
    assert content['class_names'] == ['sitting down', 'hand waving', 'hugging other person']
    assert [annotation['label'] for annotation in content['annotations']] == [0] * 3 + [1] * 3 + [2] * 3
    last = content['annotations'][-1]
    assert last['keypoint'].shape == (2, last['total_frames'], 17, 2) and last['keypoint'].dtype == np.float32
    assert last['img_shape'] == last['original_shape'] == (270, 480)
    assert set(np.unique(last['keypoint_score'])) == {0.5, 1.0}

    assert not demo.write_demo(out, TINY)
    (out / 'demo_annotations.pkl').unlink()
    lost, kept = sorted((out / 'videos').iterdir())[:2]
    lost.unlink()
    stamp = kept.stat().st_mtime_ns
    assert demo.write_demo(out, TINY) and digests(out) == first and kept.stat().st_mtime_ns == stamp
    assert demo.write_demo(out, TINY, force=True) and digests(out) == first and kept.stat().st_mtime_ns != stamp


def test_other_options_replace_the_set_but_never_foreign_videos(tmp_path, short_videos):
    assert demo.write_demo(tmp_path / 'demo', TINY)
    assert demo.write_demo(tmp_path / 'demo', DemoOptions(seed=1, subjects=1, repetitions=1, actions=(8, 23, 55)))
    foreign = tmp_path / 'ntu' / 'videos' / 'S001C001P001R001A001_rgb.avi'
    foreign.parent.mkdir(parents=True)
    foreign.touch()
    with pytest.raises(ValueError, match='not a demo set'):
        demo.write_demo(tmp_path / 'ntu', TINY, force=True)
    assert foreign.exists()
