import json

import numpy as np
import pytest

from core.data.frames.tube_files import FRAMES_FILE, TUBE_FILE, Tube, open_tube, read_tube, write_tube

TUBE = Tube((960, 540), (12.25, 0.5, 112.25, 50.5), ((80, 40), (50, 25)))
CONTENT = {'frame_size': [960, 540], 'box': [12.25, 0.5, 112.25, 50.5], 'sizes': [[80, 40], [50, 25]]}
FILES = [[b'large 0', b'small 0'], [b'large 1!', b's 1']]


def test_what_is_shown_is_written_and_read_back(tmp_path):
    assert read_tube(tmp_path) is None
    write_tube(tmp_path, TUBE, FILES)
    assert json.loads((tmp_path / TUBE_FILE).read_text()) == CONTENT
    assert read_tube(tmp_path) == TUBE


def test_every_frame_in_every_size(tmp_path):
    write_tube(tmp_path, TUBE, FILES)
    with open_tube(tmp_path, TUBE) as read:
        assert [[read(time, level) for level in (0, 1)] for time in (0, 1)] == FILES
        for beyond in (-1, 2):
            with pytest.raises(ValueError, match='2 frames are stored'):
                read(beyond, 0)


def test_a_truncated_file_gives_what_is_left(tmp_path):
    write_tube(tmp_path, TUBE, FILES)
    path = tmp_path / FRAMES_FILE
    path.write_bytes(path.read_bytes()[:-5])
    with open_tube(tmp_path, TUBE) as read:
        assert [read(0, 0), read(1, 0), read(0, 1), read(1, 1)] == [FILES[0][0], FILES[1][0], b'small', b'']


@pytest.mark.parametrize('content', [None, b'\x01\x02\x03', b'\x0b' + bytes(20)])
def test_frames_that_are_no_tube_are_named(tmp_path, content):
    write_tube(tmp_path, TUBE, FILES)
    (tmp_path / FRAMES_FILE).unlink()
    if content is not None:
        (tmp_path / FRAMES_FILE).write_bytes(content)
    with pytest.raises(ValueError, match=r'tube\.bin: not the frames of a tube .* extract the sequence again'), \
            open_tube(tmp_path, TUBE):
        pass


@pytest.mark.parametrize('change', [
    '{', '[]', {'box': [1, 2, 3]}, {'frame_size': [960]}, {'frame_size': [0, 540]}, {'sizes': []}, {'sizes': [[8, 0]]},
    {'sizes': 3}, {'box': [1, 2, 1, 5]}, {'box': [float('nan'), 2, 3, 4]}, {'box': [0, 0, float('inf'), 4]}])
def test_a_damaged_description_is_named(tmp_path, change):
    text = change if isinstance(change, str) else json.dumps(CONTENT | change)
    (tmp_path / TUBE_FILE).write_text(text)
    with pytest.raises(ValueError, match=r'tube\.json: .* extract the sequence again'):
        read_tube(tmp_path)


def test_a_tube_of_the_first_kind_is_refused_in_a_sentence(tmp_path):
    (tmp_path / TUBE_FILE).write_text('{"frame_size": [960, 540], "origin": [1, 2], "scale": 1}')
    with pytest.raises(ValueError, match=r"tube\.json: not a tube's frame_size, box and sizes .* extract the sequence"):
        read_tube(tmp_path)


def test_places_and_sizes():
    (x, y), scale = TUBE.place(1)
    assert scale == (0.5, 0.5) and (x, y) == (12.25 + 1 - 0.5, 0.5 + 1 - 0.5)    # a pixel's center is half of it inside
    assert TUBE.place(1).moved((10, 4)) == ((x + 20, y + 8), scale)
    assert TUBE.levels(np.array([1, 1.99, 2, 50, 0.1])).tolist() == [0, 0, 1, 1, 0]
