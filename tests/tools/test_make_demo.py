from __future__ import annotations

import hashlib
import pickle

import pytest

from tools.make_demo import main


def test_two_processes_write_what_one_writes_and_a_complete_set_is_left_alone(tmp_path, capsys):
    digests = []
    for jobs in ('1', '2'):
        out = tmp_path / jobs
        command = ['--out', str(out), '--subjects', '1', '--repetitions', '1', '--jobs', jobs]
        assert main(command) == 0
        files = sorted(path for path in out.rglob('*') if path.is_file())
        digests.append([(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files])
    assert len(digests[0]) == 12 * 3 + 2 and digests[0] == digests[1]
    assert main(command) == 0
    assert 'is complete' in capsys.readouterr().out


def test_the_set_of_interactions_has_three_classes(tmp_path):
    command = ['--out', str(tmp_path), '--set', 'interactions', '--subjects', '1', '--repetitions', '1', '--jobs', '1']
    assert main(command) == 0
    assert len(list((tmp_path / 'videos').iterdir())) == 3 * 3
    content = pickle.loads((tmp_path / 'demo_annotations.pkl').read_bytes())
    assert content['class_names'] == ['punching/slapping other person', 'kicking other person', 'pushing other person']
    assert [annotation['label'] for annotation in content['annotations']] == [0] * 3 + [1] * 3 + [2] * 3
    assert all(len(annotation['keypoint']) == 2 for annotation in content['annotations'])


def test_bad_options_are_refused(tmp_path):
    with pytest.raises(ValueError, match='at least 1 subject'):
        main(['--out', str(tmp_path), '--subjects', '0'])
