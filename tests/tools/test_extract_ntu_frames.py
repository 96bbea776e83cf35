import argparse

import numpy as np
import pytest

from core.data.frames.video import write_video
from tools.extract_ntu_frames import main, setup_numbers

NAMES = ('S001C001P001R001A001', 'S001C001P001R001A002')


@pytest.fixture
def videos(tmp_path):
    folder = tmp_path / 'videos'
    folder.mkdir()
    for name in NAMES:
        write_video(folder / f'{name}_rgb.avi', np.random.default_rng(0).integers(0, 255, (5, 48, 64, 3), np.uint8))
    return folder


def arguments(videos, *more):
    return ['--videos', str(videos), '--out', str(videos.parent / 'images'), '--size', '32', '24', '--jobs', '1', *more]


def test_extracts_and_reports(videos, capsys):
    assert main(arguments(videos)) == 0
    assert '2 sequences extracted, 0 there already, 0 failed' in capsys.readouterr().out
    assert [len(list((videos.parent / 'images' / name).iterdir())) for name in NAMES] == [5, 5]
    assert main(arguments(videos)) == 0
    assert '0 sequences extracted, 2 there already, 0 failed' in capsys.readouterr().out


def test_damaged_videos_and_missing_names_are_counted_and_named(videos, tmp_path, capsys):
    broken = videos / f'{NAMES[1]}_rgb.avi'
    broken.write_bytes(broken.read_bytes()[:4000])
    names = tmp_path / 'names.txt'
    names.write_text('\n'.join((*NAMES, 'S001C001P001R001A060')))
    assert main(arguments(videos, '--names', str(names))) == 1
    printed = capsys.readouterr()
    assert '1 sequences extracted, 0 there already, 2 failed' in printed.out
    assert broken.name in printed.err and 'S001C001P001R001A060: listed in' in printed.err


def test_names_restrict_the_run(videos, tmp_path):
    names = tmp_path / 'names.txt'
    names.write_text(NAMES[1])
    assert main(arguments(videos, '--names', str(names))) == 0
    assert [entry.name for entry in (tmp_path / 'images').iterdir()] == [NAMES[1]]


def test_setups_are_chosen_from_per_setup_folders(tmp_path, capsys):
    names = ('S001C001P001R001A001', 'S018C001P008R001A061', 'S021C001P008R001A061')
    for name in names:
        folder = tmp_path / 'videos' / f'nturgb+d_rgb_{name[:4].lower()}'
        folder.mkdir(parents=True)
        write_video(folder / f'{name}_rgb.avi', np.zeros((2, 48, 64, 3), np.uint8))
    assert main(arguments(tmp_path / 'videos', '--setups', '18', '20-22')) == 1
    printed = capsys.readouterr()
    assert sorted(entry.name for entry in (tmp_path / 'images').iterdir()) == list(names[1:])
    assert '2 sequences extracted, 0 there already, 2 failed' in printed.out
    assert all(f'no video of setup {setup}' in printed.err for setup in (20, 22))


@pytest.mark.parametrize('text', ['x', '20-', '-3', '5-4', '1-2-3'])
def test_odd_setups_are_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match='neither a setup such as 18 nor a range'):
        setup_numbers(text)


def test_bad_arguments_end_in_one_sentence_and_status_2(pose_action, tmp_path):
    done = pose_action('extract-ntu', '--videos', tmp_path / 'none', '--out', tmp_path / 'out')
    assert done.returncode == 2 and done.stderr.startswith('error: ') and done.stderr.count('\n') == 1
    assert not (tmp_path / 'out').exists()
