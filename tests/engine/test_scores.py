"""Score files: what is written is read, and anything else is refused by name."""

import numpy as np
import pytest

from core.engine.scores import read_scores, write_scores
from core.metrics.fusion import ClipScores

SCORES = ClipScores(np.array(['a', 'bcd']), np.array([1, 0]), np.array([[0.25, 0.75], [0.5, 0.5]], np.float32))


def test_reads_what_it_wrote(tmp_path):
    write_scores(tmp_path / 'new' / 'scores.npz', SCORES)
    read = read_scores(tmp_path / 'new' / 'scores.npz')
    for name in ('names', 'labels', 'scores'):
        np.testing.assert_array_equal(getattr(read, name), getattr(SCORES, name))
    assert read.source == str(tmp_path / 'new' / 'scores.npz')
    assert [file.name for file in (tmp_path / 'new').iterdir()] == ['scores.npz']


def write_one_array(file):
    with file.open('wb') as stream:
        np.save(stream, SCORES.scores)


def test_missing_file(tmp_path):
    with pytest.raises(ValueError, match='none.npz.* does not exist'):
        read_scores(tmp_path / 'none.npz')


@pytest.mark.parametrize('damage', [
    lambda file: file.write_bytes(b''),
    lambda file: file.write_bytes(b'no archive'),
    lambda file: file.write_bytes(file.read_bytes()[:-30]),
    lambda file: np.savez(file, names=SCORES.names),
    lambda file: np.savez(file, **SCORES._replace(names=SCORES.names.astype(object))._asdict()),
    write_one_array,
])
def test_files_that_cannot_be_read(tmp_path, damage):
    file = tmp_path / 'scores.npz'
    write_scores(file, SCORES)
    damage(file)
    with pytest.raises(ValueError, match='scores.npz.* cannot be read'):
        read_scores(file)


@pytest.mark.parametrize('change', [
    {'labels': np.array([1.0, 0.0])}, {'labels': np.array([1])}, {'scores': np.ones(2)}, {'names': np.array([1, 2])},
])
def test_arrays_of_another_kind(tmp_path, change):
    write_scores(tmp_path / 'scores.npz', SCORES._replace(**change))
    with pytest.raises(ValueError, match=r'scores.npz.* must hold names \(N,\) of text'):
        read_scores(tmp_path / 'scores.npz')
