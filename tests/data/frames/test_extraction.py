from functools import partial

import cv2
import numpy as np
import pytest

from core.data.frames.extraction import FrameFormat, extract_sequence, extract_sequences, videos_by_sequence
from core.data.frames.jpeg import decode_jpeg
from core.data.frames.person_tubes import person_cut
from core.data.frames.tube_files import Tube, open_tube, read_tube
from core.data.frames.video import write_video

SMALL = FrameFormat((32, 24))


@pytest.fixture
def videos(tmp_path):
    """Folder with the videos A (12 frames) and B (3 frames), 64x48."""
    folder = tmp_path / 'videos'
    (folder / 'setup1').mkdir(parents=True)
    rng = np.random.default_rng(0)
    for path, count in ((folder / 'A_rgb.avi', 12), (folder / 'setup1' / 'B.avi', 3)):
        write_video(path, rng.integers(0, 255, (count, 48, 64, 3), np.uint8))
    return folder


def sizes(folder):
    return {path.name: cv2.imread(str(path)).shape[1::-1] for path in sorted(folder.iterdir())}


def stored(folder, time, level=0):
    """BGR picture of a frame of a tube, float (H, W, 3)."""
    with open_tube(folder, read_tube(folder)) as read:
        return decode_jpeg(read(time, level)).astype(np.float32)


def test_find_videos_names_sequences(videos):
    (videos / 'notes.txt').touch()
    assert videos_by_sequence(videos) == {'A': videos / 'A_rgb.avi', 'B': videos / 'setup1' / 'B.avi'}
    (videos / 'setup1' / 'A.mp4').touch()
    with pytest.raises(ValueError, match='are both sequence A; keep one'):
        videos_by_sequence(videos)


def test_find_videos_refuses_empty_and_missing_folders(tmp_path):
    with pytest.raises(ValueError, match='holds no video'):
        videos_by_sequence(tmp_path)
    with pytest.raises(ValueError, match='no such directory'):
        videos_by_sequence(tmp_path / 'none')


def test_find_videos_ignores_resource_files_and_takes_per_setup_folders(tmp_path):
    names = ('S001C001P001R001A001', 'S018C001P008R001A061')
    for name in names:
        folder = tmp_path / f'nturgb+d_rgb_{name[:4].lower()}'
        folder.mkdir()
        for file in (f'{name}_rgb.avi', f'._{name}_rgb.avi'):
            (folder / file).touch()
    assert tuple(videos_by_sequence(tmp_path)) == names


def test_extract_video_writes_numbered_frames(videos, tmp_path):
    assert extract_sequence(videos / 'A_rgb.avi', tmp_path / 'out' / 'A', SMALL) == 12
    assert sizes(tmp_path / 'out' / 'A') == {f'{number:05d}.jpg': (32, 24) for number in range(1, 13)}
    assert [entry.name for entry in (tmp_path / 'out').iterdir()] == ['A']


@pytest.mark.parametrize('size', [(64, 48), (16, 12), (128, 96)])
def test_frames_keep_content_and_color_at_every_size(tmp_path, size):
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:, 32:] = (200, 60, 30)
    write_video(tmp_path / 'v.avi', [picture] * 2)
    extract_sequence(tmp_path / 'v.avi', tmp_path / 'v', FrameFormat(size))
    stored = cv2.imread(str(tmp_path / 'v' / '00002.jpg'))[..., ::-1].astype(float)
    assert stored.shape == (size[1], size[0], 3)
    assert np.abs(stored[:, -size[0] // 4:].mean((0, 1)) - (200, 60, 30)).max() < 10
    assert stored[:, :size[0] // 4].mean() < 10


def test_truncated_video_leaves_nothing(videos, tmp_path):
    path = videos / 'A_rgb.avi'
    path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])
    with pytest.raises(ValueError, match=r'A_rgb.avi: truncated, \d of 12 frames'):
        extract_sequence(path, tmp_path / 'out' / 'A', SMALL)
    assert not list((tmp_path / 'out').iterdir())


@pytest.fixture
def pictures(tmp_path):
    """Three JPEG files, 64x48, of a smooth pattern; the third is a little brighter."""
    (tmp_path / 'pictures').mkdir()
    across, down = np.meshgrid(np.linspace(20, 200, 64), np.linspace(30, 220, 48))
    pattern = np.stack([across, down, np.full_like(down, 90)], -1)
    paths = tuple(tmp_path / 'pictures' / f'frame_{number}_rgb.jpg' for number in (0, 5, 10))
    for path, gain in zip(paths, (1, 1, 1.1), strict=True):
        cv2.imwrite(str(path), (pattern * gain).astype(np.uint8)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 100])
    return paths


def test_picture_files_are_frames_in_the_given_order(pictures, tmp_path):
    assert extract_sequence(pictures[::-1], tmp_path / 'out' / 'A', FrameFormat((64, 48))) == 3
    stored = [cv2.imread(str(tmp_path / 'out' / 'A' / f'{number:05d}.jpg')).astype(int) for number in (1, 2, 3)]
    assert np.abs(stored[2] - cv2.imread(str(pictures[0]))).max() < 8
    assert stored[0].mean() > stored[1].mean() + 5


def test_frames_of_a_tube_are_in_order(pictures, tmp_path):
    assert extract_sequence(pictures[::-1], tmp_path / 'A', SMALL, partial(person_cut, None)) == 3
    assert stored(tmp_path / 'A', 0).mean() > stored(tmp_path / 'A', 2).mean() + 5


def test_damaged_and_odd_pictures_are_named(pictures, tmp_path):
    pictures[1].write_bytes(pictures[1].read_bytes()[:-200])
    with pytest.raises(ValueError, match=r'frame_5_rgb\.jpg: cannot be read .* download it again'):
        extract_sequence(pictures, tmp_path / 'out' / 'A', SMALL)
    cv2.imwrite(str(pictures[1]), np.zeros((24, 32, 3), np.uint8))
    with pytest.raises(ValueError, match=r'frame_5_rgb\.jpg: 32x24 pixels among pictures of 64x48'):
        extract_sequence(pictures, tmp_path / 'out' / 'A', SMALL)
    pictures[1].unlink()
    for cut in (None, partial(person_cut, None)):
        with pytest.raises(ValueError, match=r'frame_5_rgb\.jpg: cannot be read .*No such file'):
            extract_sequence(pictures, tmp_path / 'out' / 'A', SMALL, cut)
    assert not list((tmp_path / 'out').iterdir())


@pytest.mark.parametrize('frame_size', [(64, 48), (32, 24), (128, 96)])
def test_a_tube_shows_what_its_file_says(pictures, tmp_path, make_record, frame_size):
    record = make_record('A', total_frames=3)
    record.keypoints[:] = record.keypoints * 0.5 + (60, 40)
    extract_sequence(pictures, tmp_path / 'tube', FrameFormat(frame_size, 100), partial(person_cut, record))
    extract_sequence(pictures, tmp_path / 'uncut', FrameFormat(frame_size, 100))
    tube, uncut = read_tube(tmp_path / 'tube'), cv2.imread(str(tmp_path / 'uncut' / '00001.jpg')).astype(np.float32)
    assert tube.frame_size == frame_size and read_tube(tmp_path / 'uncut') is None
    for level in range(len(tube.sizes)):
        cut = stored(tmp_path / 'tube', 0, level)
        assert cut.shape == (*tube.sizes[level][::-1], 3) and cut.shape[0] * cut.shape[1] < 0.8 * 64 * 48
        (x, y), (across, down) = tube.place(level)
        expected = cv2.warpAffine(uncut, np.array([[1 / across, 0, x], [0, 1 / down, y]]), cut.shape[1::-1],
                                  flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        assert np.abs(cut - expected)[2:-2, 2:-2].mean() < 1.5


def test_only_sequences_with_a_cut_become_tubes(videos, tmp_path):
    cuts = {'B': partial(person_cut, None)}
    assert extract_sequences(videos_by_sequence(videos), tmp_path / 'out', SMALL, 1, cuts) == (2, 0, {})
    assert read_tube(tmp_path / 'out' / 'A') is None
    tube = read_tube(tmp_path / 'out' / 'B')
    assert tube == Tube((32, 24), (0, 0, 32, 24), tube.sizes) and tube.sizes[0] == (64, 48)
    assert stored(tmp_path / 'out' / 'B', 2).shape == (48, 64, 3)


def test_resume_skips_finished_sequences_and_removes_leftovers(videos, tmp_path):
    out = tmp_path / 'out'
    found = videos_by_sequence(videos)
    assert extract_sequences({'B': found['B']}, out, SMALL, jobs=1) == (1, 0, {})
    before = (out / 'B' / '00001.jpg').stat().st_mtime_ns
    (out / '.partial-A').mkdir()
    (out / '.partial-A' / '00099.jpg').touch()
    assert extract_sequences(found, out, SMALL, jobs=2) == (1, 1, {})
    assert sorted(entry.name for entry in out.iterdir()) == ['A', 'B'] and len(list((out / 'A').iterdir())) == 12
    assert (out / 'B' / '00001.jpg').stat().st_mtime_ns == before


def test_a_damaged_video_does_not_stop_the_others(videos, tmp_path):
    (videos / 'C_rgb.avi').write_bytes(b'')
    extracted, present, failures = extract_sequences(videos_by_sequence(videos), tmp_path / 'out', SMALL, jobs=1)
    assert (extracted, present, list(failures)) == (2, 0, ['C']) and 'C_rgb.avi: empty or not' in failures['C']
