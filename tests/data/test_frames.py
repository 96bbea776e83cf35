import cv2
import numpy as np
import pytest

from core.data.frames import FrameFolder
from core.data.jpeg import encode_jpeg
from core.data.tubes import Tube, write_tube

WHOLE = np.array([[0, 0, 10_000, 10_000]])


def read(root, times, num_frames, name='A', regions=None, steps=None):
    regions = np.repeat(WHOLE, len(times), 0) if regions is None else regions
    steps = np.ones(len(times)) if steps is None else steps
    return list(FrameFolder(root).read(name, times, num_frames, regions, steps))


def rewrite(root, frames, name='A'):
    """Replace the JPEG files of a sequence by ones with restart markers."""
    for number, frame in enumerate(frames, 1):
        (root / 'images' / name / f'{number:05d}.jpg').write_bytes(encode_jpeg(frame, 95))


def test_lists_sequences_and_knows_their_size(make_frames):
    root = make_frames('A', 3)
    make_frames('B', 2)
    (root / 'images' / '.partial-C').mkdir()
    (root / 'images' / 'notes.txt').touch()
    frames = FrameFolder(root)
    assert frames.names == {'A', 'B'} and frames.frame_size('A', 3) == (160, 120)


def test_reads_frames_by_zero_based_time(make_frames):
    pictures = [np.full((8, 16, 3), colour, np.uint8) for colour in ((250, 0, 0), (0, 250, 0), (0, 0, 250))]
    views = read(make_frames(frames=pictures), np.array([2, 0]), 3)
    assert [view.time for view in views] == [2, 0] and views[0].pixels.dtype == np.uint8
    for view, picture in zip(views, (pictures[2], pictures[0]), strict=True):
        assert np.abs(view.pixels[..., ::-1].astype(int) - picture).max() < 8
        assert view.origin == (0, 0) and view.scale == 1


def test_only_the_region_is_decoded_and_it_is_the_whole_frames(make_frames):
    picture = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)
    root = make_frames(frames=[picture])
    rewrite(root, [cv2.GaussianBlur(picture, (0, 0), 2)])
    whole, = read(root, [0], 1)
    part, = read(root, [0], 1, regions=np.array([[70, 40, 100, 75]]))
    assert part.pixels.size < whole.pixels.size / 3
    x, y = (int(place) for place in part.origin)
    assert x <= 70 and y <= 40
    assert np.array_equal(part.pixels[40 - y:75 - y, 70 - x:100 - x], whole.pixels[40:75, 70:100])


def test_a_tube_is_placed_in_the_uncut_frame_and_shrunk_where_that_is_enough(make_frames):
    ramp = np.broadcast_to(np.arange(64, dtype=np.uint8)[None, :, None] * 3, (48, 64, 3))
    root = make_frames(frames=[np.ascontiguousarray(ramp)])
    rewrite(root, [np.ascontiguousarray(ramp)])
    write_tube(root / 'images' / 'A', Tube((320, 240), (100.0, 50.0), 0.5))
    assert FrameFolder(root).frame_size('A', 1) == (320, 240)
    for step, shrink in ((1, 1), (3.9, 1), (4, 2), (8, 4), (100, 8)):
        for region in (WHOLE, np.array([[150, 60, 170, 90]])):
            view, = read(root, [0], 1, regions=region, steps=np.array([step]))
            assert view.scale == 0.5 / shrink
            assert region is not WHOLE or view.pixels.shape == (48 // shrink, 64 // shrink, 3)
            shown = view.origin[0] + np.arange(view.pixels.shape[1]) / view.scale       # frame positions
            assert np.abs((shown - 100) * 0.5 * 3 - view.pixels[3, :, 0]).max() < 3


def test_a_tube_in_the_upper_left_corner_is_still_a_tube(make_frames):
    root = make_frames()
    write_tube(root / 'images' / 'A', Tube((320, 240), (0.0, 0.0), 1.0))
    assert [view.time for view in read(root, [3], 12)] == [3]


def test_missing_and_damaged_frames_are_replaced_by_the_nearest(make_frames):
    root = make_frames(frames=[np.full((8, 16, 3), 20 * number, np.uint8) for number in range(10)])
    folder = root / 'images' / 'A'
    (folder / '00001.jpg').unlink()
    (folder / '00005.jpg').write_bytes((folder / '00005.jpg').read_bytes()[:-20])
    (folder / '00006.jpg').write_bytes(b'')
    cv2.imwrite(str(folder / '00010.jpg'), np.zeros((16, 16, 3), np.uint8))      # of another size
    views = read(root, range(10), 10)
    assert [view.time for view in views] == [1, 1, 2, 3, 3, 6, 6, 7, 8, 8]
    assert all(abs(int(view.pixels[0, 0, 0]) - 20 * view.time) < 3 for view in views)
    assert [view.time for view in read(root, [11], 12)] == [8]                   # more were annotated than stored


def test_a_sequence_without_any_readable_frame_is_named(make_frames, tmp_path):
    with pytest.raises(ValueError, match='images: no such directory; extract'):
        FrameFolder(tmp_path / 'nowhere')
    frames = FrameFolder(make_frames(count=2))
    (tmp_path / 'images' / 'empty').mkdir()
    for name in ('empty', 'absent'):
        with pytest.raises(ValueError, match=f'{name}: no readable frame; delete .* extract'):
            frames.frame_size(name, 3)
    for file in (tmp_path / 'images' / 'A').iterdir():
        file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(ValueError, match='A: no readable frame'):
        read(tmp_path, [0], 2)
