import shutil

import pytest

from core.data.frames.jpeg import read_header
from core.data.frames.tube_files import Tube, write_tube
from tools.benchmarks import loader as benchmark_loader


def test_our_crops_and_joints_are_the_plain_loaders(tiny_overrides, tiny_data, tmp_path, capsys):
    data = shutil.copytree(tiny_data, tmp_path / 'data')
    for folder in (data / 'images').iterdir():
        files = [file.read_bytes() for file in sorted(folder.iterdir())]
        size = read_header(files[0]).size
        (data / 'tubes' / folder.name).mkdir(parents=True)
        write_tube(data / 'tubes' / folder.name, Tube(size, (0, 0, *size), (size,)), [[file] for file in files])
    benchmark_loader.main(['--tubes', 'tubes', '--clips', '3', *tiny_overrides, 'DATA_DIR', str(data)])
    plain, uncut, tubes, difference = capsys.readouterr().out.splitlines()
    assert plain.startswith('plain') and ' 1.00 x' in plain
    assert uncut.startswith('uncut frames') and 'MB' in uncut and tubes.startswith('tubes')
    levels, pixels = (float(part.split()[0]) for part in difference.split(': ')[1].split(', '))
    assert levels <= 1 and pixels < 1e-3


def test_nothing_to_load_is_refused(tiny_overrides):
    with pytest.raises(ValueError, match='--clips'):
        benchmark_loader.main(['--clips', '0', *tiny_overrides])


def test_another_system_is_refused():
    with pytest.raises(ValueError, match='the configuration is of MODEL.NAME posec3d.*a system that can: joint'):
        benchmark_loader.main(['MODEL.NAME', 'posec3d'])
