import numpy as np
import pytest

from core.data.frames.video import VideoReader, usual_size, write_video


def gray(*levels, size=(48, 64)):
    return [np.full((*size, 3), level, np.uint8) for level in levels]


@pytest.mark.parametrize('suffix', ['.avi', '.mp4'])
def test_written_frames_come_back_in_order_and_color(tmp_path, suffix):
    path = tmp_path / f'clip{suffix}'
    frames = gray(20, 90, 160, 230)
    frames[0] = frames[0] * np.array([8, 1, 0], np.uint8)  # orange
    write_video(path, iter(frames), fps=10)
    reader = VideoReader(path)
    assert (reader.announced_frames, reader.fps) == (4, 10)
    read = list(reader)
    assert reader.seconds == pytest.approx(0.3)
    assert len(read) == 4 and all(frame.shape == (48, 64, 3) and frame.dtype == np.uint8 for frame in read)
    assert np.abs(np.mean(read, (1, 2)) - np.mean(frames, (1, 2))).max() < 12
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_unwritable_videos_are_refused_and_leave_nothing(tmp_path):
    for name, frames in (('a.gif', gray(1)), ('a.avi', [])):
        with pytest.raises(ValueError, match='needs a name ending in .mp4 or .avi and at least one frame'):
            write_video(tmp_path / name, frames)
    with pytest.raises(ValueError, match='among frames of shape'):
        write_video(tmp_path / 'a.avi', gray(1) + gray(1, size=(8, 8)))
    with pytest.raises(ValueError, match='check the folder'):
        write_video(tmp_path / 'none' / 'a.avi', gray(1))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('content', [b'', b'not a video' * 50])
def test_files_that_are_no_video_are_refused(tmp_path, content):
    path = tmp_path / 'clip.avi'
    with pytest.raises(ValueError, match='no such video file'):
        VideoReader(path)
    path.write_bytes(content)
    with pytest.raises(ValueError, match='clip.avi: empty or not a video'):
        VideoReader(path)


def test_frames_are_stored_with_960_pixels_on_the_longer_side_at_most():
    assert [usual_size(size) for size in ((1920, 1080), (1080, 1920), (960, 540), (320, 240), (9600, 1))] == [
        (960, 540), (540, 960), (960, 540), (320, 240), (960, 1)]
