"""Checkpoints: read without running code, refused in one sentence. Resuming is tested in tests/exp/test_train.py."""

import pytest
import torch

from core.engine.runs.checkpoint import read_checkpoint


class Code:
    def __reduce__(self):
        return print, ('this must never run',)


@pytest.mark.parametrize(('content', 'mention'), [
    ({'model': {}, 'config': '', 'code': Code()}, 'cannot be read'),
    ({'state_dict': {}}, "has no 'model' and 'config'"),
    ([1, 2], "has no 'model' and 'config'"),
])
def test_foreign_files_are_refused(tmp_path, content, mention, capsys):
    torch.save(content, tmp_path / 'c.pth')
    with pytest.raises(ValueError, match=mention):
        read_checkpoint(tmp_path / 'c.pth')
    assert 'never' not in capsys.readouterr().out


def test_own_file_is_read(tmp_path):
    torch.save({'model': {'w': torch.ones(2)}, 'config': 'NAME: x'}, tmp_path / 'c.pth')
    assert read_checkpoint(tmp_path / 'c.pth')['model']['w'].tolist() == [1, 1]


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"none.pth' does not exist"):
        read_checkpoint(tmp_path / 'none.pth')
