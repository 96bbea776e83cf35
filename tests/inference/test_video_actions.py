import numpy as np
import pytest

from core.inference.footage import Footage
from core.inference.recognizers import CheckpointClips
from core.inference.video_actions import recognize_video


@pytest.fixture(scope='module')
def recognizer(make_recognizer):
    return CheckpointClips(make_recognizer())


@pytest.mark.parametrize(('frames', 'size'), [(3, (160, 120)), (10, (1100, 700)), (30, (160, 120))])
def test_short_long_and_large_videos_have_an_answer_for_every_frame(walking, make_video, estimator, recognizer, frames,
                                                                    size):
    path = make_video(walking(frames, size=size))
    actions = recognize_video(path, recognizer, estimator, 1.0)
    timeline, = actions.timelines
    assert timeline.person.first == 0 and timeline.probabilities.shape == (frames, 3)
    np.testing.assert_allclose(timeline.probabilities.sum(1), 1)
    assert timeline.spans[0].first == 0 and timeline.spans[-1].last == frames - 1
    assert actions.rate == pytest.approx(10) and actions.size == next(iter(Footage(path))).shape[1::-1]
    assert (len(np.unique(timeline.probabilities, axis=0)) > 1) == (frames == 30)       # one clip, or windows


def test_windows_are_seconds_not_frames(walking, make_video, estimator, recognizer):
    answers = [recognize_video(make_video(walking(30), fps=fps), recognizer, estimator, window).timelines[0]
               for fps, window in ((10, 1.0), (20, 0.5), (10, 2.0))]
    changes = [np.flatnonzero(np.abs(np.diff(answer.probabilities, axis=0)).max(1) > 1e-9).tolist()
               for answer in answers]
    assert changes[0] == changes[1] and len(changes[0]) > len(changes[2]) > 1


def test_who_comes_later_has_frames_of_the_video(walking, make_video, estimator, recognizer):
    frames = walking(30, persons=2, step=1)
    frames[:8, :, 55:] = 0
    actions = recognize_video(make_video(frames), recognizer, estimator, 1.0)
    late = max(actions.timelines, key=lambda timeline: timeline.person.first)
    assert len(actions.timelines) == 2 and late.spans[0].first == 8 and late.spans[-1].last == 29


def test_nobody_and_nothing_are_said_in_a_sentence(make_video, tmp_path, estimator, recognizer):
    empty = make_video(np.zeros((5, 40, 40, 3), np.uint8), 'empty.mp4')
    with pytest.raises(ValueError, match='empty.mp4: nobody was found in it; try another --annotator'):
        recognize_video(empty, recognizer, estimator, 1.0)
    (tmp_path / 'text.mp4').write_text('no video')
    with pytest.raises(ValueError, match='text.mp4: empty or not a video'):
        recognize_video(tmp_path / 'text.mp4', recognizer, estimator, 1.0)
