"""The text of ``.skeleton`` files: what is read, and which damage is noticed where."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.annotations.sources.ntu_text import parse_skeleton

FIRST, SECOND = 72057594037931101, 72057594037931102  # a float64 holds both as one number
NAME = 'S001C001P001R001A001'


@pytest.fixture
def lines(write_skeleton, make_joints):
    """A good file of three frames with one body each: its path and its 82 lines, 27 and a count a frame."""
    path = write_skeleton(NAME, [{FIRST: joints} for joints in make_joints(3)])
    return path, path.read_text().splitlines()


def test_bodies_are_read_with_their_frames(write_skeleton, make_joints):
    one, two = make_joints(3, seed=1), make_joints(2, seed=2)
    one[1, 0, 11], one[1, 1, 11] = 0, 1
    frames = [{FIRST: one[0]}, {}, {SECOND: two[0], FIRST: one[1]}, {SECOND: two[1]}, {FIRST: one[2]}, {}]
    parsed = parse_skeleton(write_skeleton(NAME, frames))
    assert parsed.num_frames == 6 and list(parsed.bodies) == [FIRST, SECOND]
    for body, joints, numbers in zip(parsed.bodies.values(), (one, two), ([0, 2, 4], [2, 3]), strict=True):
        assert body.frames.tolist() == numbers and body.xyz.dtype == body.color.dtype == np.float32
        np.testing.assert_allclose(body.xyz, joints[..., :3], rtol=1e-6)
        np.testing.assert_allclose(body.color, joints[..., 5:7], rtol=1e-6)
        np.testing.assert_array_equal(body.tracking, joints[..., 11])


def test_a_file_may_hold_nobody(write_skeleton):
    assert parse_skeleton(write_skeleton(NAME, [{}, {}])) == (2, {})
    assert parse_skeleton(write_skeleton(NAME, [])) == (0, {})


@pytest.mark.parametrize('nan', ['NaN', '-nan', 'nan(ind)', '-nan(ind)', '-1.#IND', '1.#QNAN', '-1.#IND00', '1.#INF'])
def test_every_spelling_of_nan_is_understood(lines, nan):
    path, rows = lines
    values = rows[4].split()
    path.write_text('\n'.join([*rows[:4], ' '.join([*values[:2], nan, *values[3:5], nan, *values[6:]]), *rows[5:]]))
    body = parse_skeleton(path).bodies[FIRST]
    assert np.argwhere(np.isnan(body.color)).tolist() == [[0, 0, 0]]
    assert body.xyz[0, 0, 2] == 0 and body.xyz[0, 1, 2] != 0


@pytest.mark.parametrize(('rows_left', 'frame'), [(1, 1), (2, 1), (3, 1), (28, 1), (29, 2), (57, 3), (81, 3), (84, 3)])
def test_a_truncated_file_is_refused(lines, rows_left, frame):
    path, rows = lines
    assert len(rows) == 85
    path.write_text('\n'.join(rows[:rows_left]))
    with pytest.raises(ValueError, match=rf'{NAME}\.skeleton: frame {frame} cannot be read \(the file ends in it\)'):
        parse_skeleton(path)


@pytest.mark.parametrize(('row', 'text', 'frame', 'what'), [
    (0, '2', 2, '28 lines follow'), (0, '4', 4, 'ends in it'), (0, 'three', 1, "expected, found 'three'"),
    (0, '-1', 1, "found '-1'"), (29, '0', 3, "found '72057594"), (29, '2', 2, "found '[-0-9. ]*'"),
    (30, '', 2, 'invalid literal'), (31, '24', 2, '24 joints instead of 25'),
    (40, '1 2 3', 2, '25 lines of 12 numbers'), (40, '', 2, '25 lines of 12'),
    (60, '1 2 3 4 5 x 7 8 9 10 11 2', 3, '25 lines of 12'),
    (84, '1 2 3 4 5 6 7 8 9 10 11', 3, '25 lines of 12')])
def test_a_damaged_file_is_refused_naming_the_frame(lines, row, text, frame, what):
    path, rows = lines
    path.write_text('\n'.join([*rows[:row], text, *rows[row + 1:]]))
    with pytest.raises(ValueError, match=f'frame {frame} cannot be read .*{what}'):
        parse_skeleton(path)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / f'{NAME}.skeleton'
    for content in (b'', b'\x00\xff\xfe' * 50, b'RIFF'):
        path.write_bytes(content)
        with pytest.raises(ValueError, match='frame 1 cannot be read'):
            parse_skeleton(path)
