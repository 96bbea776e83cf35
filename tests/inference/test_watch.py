import signal

import numpy as np
import pytest

from core.data.frames.video import VideoReader
from core.inference import watch as watching
from core.inference.live import LiveRecognizer
from core.inference.watch import at_rate, open_source, watch


@pytest.fixture
def live(estimator, make_recognizer):
    return LiveRecognizer(make_recognizer(), estimator, 1.0, 10.0)


def test_a_file_is_watched_to_its_end(walking, make_video, live, tmp_path, capsys):
    source = open_source(make_video(walking(12)))
    watch(source, live, tmp_path / 'overlay.mp4')
    assert source.rate == 10 and len(list(VideoReader(tmp_path / 'overlay.mp4'))) == 12
    np.testing.assert_allclose(live.times, np.arange(12) / 10, atol=1e-3)
    first, *others = capsys.readouterr().out.splitlines()
    name, = (name for name in ('sit', 'stand', 'walk') if f'0.0 s  #1 {name} ' in first)
    assert first.endswith('%') and len(others) < 12 and not any(f' {name} ' in line for line in others[:1])


def test_ctrl_c_ends_it_and_what_was_seen_is_written(walking, make_video, live, tmp_path, monkeypatch):
    push, before = live.push, signal.getsignal(signal.SIGINT)

    def pressed(frame, seconds):
        if len(live.times) == 4:
            signal.raise_signal(signal.SIGINT)
        return push(frame, seconds)

    monkeypatch.setattr(live, 'push', pressed)
    watch(open_source(make_video(walking(12))), live, tmp_path / 'overlay.mp4')
    assert len(live.times) == len(list(VideoReader(tmp_path / 'overlay.mp4'))) == 5
    assert signal.getsignal(signal.SIGINT) is before


def test_q_in_the_window_ends_it(walking, make_video, live, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(watching.cv2, 'imshow', lambda title, frame: shown.append(frame))
    monkeypatch.setattr(watching.cv2, 'waitKey', lambda delay: ord('q') if len(shown) == 3 else -1)
    watch(open_source(make_video(walking(12))), live, tmp_path / 'overlay.mp4')
    assert len(live.times) == 3 and shown[0].shape == (120, 160, 3)


def test_frames_are_shown_at_their_times():
    times = [0.0, 0.1, 0.4, 0.41, 0.5]
    shown = list(at_rate(((np.uint8(index), seconds) for index, seconds in enumerate(times)), 10.0))
    assert shown == [0, 1, 2, 2, 2, 4]


def test_a_camera_that_is_not_there_is_said_in_a_sentence():
    with pytest.raises(ValueError, match='camera 97 cannot be opened'):
        open_source(97)


def test_a_camera_below_zero_is_never_asked_for(monkeypatch):
    monkeypatch.setattr(watching.cv2, 'VideoCapture', lambda number: pytest.fail('OpenCV may end the program'))
    with pytest.raises(ValueError, match='camera -1 cannot be opened'):
        open_source(-1)
