"""A small recognizer of the usual parts whose answers depend on its input; those of fresh weights hardly do."""

import copy
import logging

import numpy as np
import pytest
import torch
from torch import nn

from core.config import load_config
from core.inference.build import build_recognizer
from core.models.pose.lite_hrnet import LITE_HRNETS, LiteHRNetSpec
from core.models.pose.lite_module import StageSpec
from core.models.skeleton.block import STGCNPP_BLOCK
from core.models.skeleton.graph import build_adjacency
from core.models.skeleton.recognizer import SKELETON_NETWORKS
from core.models.skeleton.stgcn import STGCN
from core.systems.build import build_model

for package in ('onnx', 'onnxruntime', 'onnxscript'):
    pytest.importorskip(package)

logging.getLogger('torch.__trace').propagate = False     # else pytest collects millions of words of torch.export

SMALL = ['IMAGE_SIZE', '[32,64]', 'CLIP_SIZE', '4', 'NUM_ACTION', '3', 'SKELETON.NAME', 'stgcnpp', 'GEOM', 'append',
         'IMPLICIT.MODE', 'embed+moments', 'EMBED_DIM', '16']


@pytest.fixture(scope='session')
def make_recognizer():
    """``make_recognizer('KEY', 'VALUE', ...)``: a small trained-looking recognizer."""
    def small_skeleton(layout, in_channels):
        return STGCN(build_adjacency(layout, 'spatial'), in_channels, 12, num_stages=2, inflate_stages=(2,),
                     down_stages=(2,), block=STGCNPP_BLOCK)

    def make(*overrides):
        cfg = load_config(overrides=[*SMALL, *overrides])
        torch.manual_seed(0)
        branches = (2, 3, 4) if cfg.MODEL.MULTI_FUSE else (2,)           # the visual branch reads maps of every stage
        stages = tuple(StageSpec(1, (8, 16, 32, 64)[:count], num_blocks=1) for count in branches)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(LITE_HRNETS, 'lite-hrnet-18', LiteHRNetSpec(stages))
            patch.setitem(SKELETON_NETWORKS, 'stgcnpp', small_skeleton)
            model = build_model(cfg)
        for layer in model.modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                nn.init.normal_(layer.weight, std=layer.weight[0].numel() ** -0.5)
            elif isinstance(layer, nn.modules.batchnorm._BatchNorm):
                layer.running_mean.normal_(std=0.1)
                layer.running_var.uniform_(0.3, 0.6)
        return build_recognizer(cfg, model, ('sit', 'stand', 'walk'))

    return make


@pytest.fixture(scope='session')
def recognizer(make_recognizer):
    """One person."""
    return make_recognizer()


@pytest.fixture(scope='session')
def files(recognizer, tmp_path_factory):
    """Part → exported file of ``recognizer``."""
    from core.export import export
    folder, traced, trace = tmp_path_factory.mktemp('exported'), {}, export.trace

    def trace_once(module, *options):
        if type(module) not in traced:
            traced[type(module)] = trace(module, *options)
        return copy.deepcopy(traced[type(module)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, 'trace', trace_once)                       # it takes seconds, and these share their model
        for part in ('joint', 'pose', 'action'):
            (folder / f'{part}.onnx').write_bytes(export.export_part(recognizer, part).SerializeToString())
    return {file.stem: file for file in folder.iterdir()}


@pytest.fixture
def clips(recognizer):
    """Two clips of noise for ``recognizer``."""
    from core.export.check import random_clips
    return random_clips(recognizer, 2, np.random.default_rng(1))
