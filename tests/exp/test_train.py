"""Training and testing from the command line: resume, torchrun, bad input."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from core import __version__
from core.config import REPOSITORY
from exp import test as exp_test
from exp import train as exp_train


def weights(folder, name='last.pth'):
    return torch.load(folder / name, weights_only=True)['model']


def test_train_then_test_writes_everything(tiny_overrides, tmp_path, capsys):
    exp_train.main(tiny_overrides)
    exp_test.main(tiny_overrides)
    folder = tmp_path / 'tiny'
    metrics = json.loads((folder / 'metrics.json').read_text())
    assert metrics['num_clips'] == 4
    assert set(metrics) >= {'top1', 'top5', 'mean_class_accuracy', 'num_clips', 'pose'}
    assert set(metrics['pose']) == {'AP', 'AP50', 'AP75', 'AR', 'PCK', 'PCK_per_joint', 'PCK_per_class'}
    assert metrics['top5'] == 100
    rows = [json.loads(line) for line in (folder / 'metrics.jsonl').read_text().splitlines()]
    assert [row['step'] for row in rows if 'train_loss' in row] == list(range(1, 9))
    for name in ('config.yaml', 'last.pth', 'best.pth', 'confusion.png', 'curves.png'):
        assert (folder / name).stat().st_size
    assert torch.load(folder / 'best.pth', weights_only=True)['version'] == __version__
    assert len(list(folder.glob('clip_*.png'))) == 1
    assert not list(folder.glob('*.tmp'))
    assert 'CPU' in capsys.readouterr().out or torch.cuda.is_available()


@pytest.mark.parametrize('extra', [[], ['EMA_DECAY', '0.9', 'OPTIMIZER', 'sgd', 'SKELETON.DROPOUT', '0.5']])
def test_resumed_run_is_bit_identical(tiny_overrides, tmp_path, extra):
    schedule = ['SCHEDULER', 'multistep', 'LR_STEP', '[1]', *extra]
    exp_train.main([*tiny_overrides, *schedule, 'NAME', 'whole'])
    exp_train.main([*tiny_overrides, *schedule, 'NAME', 'parts', 'END_EPOCH', '1'])
    exp_train.main([*tiny_overrides, *schedule, 'NAME', 'parts'])
    exp_test.main([*tiny_overrides, *schedule, 'NAME', 'parts'])
    whole, parts = (torch.load(tmp_path / name / 'last.pth', weights_only=True) for name in ('whole', 'parts'))
    assert whole['step'] == parts['step'] == 8
    for part in ('model', 'ema') if extra else ('model',):
        assert all(torch.equal(value, parts[part][name]) for name, value in whole[part].items())
    rows = [[json.loads(line)['train_loss'] for line in (tmp_path / name / 'metrics.jsonl').read_text().splitlines()
             if 'train_loss' in line] for name in ('whole', 'parts')]
    assert rows[0] == rows[1]


def test_other_settings_move_the_old_run_aside(tiny_overrides, tmp_path, capsys):
    exp_train.main([*tiny_overrides, 'END_EPOCH', '1'])
    before = weights(tmp_path / 'tiny')
    exp_train.main([*tiny_overrides, 'END_EPOCH', '1', 'EVAL_MODE', 'cs'])
    assert 'TRAIN.EVAL_MODE' in capsys.readouterr().out
    kept = weights(tmp_path / 'tiny.1')
    assert all(torch.equal(value, kept[name]) for name, value in before.items())
    assert (tmp_path / 'tiny' / 'last.pth').exists()


def test_zero_epochs_keep_the_start_for_testing(tiny_overrides, tmp_path):
    exp_train.main([*tiny_overrides, 'END_EPOCH', '0'])
    exp_test.main([*tiny_overrides, 'END_EPOCH', '0'])
    exp_train.main([*tiny_overrides, 'END_EPOCH', '0', 'NAME', 'from', 'SEED', '1',
                    'PRETRAINED', str(tmp_path / 'tiny' / 'best.pth')])
    start, loaded = weights(tmp_path / 'tiny', 'best.pth'), weights(tmp_path / 'from', 'best.pth')
    assert all(torch.equal(value, loaded[name]) for name, value in start.items())


def test_validation_part_chooses_best(tiny_overrides, tmp_path):
    exp_train.main([*tiny_overrides, 'VAL_RATIO', '0.5', 'END_EPOCH', '1'])
    rows = [json.loads(line) for line in (tmp_path / 'tiny' / 'metrics.jsonl').read_text().splitlines()]
    assert [0 <= row['val_top1'] <= 100 for row in rows if 'val_top1' in row] == [True]


def test_two_processes_end_with_equal_weights(tiny_overrides, tmp_path):
    """With three clips to validate on, one process has a batch more than the other."""
    uneven = ['EVAL_MODE', 'cs', 'VAL_RATIO', '0.5', 'BATCH_PER_GPU', '1', 'TEST.BATCH_PER_GPU', '1']
    command = [sys.executable, '-m', 'torch.distributed.run', '--standalone', '--nproc-per-node', '2',
               'exp/train.py', *tiny_overrides, *uneven, 'END_EPOCH', '2']
    environment = {**os.environ, 'CUDA_VISIBLE_DEVICES': '', 'OMP_NUM_THREADS': '1'}
    result = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=100)
    assert result.returncode == 0, result.stderr[-2000:]
    assert 'weights equal on 2 processes' in result.stdout
    assert np.isfinite(weights(tmp_path / 'tiny')['skeleton.head.fc_cls.weight'].numpy()).all()


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_trains_on_gpu_with_autocast(tiny_overrides, tmp_path):
    exp_train.main([*tiny_overrides, 'TRAIN.AMP', 'bf16', 'END_EPOCH', '1'])
    assert (tmp_path / 'tiny' / 'last.pth').exists()


def test_two_stages_end_in_the_same_figures_as_joint_training(tiny_overrides, tmp_path):
    stages = [*tiny_overrides, 'TRAIN.MODE', 'two_stage']
    exp_train.main(stages)
    pose, action = (torch.load(tmp_path / name / 'last.pth', weights_only=True) for name in ('tiny_pose', 'tiny'))
    assert pose['epoch'] == action['epoch'] == 1                          # two epochs, one for each
    frozen = {name: value for name, value in action['model'].items() if name.startswith('pose.')}
    assert all(torch.equal(value, pose['model'][name]) for name, value in frozen.items())
    exp_test.main(stages)
    metrics = json.loads((tmp_path / 'tiny' / 'metrics.json').read_text())
    assert {'top1', 'pose', 'parameters'} <= metrics.keys()


def test_pose_run_reports_pose_and_action_run_reports_action(tiny_of, tmp_path):
    for mode, there, missing in (('pose', 'pose', 'top1'), ('action', 'top1', 'pose')):
        run = tiny_of('TRAIN.MODE', mode, 'NAME', mode, 'VAL_RATIO', '0.5')
        exp_train.main(run)
        exp_test.main(run)
        metrics = json.loads((tmp_path / mode / 'metrics.json').read_text())
        assert there in metrics and missing not in metrics
    scores = np.load(tmp_path / 'action' / 'scores.npz')
    assert scores['scores'].shape == (len(scores['names']), 2)


def test_three_accuracies_are_logged_with_a_visual_branch(tiny_overrides, tmp_path):
    run = [*tiny_overrides, 'MULTI_FUSE', 'true', 'END_EPOCH', '1', 'VAL_RATIO', '0.5']
    exp_train.main(run)
    exp_test.main(run)
    rows = [json.loads(line) for line in (tmp_path / 'tiny' / 'metrics.jsonl').read_text().splitlines()]
    for name in ('top1', 'skeleton_top1', 'visual_top1'):
        assert any(f'train_{name}' in row for row in rows) and any(f'val_{name}' in row for row in rows)
        assert name in json.loads((tmp_path / 'tiny' / 'metrics.json').read_text())
