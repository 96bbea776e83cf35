"""Testing from the command line: several views, several processes, and what is written."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from core.config import REPOSITORY, usable_overrides
from core.engine.evaluation.results import read_scores
from exp import test as exp_test
from exp import train as exp_train
from tests.conftest import write_tiny_data


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    """A run of nine test clips of three classes, trained for a moment and tested: its overrides and its folder."""
    root = tmp_path_factory.mktemp('nine')
    write_tiny_data(root / 'data', actions=(1, 2, 3))
    overrides = ['DATA_DIR', str(root / 'data'), 'ANNOTATIONS', 'tiny.pkl', 'OUTPUT_DIR', str(root), 'NAME', 'nine',
                 'NUM_ACTION', '3', 'CLIP_SIZE', '4', 'IMAGE_SIZE', '[32,32]', 'BATCH_PER_GPU', '3', 'WORKERS', '0',
                 'END_EPOCH', '1', 'VAL_RATIO', '0', 'TEST.PICTURES', '1', 'EVAL_MODE', 'cs', 'TEST.BATCH_PER_GPU',
                 '2', 'PRETRAINED', '']
    exp_train.main(overrides)
    exp_test.main(overrides)
    return overrides, root / 'nine'


def read(folder):
    """The figures, the clips and the scores of a test."""
    return (json.loads((folder / 'metrics.json').read_text()),
            json.loads((folder / 'predictions.json').read_text())['clips'], read_scores(folder / 'scores.npz'))


def test_scores_are_in_the_order_of_the_annotations_and_predictions_tell_the_same(run):
    metrics, clips, scores = read(run[1])
    assert scores.names.tolist() == [f'S001C{camera:03d}P003R001A{action:03d}' for camera in (1, 2, 3)
                                     for action in (1, 2, 3)]
    assert scores.labels.tolist() == [0, 1, 2] * 3 == [clip['label'] for clip in clips]
    for clip, row in zip(clips, scores.scores, strict=True):
        assert clip['top5'][0][1] == pytest.approx(row.max(), abs=1e-6) and clip['top5'][0][0] == row.argmax()
        assert 0 <= clip['oks'] <= 1 and 0 <= clip['pck'] <= 100
    assert np.trace(metrics['confusion']) / 9 == pytest.approx(metrics['top1'] / 100)
    assert [row['clips'] for row in metrics['per_class'].values()] == [3, 3, 3]


def test_one_and_two_processes_agree(run):
    """Nine clips in batches of two: one process has five of them, the other four."""
    overrides, folder = run
    one, clips, scores = read(folder)
    command = [sys.executable, '-m', 'torch.distributed.run', '--standalone', '--nproc-per-node', '2', 'exp/test.py',
               *overrides]
    environment = {**os.environ, 'CUDA_VISIBLE_DEVICES': '', 'OMP_NUM_THREADS': '1'}
    result = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=100)
    assert result.returncode == 0, result.stderr[-2000:]
    assert '2 processes' in result.stdout and result.stdout.count('"top1"') == 1
    two, other_clips, other_scores = read(folder)
    assert one == two and one['num_clips'] == 9 and 0 < one['ece'] and 0 < one['pose']['PCK'] < 100
    assert [clip['id'] for clip in clips] == [clip['id'] for clip in other_clips] == scores.names.tolist()
    np.testing.assert_allclose(other_scores.scores, scores.scores, atol=1e-6)


@pytest.mark.parametrize('mode', ['joint', 'action'])
def test_clips_and_mirror_images_are_averaged(run, mode):
    overrides, folder = run
    if mode == 'action':
        own, folder = ['TRAIN.MODE', 'action', 'NAME', 'action'], folder.with_name('action')
        overrides = [*usable_overrides(None, overrides, own), *own]
        exp_train.main(overrides)
    found = []
    for clips, flip in (('1', 'true'), ('3', 'true'), ('3', 'false')):
        exp_test.main([*overrides, 'TEST.NUM_CLIPS', clips, 'TEST.FLIP', flip])
        found.append(read(folder)[2].scores)
        np.testing.assert_allclose(found[-1].sum(1), 1, rtol=1e-5)
    assert min(np.abs(found[0] - found[1]).max(), np.abs(found[1] - found[2]).max()) > 1e-5
