
import cv2
import numpy as np
import pytest

from core.data.frames.video import write_video
from tools.extract_nucla_frames import main


@pytest.fixture
def release(tmp_path):
    """A folder of twelve pictures, a video of three frames, and a video of no class; 64x48."""
    frames = np.random.default_rng(0).integers(0, 255, (3, 48, 64, 3), np.uint8)
    pictures = tmp_path / 'release' / 'view_1' / 'a01_s01_e00'
    pictures.mkdir(parents=True)
    for number in range(12):
        cv2.imwrite(str(pictures / f'frame_{number}_tc_{100 + number}_rgb.jpg'), np.full((48, 64, 3), 20 * number))
    for action in ('a02', 'a10'):
        (tmp_path / 'release' / action).mkdir()
        write_video(tmp_path / 'release' / action / 'v01_s01_e00.avi', frames)
    return tmp_path / 'release'


def test_pictures_and_videos_through_one_extractor(release, capsys):
    out = release.parent / 'images'
    assert main(['--release', str(release), '--out', str(out), '--size', '32', '24', '--jobs', '1']) == 0
    printed = capsys.readouterr().out
    assert '1 sequences left out' in printed and '2 sequences extracted, 0 there already, 0 failed' in printed
    assert {entry.name: len(list(entry.iterdir())) for entry in out.iterdir()} == {
        'a01_s01_e00_v01': 12, 'a02_s01_e00_v01': 3}
    brightness = [cv2.imread(str(out / 'a01_s01_e00_v01' / f'{number:05d}.jpg')).mean() for number in range(1, 13)]
    np.testing.assert_allclose(brightness, 20 * np.arange(12), atol=2)


def test_a_damaged_picture_is_named(release, capsys):
    broken = release / 'view_1' / 'a01_s01_e00' / 'frame_3_tc_103_rgb.jpg'
    broken.write_bytes(b'')
    assert main(['--release', str(release), '--out', str(release.parent / 'images'), '--jobs', '1']) == 1
    printed = capsys.readouterr()
    assert broken.name in printed.err and '1 sequences extracted, 0 there already, 1 failed' in printed.out


def test_bad_arguments_end_in_one_sentence_and_status_2(pose_action, tmp_path):
    done = pose_action('extract-nucla', '--release', tmp_path / 'none', '--out', tmp_path / 'out')
    assert done.returncode == 2 and done.stderr.startswith('error: ') and done.stderr.count('\n') == 1
