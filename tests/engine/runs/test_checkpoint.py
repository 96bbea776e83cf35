"""Checkpoints: read without running code, refused in one sentence. Resuming is tested in tests/exp/test_train.py."""

import pytest
import torch
from torch import nn

from core import __version__
from core.engine.runs.checkpoint import check_version, load_weights, read_checkpoint


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
    torch.save({'model': {'w': torch.ones(2)}, 'config': 'NAME: x', 'class_names': ['sit']}, tmp_path / 'c.pth')
    checkpoint = read_checkpoint(tmp_path / 'c.pth')
    assert checkpoint.weights['w'].tolist() == [1, 1] and checkpoint.class_names == ('sit',)
    assert checkpoint.config.NAME == 'x' and checkpoint.config.TRAIN.MODE == 'joint'


def test_the_averaged_weights_are_those_to_test_with(tmp_path):
    state = {'model': {'w': torch.ones(2)}, 'config': '', 'ema': {'module.w': torch.zeros(2)}}
    torch.save(state, tmp_path / 'c.pth')
    assert read_checkpoint(tmp_path / 'c.pth').weights['w'].tolist() == [0, 0]


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"none.pth' does not exist"):
        read_checkpoint(tmp_path / 'none.pth')


def test_weights_are_set(tmp_path):
    torch.save({'model': {'weight': torch.ones(2, 2), 'bias': torch.ones(2)}, 'config': ''}, tmp_path / 'c.pth')
    model = nn.Linear(2, 2)
    load_weights(model, read_checkpoint(tmp_path / 'c.pth'))
    assert model.weight.tolist() == [[1, 1], [1, 1]]


def test_another_model_is_refused_in_one_sentence(tmp_path):
    torch.save({'model': {'weight': torch.ones(3, 3)}, 'config': ''}, tmp_path / 'c.pth')
    with pytest.raises(ValueError, match='another model') as error:
        load_weights(nn.Linear(2, 2), read_checkpoint(tmp_path / 'c.pth'))
    assert '\n' not in str(error.value)


def test_a_checkpoint_of_a_newer_version_is_refused(tmp_path):
    torch.save({'model': {}, 'config': '', 'version': '99.0.0'}, tmp_path / 'c.pth')
    with pytest.raises(ValueError, match=r"^checkpoint '.*c.pth' was written by version 99.0.0 but this is version"):
        read_checkpoint(tmp_path / 'c.pth')


@pytest.mark.parametrize('written_by', ['0.1.0', '0.2', __version__])
def test_what_this_or_an_older_version_wrote_is_read(written_by):
    check_version(written_by, 'file')


@pytest.mark.parametrize('written_by', ['0.10.0', '1.0.0', f'{__version__}.1'])
def test_what_a_newer_version_wrote_is_refused(written_by):
    with pytest.raises(ValueError, match=f"^checkpoint 'a.pth' was written by version {written_by} but this is version "
                                         f'{__version__}; update'):
        check_version(written_by, "checkpoint 'a.pth'")
