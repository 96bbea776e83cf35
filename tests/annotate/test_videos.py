from pathlib import Path

import numpy as np
import pytest

from core.annotate import videos as annotate
from core.annotate.entries import load_people, read_frames
from core.annotate.labels import LabeledVideo, label_videos
from core.annotate.videos import AnnotationSettings, annotate_video, annotate_videos, find_people
from core.data.frames.video import write_video
from core.people.estimators import build_estimator


def test_a_video_becomes_frames_people_and_a_picture(clips, tmp_path, fake_estimator):
    settings = AnnotationSettings(tmp_path / 'out')
    summary = annotate_videos(label_videos(clips).videos, settings, jobs=1)
    assert summary.annotated == 2 and summary.failures == {} and set(summary.found) == {'limp_s02', 'walk_s01'}
    assert len(list((tmp_path / 'out' / 'images' / 'walk_s01').iterdir())) == 20
    assert (tmp_path / 'out' / 'people' / 'walk_s01.jpg').is_file()
    people = summary.found['walk_s01']
    assert people.keypoints.shape == (1, 20, 17, 2) and people.frame_size == (160, 120) and people.coverage == 1
    left_top = people.keypoints[0, :, 0].astype(float)
    assert np.allclose(left_top, np.stack([20 + 2 * np.arange(20), np.full(20, 30)], 1), atol=2)


def test_frames_in_place_are_annotated_without_a_video(clips, tmp_path, fake_estimator):
    settings = AnnotationSettings(tmp_path / 'out')
    annotate_videos(label_videos(clips).videos, settings, 1)
    (tmp_path / 'out' / 'people' / 'walk_s01.npz').unlink()
    frames = LabeledVideo('walk_s01', tmp_path / 'out' / 'images' / 'walk_s01', 0, 'train')
    people = annotate_videos([frames], settings, 1).found['walk_s01']
    assert people.keypoints.shape == (1, 20, 17, 2) and people.coverage == 1
    elsewhere = annotate_videos([frames], AnnotationSettings(tmp_path / 'elsewhere'), 1)
    assert "give --out in the folder above 'images'" in elsewhere.failures['walk_s01']


def test_hidden_frames_are_filled_with_lower_scores(clips, tmp_path, fake_estimator):
    found = annotate_videos(label_videos(clips).videos, AnnotationSettings(tmp_path / 'out'), jobs=1).found
    people = found['limp_s02']
    assert np.allclose(people.scores[0, 6:10], 0.5) and np.allclose(people.scores[0, :6], 1)
    assert np.allclose(people.keypoints[0, 8, 0].astype(float), (36, 30), atol=2)


def test_finished_videos_are_left_alone_until_the_method_changes(clips, tmp_path, fake_estimator):
    videos, settings = label_videos(clips).videos, AnnotationSettings(tmp_path / 'out')
    annotate_videos(videos[:1], settings, jobs=1)
    again = annotate_videos(videos, settings, jobs=1)
    assert again.annotated == 1 and len(again.found) == 2
    assert annotate_videos(videos, settings, jobs=1).annotated == 0
    assert annotate_videos(videos, settings._replace(pose='torchvision'), jobs=1).annotated == 2
    assert load_people(tmp_path / 'out' / 'people' / 'walk_s01.npz', settings.method) is None


def test_a_finished_set_needs_no_estimator(clips, tmp_path, fake_estimator, monkeypatch):
    videos, settings = label_videos(clips).videos, AnnotationSettings(tmp_path / 'out')
    annotate_videos(videos, settings, jobs=1)
    monkeypatch.setattr(annotate, 'build_estimator', None)
    assert annotate_videos(videos, settings, jobs=1).annotated == 0


def test_damaged_and_empty_videos_do_not_stop_the_others(clips, tmp_path, fake_estimator):
    damaged = clips / 'walk' / 's03.avi'
    damaged.write_bytes((clips / 'walk' / 's01.avi').read_bytes()[:3000])
    write_video(clips / 'walk' / 's04.avi', np.zeros((5, 120, 160, 3), np.uint8))
    summary = annotate_videos(label_videos(clips).videos, AnnotationSettings(tmp_path / 'out'), jobs=1)
    assert set(summary.found) == {'limp_s02', 'walk_s01'} and summary.annotated == 2
    assert 's03.avi' in summary.failures['walk_s03']
    assert summary.failures['walk_s04'].endswith('nobody was found in it; leave it out, or try another --pose')


@pytest.mark.parametrize(('size', 'stored'), [(None, (960, 480)), ((80, 60), (80, 60))])
def test_large_frames_are_stored_smaller(tmp_path, fake_estimator, size, stored):
    frames = np.zeros((2, 500, 1000, 3), np.uint8)
    frames[:, 100:400, 300:400] = 255
    write_video(tmp_path / 'a.avi', frames)
    settings = AnnotationSettings(tmp_path / 'out', size=size)
    annotate_video(LabeledVideo('a', tmp_path / 'a.avi', 0, ''), settings, annotate.build_estimator('', None))
    people = load_people(tmp_path / 'out' / 'people' / 'a.npz', settings.method)
    assert people.frame_size == stored
    assert np.allclose(people.keypoints[0, 0, 0] / stored, (0.3, 0.2), atol=0.01)
    assert next(read_frames(tmp_path / 'out' / 'images' / 'a', [0])).shape == (*stored[::-1], 3)


def test_the_estimator_is_told_whom_to_expect(clips, tmp_path, fake_estimator):
    annotate_videos(label_videos(clips).videos, AnnotationSettings(tmp_path), jobs=1)
    told = []

    def estimator(frame, expected):
        told.append(len(expected))
        return annotate.build_estimator('', None)(frame)

    find_people(tmp_path / 'images' / 'walk_s01', estimator, persons=1, second=10)
    assert told == [0] + [1] * 19


def test_a_missing_checkpoint_is_said_once(clips, tmp_path):
    settings = AnnotationSettings(tmp_path / 'out', 'checkpoint', Path('none.pth'))
    with pytest.raises(ValueError, match="checkpoint 'none.pth' does not exist"):
        annotate_videos(label_videos(clips).videos, settings, jobs=1)
    build_estimator.cache_clear()
