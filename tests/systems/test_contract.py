"""What every system owes the rest of the house, from its configuration to an exported file or a refusal."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from torch.utils.data import default_collate

from core.config import REPOSITORY, load_config
from core.config.systems import ABILITIES, SYSTEMS, abilities
from core.engine.evaluation.build import build_evaluation
from core.engine.evaluation.predict import predict
from core.engine.runs.checkpoint import load_weights, read_checkpoint
from core.engine.runtime import start_runtime, to_device
from core.engine.training.build import build_run_data, build_trainer
from core.engine.training.loop import train_step
from core.engine.training.resume import save_training
from core.inference.build import build_recognizer, load_clip_recognizer, load_recognizer, load_stream_recognizer
from core.models.pose.lite_hrnet import LITE_HRNETS, LiteHRNetSpec
from core.models.pose.lite_module import StageSpec
from core.models.skeleton.block import STGCNPP_BLOCK
from core.models.skeleton.graph import build_adjacency
from core.models.skeleton.recognizer import SKELETON_NETWORKS
from core.models.skeleton.stgcn import STGCN
from core.systems.build import blueprint_of, build_model

FOLDER = REPOSITORY / 'exp' / 'configs' / 'systems'
SMALL = {'posec3d': ['HEATMAP_SIZE', '[16,24]', 'POSEC3D.BASE_CHANNELS', '4', 'STAGE_BLOCKS', '[1,1,1]'],
         'keypoint_cnn': ['KEYPOINT_CNN.BASE_CHANNELS', '8'], 'skelet': ['SKELET.BASE_CHANNELS', '16'],
         'integralaction': ['TRAIN.MODE', 'rgb_only', 'RGB_DEPTH', '18', 'IMAGE_SIZE', '[64,64]', 'SHORT_SIDE', '72']}
"""System → what makes it small; its file of ``exp/configs/systems`` is read first."""
DATA = ['NUM_ACTION', '2', 'CLIP_SIZE', '4', 'BATCH_PER_GPU', '2', 'WORKERS', '0', 'VAL_RATIO', '0', 'PRETRAINED', '',
        'AMP', 'none', 'WARMUP_EPOCHS', '0', 'GPUS', '[]']


@pytest.fixture(params=SYSTEMS)
def cfg(request, tiny_data, tmp_path):
    """Configuration of each system on the tiny data."""
    own = FOLDER / f'{request.param}.yaml'
    crops = ['IMAGE_SIZE', '[32,32]'] if SYSTEMS[request.param].clips == 'crops' else []
    return load_config([own] if own.exists() else [], [
        'MODEL.NAME', request.param, 'DATA_DIR', str(tiny_data), 'ANNOTATIONS', 'tiny.pkl', 'OUTPUT_DIR', str(tmp_path),
        'NAME', 'contract', *DATA, *crops, *SMALL.get(request.param, [])])


def test_it_learns_is_saved_loaded_and_answers_alike(cfg, tmp_path):
    runtime = start_runtime(cfg.GPUS)
    data = build_run_data(cfg, runtime)
    trainer = build_trainer(cfg, runtime, len(data.train))
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    losses = train_step(trainer, to_device(next(iter(data.train)), runtime.device))
    assert torch.isfinite(losses['loss'])
    still = [name for name, parameter in trainer.model.named_parameters() if torch.equal(parameter, before[name])]
    assert len(still) < len(list(trainer.model.parameters())) / 2, still

    save_training(tmp_path, trainer, runtime, epoch=1, score=1.0, best=0.0, config=cfg.dump(),
                  class_names=data.class_names)
    checkpoint, model = read_checkpoint(tmp_path / 'best.pth'), build_model(cfg)
    assert checkpoint.config == cfg and checkpoint.class_names == data.class_names
    load_weights(model, checkpoint)
    settings = build_evaluation(cfg)
    answers, again = (predict(net, data.test, runtime, settings) for net in (trainer.model, model))
    assert len(answers.index) == 4 and np.allclose(answers.probabilities.sum(1), 1, atol=1e-5)
    assert np.array_equal(answers.probabilities, again.probabilities)


def test_every_parameter_gets_a_gradient_or_is_left_out_on_purpose(cfg):
    runtime = start_runtime(cfg.GPUS)
    data = build_run_data(cfg, runtime)
    trainer = build_trainer(cfg, runtime, len(data.train))
    clip = next(iter(data.train))
    trainer.criterion(trainer.model(*clip.inputs), *clip.targets)['loss'].backward()
    without = [name for name, parameter in trainer.model.named_parameters()
               if parameter.requires_grad and parameter.grad is None]
    assert not without or blueprint_of(cfg).leaves_gradients_out(cfg)


def test_mirrored_clips_are_read_like_clips(cfg):
    data = build_run_data(cfg, start_runtime(cfg.GPUS))
    dataset = data.test.dataset
    clip, model = default_collate([dataset[0], dataset[1]]), build_model(cfg).eval()
    with torch.no_grad():
        plain, mirrored = model(*clip.inputs), model(*clip.mirrored(dataset.layout.flip_order))
    assert plain.logits.shape == mirrored.logits.shape == (2, 2)


LOADERS = {'action': load_recognizer, 'video': load_clip_recognizer, 'stream': load_stream_recognizer,
           'export': partial(load_recognizer, ability='export')}
"""Ability → what loads a checkpoint to use it."""


@pytest.mark.parametrize('ability', LOADERS)
def test_what_it_says_it_can_it_can_and_the_rest_is_refused(cfg, ability, tmp_path):
    file, name, mode = tmp_path / 'best.pth', cfg.MODEL.NAME, cfg.TRAIN.MODE
    torch.save({'model': build_model(cfg).state_dict(), 'config': cfg.dump(), 'class_names': ['sit', 'stand']}, file)
    if ability in abilities(name, mode):
        assert LOADERS[ability](file).class_names == ('sit', 'stand')
        return
    with pytest.raises(ValueError, match=f"best.pth' is of MODEL.NAME {name}, .* cannot {ABILITIES[ability]}"):
        LOADERS[ability](file)


def test_who_finds_joints_says_how_they_are_written(cfg):
    finds = 'pose' in abilities(cfg.MODEL.NAME, cfg.TRAIN.MODE)
    assert hasattr(build_model(cfg), 'coding') == finds


def small_skeleton(layout, in_channels, **options):
    return STGCN(build_adjacency(layout, 'spatial'), in_channels, 8, num_stages=2, inflate_stages=(2,),
                 down_stages=(2,), block=STGCNPP_BLOCK)


def test_an_exported_file_answers_alike(cfg, tmp_path, monkeypatch):
    if 'export' not in abilities(cfg.MODEL.NAME, cfg.TRAIN.MODE):
        pytest.skip('cannot be exported: the refusal is tested above')
    for package in ('onnx', 'onnxruntime', 'onnxscript'):
        pytest.importorskip(package)
    from core.export.check import compare, random_clips
    from core.export.export import export_part
    from core.inference.exported import ExportedModel
    monkeypatch.setitem(LITE_HRNETS, cfg.BACKBONE, LiteHRNetSpec((StageSpec(1, (8, 16), num_blocks=1),)))
    monkeypatch.setitem(SKELETON_NETWORKS, cfg.MODEL.SKELETON.NAME, small_skeleton)      # tracing takes long
    recognizer = build_recognizer(cfg, build_model(cfg).eval(), ('sit', 'stand'))
    (tmp_path / 'joint.onnx').write_bytes(export_part(recognizer).SerializeToString())
    clips = random_clips(recognizer, 2, np.random.default_rng(0))
    difference = compare(recognizer.model, ExportedModel(tmp_path / 'joint.onnx'), clips)
    assert max(difference.largest.values()) < 1e-4
