"""From a checkpoint to a checked file, in one command."""

import logging

import numpy as np
import pytest

from core.export import check
from core.export.build import build_own_data
from core.inference.build import load_recognizer
from core.models.pose.lite_hrnet import LITE_HRNETS, LiteHRNetSpec
from core.models.pose.lite_module import StageSpec
from core.models.skeleton.graph import build_adjacency
from core.models.skeleton.recognizer import SKELETON_NETWORKS
from core.models.skeleton.stgcn import STGCN
from exp import train as exp_train
from tools import export

for package in ('onnx', 'onnxruntime', 'onnxscript'):
    pytest.importorskip(package)
logging.getLogger('torch.__trace').propagate = False


@pytest.fixture
def checkpoint(tiny_overrides, tmp_path, monkeypatch):
    """Untrained model of the usual kind, but small; its data are there."""
    monkeypatch.setitem(LITE_HRNETS, 'lite-hrnet-18', LiteHRNetSpec((StageSpec(1, (8, 16), num_blocks=1),)))
    monkeypatch.setitem(SKELETON_NETWORKS, 'stgcnpp', lambda layout, channels: STGCN(
        build_adjacency(layout, 'spatial'), channels, 8, num_stages=1, inflate_stages=(), down_stages=()))
    exp_train.main([*tiny_overrides, 'END_EPOCH', '0', 'SKELETON.NAME', 'stgcnpp'])
    return tmp_path / 'tiny' / 'best.pth'


def test_a_file_is_compared_tested_and_written(checkpoint, capsys):
    from core.inference.exported import ExportedModel
    assert export.main(['--checkpoint', str(checkpoint), '--test']) == 0
    lines = capsys.readouterr().out.splitlines()
    compared = [line for line in lines if line.startswith('clips: ')]
    assert [line.split(';')[0] for line in compared] == ['clips: 1 of noise', 'clips: 4 of noise', 'clips: real']
    assert all(name in compared[-1] for name in ('simcc_x', 'simcc_y', 'logits', 'same class 100%'))
    tested = [line.split(': ')[1] for line in lines if ' of 4 clips' in line]
    assert len(tested) == 2 and tested[0] == tested[1]
    assert lines[-1].startswith(str(checkpoint.with_name('joint.onnx')))
    assert ExportedModel(checkpoint.with_name('joint.onnx')).part == 'joint'


def test_integers_are_calibrated_on_the_training_side(checkpoint):
    recognizer = load_recognizer(checkpoint)
    data = build_own_data(recognizer)
    batches = list(check.calibration_batches(recognizer, data.train))
    assert len(batches) == check.CALIBRATION_BATCHES
    assert list(batches[0]) == ['frames', 'crop_to_image', 'image_size']
    first = data.train.dataset[0].crop_to_image                          # as every draw: of this epoch
    assert batches[0]['frames'].shape[1:] == (32, 32, 3)
    assert np.array_equal(batches[0]['crop_to_image'][:len(first[0])], first[0])


def test_a_file_that_differs_is_not_kept(checkpoint, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(check.TOLERANCE, 'full', -1.0)
    out = tmp_path / 'action.onnx'
    assert export.main(['--checkpoint', str(checkpoint), '--part', 'action', '--out', str(out)]) == 1
    assert not out.exists() and 'is not written' in capsys.readouterr().err


def test_without_data_real_clips_are_left_out_and_integers_refused(checkpoint, tiny_data, capsys, monkeypatch):
    monkeypatch.setattr(export, 'build_own_data', refuse)
    assert export.main(['--checkpoint', str(checkpoint), '--part', 'action']) == 0
    out = capsys.readouterr().out
    assert 'not compared on real clips: gone' in out and 'clips: real' not in out
    with pytest.raises(ValueError, match='gone'):
        export.main(['--checkpoint', str(checkpoint), '--int8'])


def refuse(recognizer):
    raise ValueError('gone')


def test_what_makes_no_sense_is_refused(tmp_path):
    for options in (['--part', 'action', '--int8'], ['--part', 'pose', '--test']):
        with pytest.raises(ValueError, match='--int8 is for'):
            export.main(['--checkpoint', str(tmp_path / 'none.pth'), *options])


def test_a_folder_as_the_file_to_write_is_refused_before_anything_is_exported(tmp_path):
    with pytest.raises(ValueError, match='is a folder; name the file to write in it, such as joint.onnx'):
        export.main(['--checkpoint', 'none.pth', '--out', str(tmp_path)])


def test_only_the_joint_system_is_exported(tiny_of, tmp_path):
    exp_train.main(tiny_of('END_EPOCH', '0', 'MODEL.NAME', 'skeleton', 'SKELETON.NAME', 'stgcnpp'))
    with pytest.raises(ValueError, match='MODEL.NAME skeleton, .* which cannot be exported; name .* can: joint'):
        export.main(['--checkpoint', str(tmp_path / 'tiny' / 'best.pth')])
