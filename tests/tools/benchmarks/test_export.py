"""The benchmark reports every comparison, and every step of a video."""

from types import SimpleNamespace

import numpy as np
import pytest
from torch import nn

from core.config import load_config
from core.data.frames.video import write_video
from core.inference.build import build_recognizer
from tools.benchmarks import export as benchmark_export

for package in ('onnx', 'onnxruntime', 'onnxscript'):
    pytest.importorskip(package)


def test_each_duel_is_run_in_turns_and_reported(capsys):
    order = []
    duel = benchmark_export.Duel('pose, 4 frames', 4, lambda: order.append('torch'), lambda: order.append('onnx'))
    benchmark_export.report_duels([duel], 3)
    assert order == ['torch', 'onnx'] * (3 + benchmark_export.WARM_UP)
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith('pose, 4 frames') and line.endswith('times as fast')


def test_pytorch_and_file_get_the_same_work(monkeypatch):
    cfg = load_config(overrides=['CLIP_SIZE', '2', 'IMAGE_SIZE', '[32,32]'])
    asked = []
    monkeypatch.setattr('core.export.check.part_answers', lambda model, exported, inputs: asked.append(inputs))
    pose, joint = (SimpleNamespace(part=part, run=lambda **arrays: asked.append(arrays)) for part in ('pose', 'joint'))
    for duel in benchmark_export.duels(build_recognizer(cfg, nn.Module()), pose, joint):
        duel.torch()
        duel.onnx()
    assert [len(inputs['frames']) for inputs in asked] == [1, 1, 2, 2, 1, 1, 4, 4]
    for ours, theirs in zip(asked[::2], asked[1::2], strict=True):
        assert all(np.array_equal(ours[name].numpy(), theirs[name]) for name in ours)


def test_a_video_is_timed_step_by_step(tiny_data, tmp_path, capsys):
    cfg = load_config(overrides=['CLIP_SIZE', '2', 'IMAGE_SIZE', '[32,32]'])
    write_video(tmp_path / 'S001C001P001R001A001_rgb.avi', np.zeros((6, 72, 96, 3), np.uint8))
    pose = SimpleNamespace(config=cfg.dump(), clip_size=2,
                           run=lambda frames, **_: {'pose': np.zeros((len(frames), 17, 3))})
    action = SimpleNamespace(inputs=('pose', 'person_mask'), run=lambda **_: {'logits': np.zeros((1, 2))})
    benchmark_export.report_video(tmp_path / 'S001C001P001R001A001_rgb.avi', tiny_data / 'tiny.pkl', pose, action, 2)
    line = capsys.readouterr().out
    assert line.startswith('S001C001P001R001A001_rgb.avi: 6 frames in ') and line.endswith('frames/s\n')
    assert all(f'{step} ' in line for step in ('decode', 'crop', 'pose', 'action'))


def test_pretrained_weights_go_in():
    recognizer = benchmark_export.prepare(None, ['CLIP_SIZE', '2', 'SKELETON.NAME', 'stgcnpp'])
    weight = recognizer.model.pose.backbone.stem.conv1.conv.weight
    assert weight.std() > 0.01                                           # fresh ones have 0.001
    assert not recognizer.model.training


def test_options_that_miss_their_other_half_are_refused(tmp_path):
    for options in (['--video', str(tmp_path)], ['--rounds', '0']):
        with pytest.raises(ValueError, match='must be at least 1'):
            benchmark_export.main(options)


def test_another_system_is_refused():
    with pytest.raises(ValueError, match='the configuration is of MODEL.NAME posec3d.*a system that can: joint'):
        benchmark_export.main(['MODEL.NAME', 'posec3d'])
