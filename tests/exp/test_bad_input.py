"""Bad input: one sentence that says what is wrong, a status that is not 0, no traceback, nothing half written."""

import pickle
import shutil
import subprocess
import sys

import pytest
import torch

from core.cli import exit_with
from core.config import REPOSITORY
from exp import test as exp_test
from exp import train as exp_train


@pytest.fixture
def data(tiny_data, tmp_path):
    """A copy of the tiny data set, to be damaged."""
    return shutil.copytree(tiny_data, tmp_path / 'data')


def refused(capsys, main, arguments):
    """Run a program as its command line does and return its one sentence."""
    with pytest.raises(SystemExit) as stop:
        exit_with(lambda: main(arguments))
    assert stop.value.code not in (0, None)
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith('error: ')]
    assert len(errors) == 1 and 'Traceback' not in errors[0]
    return errors[0]


@pytest.mark.parametrize(('overrides', 'mention'), [
    (['EVAL_MDE', 'cs'], 'TRAIN.EVAL_MODE'),                     # 1 unknown key
    (['END_EPOCH', 'soon'], 'TRAIN.END_EPOCH'),                  # 2 wrong type
    (['IMAGE_SIZE', '[100,160]'], 'divisible by 32'),            # 3 impossible size
    (['GPUS', 'all'], 'GPUS'),                                   # 4 no number
    (['GPUS', '0,,1'], 'GPUS'),                                  # 5 empty entry
    (['EVAL_MODE', 'xyz'], 'cs, cv'),                            # 6 unknown protocol
    (['EVAL_MODE'], 'no value'),                                 # 7 key without value
    (['DATA_DIR', 'nowhere'], 'nowhere'),                        # 8 no data folder
    (['ANNOTATIONS', 'none.pkl'], 'none.pkl'),                   # 9 no annotation file
    (['DATASET.FRAMES', 'none'], 'extract'),                     # 10 no frames
    (['SCALE_RANGE', '[2,1]'], 'DATASET.SCALE_RANGE'),           # 11 reversed range
    (['EVAL_MODE', 'split:a,b'], 'split:a,b'),                   # 12 unknown split lists
    (['BATCH_PER_GPU', '500'], 'batch'),                         # 13 more clips a batch than there are
    (['PRETRAINED', 'none.pth'], 'none.pth'),                    # 14 no such checkpoint
    (['PRETRAINED', 'README.md'], 'README.md'),                  # 15 not a checkpoint
])
def test_bad_settings(capsys, tiny_overrides, tmp_path, overrides, mention):
    assert mention in refused(capsys, exp_train.main, [*tiny_overrides, *overrides])
    assert not (tmp_path / 'tiny').exists()


def test_gpu_that_does_not_exist(capsys, tiny_overrides, monkeypatch):                     # 16
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: 1)
    assert 'GPUS names device 7' in refused(capsys, exp_train.main, [*tiny_overrides, 'GPUS', '7'])


@pytest.mark.parametrize('text', ['NAME: [open', 'just words'])                            # 17, 18 broken YAML
def test_bad_configuration_file(capsys, tmp_path, text):
    file = tmp_path / 'bad.yaml'
    file.write_text(text)
    assert 'bad.yaml' in refused(capsys, exp_train.main, ['--cfg', str(file)])


class _Evil:
    def __reduce__(self):
        return print, ('this must never run',)


@pytest.mark.parametrize('content', [b'', b'not a pickle', pickle.dumps(_Evil()),          # 19 to 22
                                     pickle.dumps({'annotations': [{'frame_dir': 'x'}]})])
def test_bad_annotation_file(capsys, tiny_overrides, data, content):
    (data / 'tiny.pkl').write_bytes(content)
    assert 'tiny.pkl' in refused(capsys, exp_train.main, [*tiny_overrides, 'DATA_DIR', str(data)])


def _truncate(file):
    file.write_bytes(file.read_bytes()[:200])


@pytest.mark.parametrize('damage', [_truncate, lambda file: file.unlink()])                # 23, 24
@pytest.mark.parametrize('workers', ['0', '1'])
def test_bad_frames_are_listed(capsys, tiny_overrides, tmp_path, data, damage, workers):
    for number in (1, 2):
        damage(data / 'images' / 'S001C002P001R001A001' / f'{number:05d}.jpg')
    arguments = [*tiny_overrides, 'DATA_DIR', str(data), 'WORKERS', workers]
    assert 'of the frames are missing or damaged' in (sentence := refused(capsys, exp_train.main, arguments))
    assert str(tmp_path / 'tiny' / 'bad_frames.txt') in sentence
    assert (tmp_path / 'tiny' / 'bad_frames.txt').read_text().startswith('S001C002P001R001A001 ')
    assert not (tmp_path / 'tiny' / 'last.pth').exists()


def test_checkpoint_of_nothing_we_know(capsys, tiny_overrides, tmp_path):                  # 25
    torch.save({'state_dict': {'classifier.weight': torch.zeros(3)}}, tmp_path / 'other.pth')
    sentence = refused(capsys, exp_train.main, [*tiny_overrides, 'PRETRAINED', str(tmp_path / 'other.pth')])
    assert 'none of the 1 tensors fits' in sentence


def test_testing_without_training(capsys, tiny_overrides, tmp_path):                       # 26
    assert 'does not exist' in refused(capsys, exp_test.main, tiny_overrides)
    assert not (tmp_path / 'tiny').exists()


def test_damaged_or_foreign_checkpoint(capsys, tiny_overrides, tmp_path):                  # 27 to 29
    exp_train.main([*tiny_overrides, 'END_EPOCH', '0'])
    exp_train.main([*tiny_overrides, 'END_EPOCH', '1'])
    best = tmp_path / 'tiny' / 'best.pth'
    cut = shutil.copy(best, tmp_path / 'cut.pth')
    _truncate(tmp_path / 'cut.pth')
    assert 'cut.pth' in refused(capsys, exp_test.main, ['--checkpoint', str(cut), *tiny_overrides])
    sentence = refused(capsys, exp_test.main, [*tiny_overrides, 'IMPLICIT.MODE', 'probs'])
    assert 'another model' in sentence
    torch.save({'weights': 1}, best)
    assert 'exp/train.py' in refused(capsys, exp_test.main, tiny_overrides)


def test_the_real_command_line(tmp_path):
    result = subprocess.run([sys.executable, str(REPOSITORY / 'exp' / 'train.py'), 'END_EPOCHS', '3'], cwd=tmp_path,
                            capture_output=True, text=True)
    assert result.returncode == 2
    assert 'TRAIN.END_EPOCH' in result.stderr.splitlines()[-1] and 'Traceback' not in result.stderr
