import argparse
import pickle

import numpy as np
import pytest

from core.data.frames.extraction_cli import add_extraction_options, extract, parse_checked, read_names
from core.data.frames.tube_files import read_tube
from core.data.frames.video import write_video


@pytest.fixture
def sources(tmp_path):
    """Videos A and B, 64x48, two frames each."""
    (tmp_path / 'videos').mkdir()
    frames = np.random.default_rng(0).integers(0, 255, (2, 48, 64, 3), np.uint8)
    for name in 'AB':
        write_video(tmp_path / 'videos' / f'{name}.avi', frames)
    return {name: tmp_path / 'videos' / f'{name}.avi' for name in 'AB'}


@pytest.fixture
def annotations(tmp_path):
    """Annotation file of A alone: one person in the picture's left half."""
    keypoint = np.random.default_rng(0).uniform((8, 12), (16, 36), (1, 2, 17, 2))
    entry = {'frame_dir': 'A', 'label': 0, 'total_frames': 2, 'img_shape': (48, 64), 'keypoint': keypoint}
    (tmp_path / 'poses.pkl').write_bytes(pickle.dumps([entry]))
    return tmp_path / 'poses.pkl'


def small_parser():
    parser = argparse.ArgumentParser()
    add_extraction_options(parser, (32, 24))
    return parser


def run(tmp_path, sources, *more):
    line = ['--out', str(tmp_path / 'out'), '--jobs', '1', *map(str, more)]
    return extract(sources, parse_checked(small_parser(), line))


def test_default_size(tmp_path):
    arguments = parse_checked(small_parser(), ['--out', str(tmp_path)])
    assert tuple(arguments.size) == (32, 24) and not arguments.crop_persons


@pytest.mark.parametrize(('wrong', 'sentence'), [
    (('--size', '0', '24'), '--size and --jobs must be at least 1 and --quality between 1 and 100'),
    (('--quality', '101'), '--size and --jobs must be at least 1 and --quality between 1 and 100'),
    (('--jobs', '0'), '--size and --jobs must be at least 1 and --quality between 1 and 100'),
    (('--margin', '-0.1'), '--margin must be at least 0 and --aspect above 0'),
    (('--aspect', '0'), '--margin must be at least 0 and --aspect above 0'),
    (('--crop-persons',), '--crop-persons needs --annotations FILE.pkl'),
    (('--annotations', 'poses.pkl'), '--crop-persons needs --annotations FILE.pkl')])
def test_bad_options_are_refused(tmp_path, sources, wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        run(tmp_path, sources, *wrong)


def test_what_was_asked_for_in_vain_is_a_failure(tmp_path, sources, capsys):
    (tmp_path / 'names.txt').write_text('B\nC\n')
    arguments = ['--out', str(tmp_path / 'out'), '--jobs', '1', '--names', str(tmp_path / 'names.txt')]
    parsed = parse_checked(small_parser(), arguments)
    assert extract(sources, parsed, ['no setup 33']) == 1
    printed = capsys.readouterr()
    assert '1 sequences extracted, 0 there already, 2 failed' in printed.out
    assert 'no setup 33' in printed.err and 'C: listed in' in printed.err
    assert [entry.name for entry in (tmp_path / 'out').iterdir()] == ['B']


def test_tubes_and_the_count_of_sequences_without_anybody(tmp_path, sources, annotations, capsys):
    assert run(tmp_path, sources, '--crop-persons', '--annotations', annotations) == 0
    assert '1 sequences without a scored joint keep the whole picture' in capsys.readouterr().out
    tubes = {name: read_tube(tmp_path / 'out' / name) for name in 'AB'}
    assert tubes['A'].frame_size == (32, 24) and tubes['A'].box[2] < 32
    assert tubes['B'].box == (0, 0, 32, 24)


def test_annotations_of_other_sequences_are_refused(tmp_path, sources, annotations):
    with pytest.raises(ValueError, match=r'poses\.pkl: has poses for none of the 1 sequences'):
        run(tmp_path, {'B': sources['B']}, '--crop-persons', '--annotations', annotations)
    assert not (tmp_path / 'out').exists()


def test_read_names(tmp_path):
    path = tmp_path / 'names.txt'
    path.write_text('B\n\nA\nB\n')
    assert read_names(path) == ['B', 'A']
    path.write_text('\n')
    with pytest.raises(ValueError, match='is empty'):
        read_names(path)
    with pytest.raises(ValueError, match='cannot read the list'):
        read_names(tmp_path / 'none.txt')
