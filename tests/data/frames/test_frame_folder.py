import cv2
import numpy as np
import pytest

from core.data.frames.frame_folder import FrameFolder
from core.data.frames.jpeg import encode_jpeg
from core.data.frames.tube_files import FRAMES_FILE, Tube, write_tube

WHOLE = np.array([[0, 0, 10_000, 10_000]])


def read(root, times, num_frames, name='A', regions=None, steps=None):
    regions = np.repeat(WHOLE, len(times), 0) if regions is None else regions
    steps = np.ones(len(times)) if steps is None else steps
    return list(FrameFolder(root).read(name, np.array(times), num_frames, regions, steps))


def make_tube(root, frames, sizes, name='A', frame_size=(320, 240), box=(100, 50, 228, 146)):
    """A sequence that shows ``box`` of a larger frame, ``frames`` resized to all ``sizes``."""
    (root / 'images' / name).mkdir(parents=True)
    write_tube(root / 'images' / name, Tube(frame_size, box, sizes),
               [[encode_jpeg(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), 95) for size in sizes]
                for frame in frames])


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
    pictures = [np.full((8, 16, 3), color, np.uint8) for color in ((250, 0, 0), (0, 250, 0), (0, 0, 250))]
    views = read(make_frames(frames=pictures), [2, 0], 3)
    assert [view.time for view in views] == [2, 0] and views[0].pixels.dtype == np.uint8
    for view, picture in zip(views, (pictures[2], pictures[0]), strict=True):
        assert np.abs(view.pixels[..., ::-1].astype(int) - picture).max() < 8
        assert view.place == ((0, 0), (1, 1))


def test_only_the_region_is_decoded_and_it_is_the_whole_frames(make_frames):
    picture = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)
    root = make_frames(frames=[picture])
    rewrite(root, [cv2.GaussianBlur(picture, (0, 0), 2)])
    whole, = read(root, [0], 1)
    part, = read(root, [0], 1, regions=np.array([[70, 40, 100, 75]]))
    assert part.pixels.size < whole.pixels.size / 3
    x, y = (int(place) for place in part.place.origin)
    assert x <= 70 and y <= 40
    assert np.array_equal(part.pixels[40 - y:75 - y, 70 - x:100 - x], whole.pixels[40:75, 70:100])


def test_whole_frames_are_rgb_and_replaced_like_others(make_frames):
    pictures = [np.full((8, 16, 3), color, np.uint8) for color in ((250, 0, 0), (0, 250, 0), (0, 0, 250))]
    root = make_frames(frames=pictures)
    (root / 'images' / 'A' / '00001.jpg').unlink()
    frames = list(FrameFolder(root).whole('A', np.array([2, 0, 2]), 3))
    assert [frame.shape for frame in frames] == [(8, 16, 3)] * 3 and frames[0].dtype == np.uint8
    for frame, picture in zip(frames, (pictures[2], pictures[1], pictures[2]), strict=True):
        assert np.abs(frame.astype(int) - picture).max() < 8


def test_the_whole_frame_of_a_tube_is_black_around_it(tmp_path):
    make_tube(tmp_path, [np.full((48, 64, 3), 200, np.uint8)], ((64, 48),))          # 128x96 pixels of the frame
    frame, = FrameFolder(tmp_path).whole('A', np.array([0]), 1)
    assert frame.shape == (240, 320, 3)
    assert (np.abs(frame[52:144, 102:226].astype(int) - 200) < 6).all()
    frame[48:148, 98:230] = 0
    assert not frame.any()


def test_a_tube_is_placed_in_the_uncut_frame_and_read_in_the_size_that_is_enough(tmp_path):
    ramp = np.ascontiguousarray(np.broadcast_to(np.arange(64, dtype=np.uint8)[None, :, None] * 3, (48, 64, 3)))
    make_tube(tmp_path, [ramp] * 5, ((64, 48), (32, 24)))       # 128x96 pixels of the frame
    assert FrameFolder(tmp_path).frame_size('A', 5) == (320, 240)
    steps = np.array([1, 3.9, 4, 100, 2])
    for region in (WHOLE, np.array([[150, 60, 170, 90]])):
        views = read(tmp_path, range(5), 5, regions=np.repeat(region, 5, 0), steps=steps)
        assert [view.place.scale[0] for view in views] == [0.5, 0.5, 0.25, 0.25, 0.5]
        for number, view in enumerate(views):
            assert view.time == number
            assert region is not WHOLE or view.pixels.shape[1] == 128 * view.place.scale[0]
            shown = view.place.origin[0] + np.arange(view.pixels.shape[1]) / view.place.scale[0]    # in the frame
            edges = shown + 0.5 - 100                                                               # in the box
            assert np.abs((edges * 0.5 - 0.5) * 3 - view.pixels[3, :, 0]).max() < 3


def test_a_tube_in_the_upper_left_corner_is_still_a_tube(tmp_path):
    make_tube(tmp_path, [np.zeros((48, 64, 3), np.uint8)] * 12, ((64, 48),), box=(0, 0, 64, 48))
    assert [view.time for view in read(tmp_path, [3], 12)] == [3]


def test_what_is_left_of_a_truncated_tube_replaces_the_rest(tmp_path):
    make_tube(tmp_path, [np.full((48, 64, 3), 20 * number, np.uint8) for number in range(6)], ((64, 48),))
    path = tmp_path / 'images' / 'A' / FRAMES_FILE
    path.write_bytes(path.read_bytes()[:-700])
    views = read(tmp_path, range(8), 8)
    assert [view.time for view in views] == [0, 1, 2, 3, 4, 4, 4, 4]
    assert all(abs(int(view.pixels[0, 0, 0]) - 20 * view.time) < 3 for view in views)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match='A: no readable frame'):
        read(tmp_path, [0], 6)


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


def test_integralactions_folders_and_file_names_are_read(make_frames):
    root = make_frames('train_256/golf/x', 3)
    make_frames('B', 1)
    for number in (1, 2, 3):
        file = root / 'images/train_256/golf/x' / f'{number:05d}.jpg'
        file.rename(file.with_name(f'{number:06d}.jpg'))
    frames = FrameFolder(root)
    name = 'train_256/golf/x'
    assert frames.names_with([name, 'train_256/golf/y', 'C']) == {'B', 'train_256', name}
    assert frames.frame_size(name, 3) == (160, 120) and not frames.is_cut(name, 3)
    assert [view.time for view in read(root, [2, 0], 3, name=name)] == [2, 0]
    (root / 'images' / name / '000001.jpg').unlink()
    assert [view.time for view in read(root, [0], 3, name=name)] == [1]
