import cv2
import numpy as np
import pytest

from core.data.extraction import FrameFormat, extract_video, extract_videos, find_videos, read_names
from core.data.video import write_video

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


def test_find_videos_names_sequences(videos):
    (videos / 'notes.txt').touch()
    assert find_videos(videos) == {'A': videos / 'A_rgb.avi', 'B': videos / 'setup1' / 'B.avi'}
    (videos / 'setup1' / 'A.mp4').touch()
    with pytest.raises(ValueError, match='are both sequence A; keep one'):
        find_videos(videos)


def test_find_videos_refuses_empty_and_missing_folders(tmp_path):
    with pytest.raises(ValueError, match='holds no video'):
        find_videos(tmp_path)
    with pytest.raises(ValueError, match='no such directory'):
        find_videos(tmp_path / 'none')


def test_read_names(tmp_path):
    path = tmp_path / 'names.txt'
    path.write_text('B\n\nA\nB\n')
    assert read_names(path) == ['B', 'A']
    path.write_text('\n')
    with pytest.raises(ValueError, match='is empty'):
        read_names(path)
    with pytest.raises(ValueError, match='cannot read the list'):
        read_names(tmp_path / 'none.txt')


def test_extract_video_writes_numbered_frames(videos, tmp_path):
    assert extract_video(videos / 'A_rgb.avi', tmp_path / 'out' / 'A', SMALL) == 12
    assert sizes(tmp_path / 'out' / 'A') == {f'{number:05d}.jpg': (32, 24) for number in range(1, 13)}
    assert [entry.name for entry in (tmp_path / 'out').iterdir()] == ['A']


@pytest.mark.parametrize('size', [(64, 48), (16, 12), (128, 96)])
def test_frames_keep_content_and_colour_at_every_size(tmp_path, size):
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:, 32:] = (200, 60, 30)
    write_video(tmp_path / 'v.avi', [picture] * 2)
    extract_video(tmp_path / 'v.avi', tmp_path / 'v', FrameFormat(size))
    stored = cv2.imread(str(tmp_path / 'v' / '00002.jpg'))[..., ::-1].astype(float)
    assert stored.shape == (size[1], size[0], 3)
    assert np.abs(stored[:, -size[0] // 4:].mean((0, 1)) - (200, 60, 30)).max() < 10
    assert stored[:, :size[0] // 4].mean() < 10


def test_truncated_video_leaves_nothing(videos, tmp_path):
    path = videos / 'A_rgb.avi'
    path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])
    with pytest.raises(ValueError, match=r'A_rgb.avi: truncated, \d of 12 frames'):
        extract_video(path, tmp_path / 'out' / 'A', SMALL)
    assert not list((tmp_path / 'out').iterdir())


def test_resume_skips_finished_sequences_and_removes_leftovers(videos, tmp_path):
    out = tmp_path / 'out'
    found = find_videos(videos)
    assert extract_videos({'B': found['B']}, out, SMALL, jobs=1) == (1, 0, {})
    before = (out / 'B' / '00001.jpg').stat().st_mtime_ns
    (out / '.partial-A').mkdir()
    (out / '.partial-A' / '00099.jpg').touch()
    assert extract_videos(found, out, SMALL, jobs=2) == (1, 1, {})
    assert sorted(entry.name for entry in out.iterdir()) == ['A', 'B'] and len(list((out / 'A').iterdir())) == 12
    assert (out / 'B' / '00001.jpg').stat().st_mtime_ns == before


def test_a_damaged_video_does_not_stop_the_others(videos, tmp_path):
    (videos / 'C_rgb.avi').write_bytes(b'')
    extracted, present, failures = extract_videos(find_videos(videos), tmp_path / 'out', SMALL, jobs=1)
    assert (extracted, present, list(failures)) == (2, 0, ['C']) and 'C_rgb.avi: empty or not' in failures['C']
