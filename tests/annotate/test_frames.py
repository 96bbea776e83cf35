import numpy as np
import pytest

from core.annotate.frames import count_frames, read_frames
from core.data.extraction import FrameFormat, write_frames


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
