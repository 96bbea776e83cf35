import numpy as np
import pytest

from core.data.frames import FrameFolder


def test_lists_sequences_and_counts_frames(make_frames):
    root = make_frames('A', 3)
    make_frames('B', 2)
    (root / 'images' / '.partial-C').mkdir()
    (root / 'images' / 'notes.txt').touch()
    frames = FrameFolder(root)
    assert frames.names == {'A', 'B'} and (frames.num_frames('A'), frames.num_frames('B')) == (3, 2)


def test_reads_rgb_frames_by_zero_based_time(make_frames):
    pictures = [np.full((8, 16, 3), colour, np.uint8) for colour in ((250, 0, 0), (0, 250, 0), (0, 0, 250))]
    read = list(FrameFolder(make_frames(frames=pictures)).read('A', np.array([2, 0])))
    assert len(read) == 2 and read[0].dtype == np.uint8
    assert np.abs(read[0].astype(int) - pictures[2]).max() < 8 and np.abs(read[1].astype(int) - pictures[0]).max() < 8


def test_missing_things_are_named(make_frames, tmp_path):
    with pytest.raises(ValueError, match='images: no such directory; extract'):
        FrameFolder(tmp_path / 'nowhere')
    frames = FrameFolder(make_frames(count=2))
    (tmp_path / 'images' / 'empty').mkdir()
    for name in ('empty', 'absent'):
        with pytest.raises(ValueError, match=f'{name}: no frames; extract'):
            frames.num_frames(name)
    with pytest.raises(ValueError, match=r'00003.jpg: cannot read the frame \(No such file.*extract'):
        list(frames.read('A', [0, 2]))


@pytest.mark.parametrize('keep', [0, 0.5, 0.95])
def test_damaged_frames_are_named(make_frames, keep):
    root = make_frames(count=2)
    path = root / 'images' / 'A' / '00002.jpg'
    path.write_bytes(path.read_bytes()[:int(keep * path.stat().st_size)])
    with pytest.raises(ValueError, match='00002.jpg: not a complete JPEG'):
        list(FrameFolder(root).read('A', [0, 1]))


def test_frames_of_another_size_are_refused(make_frames):
    root = make_frames(frames=[np.zeros((8, 16, 3), np.uint8), np.zeros((16, 16, 3), np.uint8)])
    with pytest.raises(ValueError, match='00002.jpg: 16x16 pixels, but the frames before have 16x8'):
        list(FrameFolder(root).read('A', [0, 1]))
