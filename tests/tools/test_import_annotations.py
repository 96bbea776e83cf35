"""Importing annotations: what is written loads again, and what is damaged ends in one sentence."""

from __future__ import annotations

import json
import os
import pickle

import numpy as np
import pytest

from core.cli import exit_with
from core.data.annotations.records import read_annotations
from core.data.annotations.skeletons import read_skeletons
from tools.import_annotations import main

NUCLA_NAME = 'a01_s01_e00_v01'
PARTS = np.random.default_rng(0).uniform(0, 1, (2, 30, 17, 3))
MPOSE = {'X_train': PARTS, 'y_train': np.array([0, 1]), 'X_test': PARTS, 'y_test': np.array([1, 0])}


class RunsCode:
    def __reduce__(self):
        return os.system, ('touch executed',)


def entry(name='A', **changes):
    record = {'frame_dir': name, 'label': 0, 'total_frames': 2, 'img_shape': (60, 80),
              'keypoint': np.full((1, 2, 17, 2), 30, np.float16), 'keypoint_score': np.ones((1, 2, 17), np.float16)}
    return {key: value for key, value in (record | changes).items() if value is not None}


def compressed(num_boxes=2):
    """Kinetics' entry of two skeletons in the kpfile k.pkl."""
    return {'frame_dir': 'A', 'label': 0, 'total_frames': 5, 'img_shape': (60, 80), 'raw_file': 'k.pkl',
            'frame_inds': np.arange(num_boxes), 'box_score': np.ones(num_boxes)}


def pickled(content, **files):
    """Writer of ``source.pkl`` and of further pickles."""
    def write(folder):
        for name, other in files.items():
            (folder / f'{name}.pkl').write_bytes(pickle.dumps(other))
        (folder / 'source.pkl').write_bytes(content if isinstance(content, bytes) else pickle.dumps(content))
        return folder / 'source.pkl'

    return write


def texts(named, **files):
    """Writer of text files, ``__`` for the dot of a name; the source is the file ``named``, or their folder."""
    def write(folder):
        (folder / 'source').mkdir()
        for name, text in files.items():
            (folder / 'source' / name.replace('__', '.')).write_text(text)
        return folder / 'source' / named

    return write


def arrays(**changes):
    def write(folder):
        np.savez(folder / 'source.npz', **MPOSE | changes)
        return folder / 'source.npz'

    return write


def run(kind, path, *more):
    """Run the tool as its command line does; returns its exit status."""
    with pytest.raises(SystemExit) as stop:
        exit_with(lambda: main(['--from', kind, '--in', str(path), *map(str, more)]))
    return stop.value.code


NTU_TEXT = '\n'.join(['2', '1', '7 0 1 1 0 1 0 0 0 2', '25', *['0 0 3 1 1 9 9 0 0 0 0 2'] * 25,
                      '1', '7 0 1 1 0 1 0 0 0 2', '25', *['0 1 3 1 1 9 9 0 0 0 0 2'] * 25])
NUCLA_TEXT = json.dumps({'skeletons': np.ones((3, 20, 3)).tolist()})
CLIPS = {'images': [{'id': 1, 'file_name': 'm', 'seq_name': 'golf', 'height': 60, 'width': 80, 'frame_num': 2}],
         'annotations': [{'image_id': 1, 'action_label': 0}]}


def mimetics(folder):
    poses = folder / 'pose_results' / 'golf' / 'm'
    poses.mkdir(parents=True)
    (poses / 'data.json').write_text(json.dumps({'pose': [[[9] * 54], None], 'score': [[1], None]}))
    (folder / 'Mimetics50.json').write_text(json.dumps(CLIPS))
    return folder / 'Mimetics50.json'


@pytest.mark.parametrize(('kind', 'write', 'options', 'num_joints'), [
    ('pyskl', pickled([entry(), entry('B')]), [], 17),
    ('kinetics', pickled([compressed()], k={'A': {'keypoint': PARTS[0, :2]}}), ['--keep-frame-numbers'], 17),
    ('ntu_skeleton', texts('', S001C001P001R001A001__skeleton=NTU_TEXT), ['--layout', 'coco17'], 17),
    ('ntu_skeleton', texts('', S001C001P001R001A001__skeleton=NTU_TEXT), ['--dimensions', 3], 25),
    ('nucla', texts('', **{f'{NUCLA_NAME}__json': NUCLA_TEXT}), [], 20),
    ('coco', mimetics, [], 18),
    ('mpose', arrays(), ['--image-size', 80, 60], 17),
    ('wholebody', pickled([entry(keypoint=np.full((1, 2, 133, 2), 9.0), keypoint_score=None)]), [], 65),
])
def test_every_source_becomes_a_pickle_that_loads(tmp_path, capsys, kind, write, options, num_joints):
    out = tmp_path / 'new' / 'out.pkl'
    assert run(kind, write(tmp_path), '--out', out, *options) == 0
    records = read_skeletons(out, num_joints).annotations
    if records[0].image_size:
        assert len(read_annotations(out, num_joints).annotations) == len(records)
    printed = capsys.readouterr().out
    assert f'records    {len(records)}\n' in printed and 'lengths in frames' in printed and '#' in printed


def test_check_writes_nothing(tmp_path, capsys):
    assert run('pyskl', pickled([entry()])(tmp_path), '--check') == 0
    assert 'records    1\n' in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ['source.pkl']


def test_doubts_are_reported_and_the_file_is_written(tmp_path, capsys):
    source = pickled({'split': {'val': ['A', 'B']}, 'annotations': [entry(img_shape=(20, 20))]})(tmp_path)
    (tmp_path / 'images' / 'A').mkdir(parents=True)
    (tmp_path / 'images' / 'A' / '00001.jpg').touch()
    assert run('pyskl', source, '--out', tmp_path / 'out.pkl', '--images', tmp_path / 'images') == 0
    assert capsys.readouterr().err.splitlines() == [
        f'warning: {source}: 1 records have joints outside the image: A (100%)',
        f'warning: {source}: 1 records have fewer frames on disk than annotated: A (1 of 2)',
        f"warning: {source}: 1 ids of list 'val' have no record: B"]
    assert (tmp_path / 'out.pkl').exists()


def test_many_errors_are_counted(tmp_path, capsys):
    source = pickled([entry(f'r{number}', label=number) for number in range(40)])(tmp_path)
    assert run('pyskl', source, '--out', tmp_path / 'out.pkl', '--num-classes', 10) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 21 and 'r10' in lines[0] and 'r29' in lines[19] and lines[20].endswith('10 more errors')
    assert not (tmp_path / 'out.pkl').exists()


@pytest.mark.parametrize(('kind', 'write', 'mention'), [
    ('pyskl', pickled(b''), 'source.pkl: not a readable pickle'),                                              # 1
    ('pyskl', pickled(pickle.dumps([entry()])[:300]), 'source.pkl: not a readable pickle'),                    # 2
    ('pyskl', pickled([RunsCode()]), f"source.pkl: asks for '{os.name}.system'"),                              # 3
    ('pyskl', pickled({'data': [entry()]}), 'source.pkl: expected a list of records'),                         # 4
    ('pyskl', pickled([entry(), entry('B', keypoint=None)]), "source.pkl: record 1 (B): key 'keypoint'"),      # 5
    ('pyskl', pickled([entry(keypoint=np.full((1, 2, 17, 2), np.nan))]), 'source.pkl: record 0 (A): .*NaN'),   # 6
    ('pyskl', pickled([entry(total_frames=9)]), "source.pkl: record 0 (A): 'total_frames' is 9"),              # 7
    ('pyskl', pickled([entry(), entry()]), 'source.pkl: record 1 (A): its id occurs twice'),                   # 8
    ('pyskl', pickled({'annotations': [entry(label=1)], 'class_names': ['walk']}),
     'source.pkl: record 0 (A): label 1, but there are 1 classes'),                                            # 9
    ('kinetics', pickled([compressed()]), 'k.pkl: no such kpfile'),                                            # 10
    ('kinetics', pickled([compressed(3)], k={'A': {'keypoint': PARTS[0, :2]}}),
     'source.pkl: record 0 (A) does not fit its poses'),                                                       # 11
    ('kinetics', pickled([compressed()], k=RunsCode()), f"k.pkl: asks for '{os.name}.system'"),                # 12
    ('ntu_skeleton', texts('', S001C001P001R001A001__skeleton=NTU_TEXT[:900]), 'S001C001P001R001A001'),        # 13
    ('ntu_skeleton', texts('', drink__skeleton=NTU_TEXT), 'drink.skeleton'),                                   # 14
    ('nucla', texts('', **{f'{NUCLA_NAME}__json': '{"skeletons": [[1, 2]]}'}), f'{NUCLA_NAME}.json'),          # 15
    ('nucla', texts('all.npz', all__npz='PK'), 'all.npz'),                                                     # 16
    ('coco', texts('a.json', a__json='{"images": '), 'a.json: not a COCO-style file'),                         # 17
    ('coco', texts('a.json', a__json=json.dumps(CLIPS)), 'a.json: no poses beside it'),                        # 18
    ('mpose', arrays(X_train=np.array([RunsCode()])), 'source.npz: cannot read the arrays'),                   # 19
    ('mpose', arrays(y_test=np.zeros(5, int)), 'source.npz: y_test must be 2 whole numbers'),                  # 20
])
def test_damaged_files_end_in_one_sentence(tmp_path, monkeypatch, capsys, kind, write, mention):
    monkeypatch.chdir(tmp_path)
    assert run(kind, write(tmp_path), '--out', tmp_path / 'out.pkl') in (1, 2)
    lines = [line for line in capsys.readouterr().err.splitlines() if line.strip() and not line.startswith('reading:')]
    assert len(lines) == 1 and lines[0].startswith('error: ') and 'Traceback' not in lines[0]
    assert all(part in lines[0] for part in mention.split('.*'))
    assert not (tmp_path / 'out.pkl').exists() and not (tmp_path / 'executed').exists()


def test_the_pickle_would_run_code_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pickle.loads(pickle.dumps(RunsCode()))
    assert (tmp_path / 'executed').exists()


@pytest.mark.parametrize(('options', 'message'), [
    ([], 'give either --out FILE.pkl'),
    (['--check', '--out', 'a.pkl'], 'give either --out FILE.pkl'),
    (['--out', 'a.npz'], 'end the name in .pkl'),
    (['--check', '--num-classes', '0'], '--num-classes must be at least 1'),
    (['--check', '--layout', 'ntu25'], '--layout does not apply to --from mpose'),
    (['--check', '--keep-frame-numbers'], '--keep-frame-numbers does not apply'),
    (['--check', '--image-size', '0', '5'], '--image-size must be'),
])
def test_options_that_do_not_fit_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        main(['--from', 'mpose', '--in', 'none.npz', *options])


def test_the_real_command_line(pose_action, tmp_path):
    source = pickled([RunsCode()])(tmp_path)
    done = pose_action('import', '--from', 'pyskl', '--in', source, '--check')
    assert done.returncode == 2 and done.stdout == ''
    assert done.stderr.startswith(f'error: {source}: asks for') and done.stderr.count('\n') == 1
    assert not (tmp_path / 'executed').exists()
