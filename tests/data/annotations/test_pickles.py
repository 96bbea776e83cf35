import os

import numpy as np
import pytest

from core.data.annotations.pickles import load_pickle


class Evil:
    def __reduce__(self):
        return os.mkdir, ('executed',)


@pytest.mark.parametrize('package', [b'numpy.core', b'numpy._core'])
def test_reads_pickles_of_numpy_1_and_2(write, package):
    path = write(np.full((2, 3), 5, np.float16), protocol=2)
    path.write_bytes(path.read_bytes().replace(b'numpy._core', b'numpy.core').replace(b'numpy.core', package))
    assert load_pickle(path).sum() == 2 * 3 * 5


def test_refuses_code_without_running_it(write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = write([{'label': Evil()}])
    with pytest.raises(ValueError, match=r"annotations.pkl: asks for '\w+.mkdir'"):
        load_pickle(path)
    assert not (tmp_path / 'executed').exists()


def test_damaged_and_missing_files(write, tmp_path):
    path = write([np.arange(100)])
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match='not a readable pickle'):
        load_pickle(path)
    with pytest.raises(ValueError, match='cannot read the annotation file'):
        load_pickle(tmp_path / 'none.pkl')
