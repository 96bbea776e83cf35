"""Our answers to the vectors of PYSKL's ST-GCN and ST-GCN++ recognizers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from core.layouts import Layout, get_layout
from core.models.published_weights import rename_key
from core.models.skelet.network import SkeleT
from core.models.skeleton.block import BlockOptions
from core.models.skeleton.graph import build_adjacency
from core.models.skeleton.head import GCNHead
from core.models.skeleton.recognizer import SkeletonRecognizer
from core.models.skeleton.skeleton_model import SkeletonModel
from core.models.skeleton.stgcn import STGCN
from core.parity.running import clip_probabilities, count_parameters, load_exactly, recording, run_training
from core.parity.vector import Vector

PYSKL_LAYOUTS = {'coco': 'coco17', 'openpose': 'openpose18', 'nturgb+d': 'ntu25', 'expressive-keypoints': 'wholebody65'}
BLOCK_KEYS = {'gcn_adaptive': 'adaptive', 'gcn_conv_pos': 'conv_pos', 'gcn_with_res': 'with_res',
              'tcn_type': 'tcn_type', 'tcn_dropout': 'dropout'}
NETWORK_KEYS = {'in_channels': 'in_channels', 'base_channels': 'base_channels', 'ch_ratio': 'channel_ratio',
                'num_stages': 'num_stages', 'inflate_stages': 'inflate_stages', 'down_stages': 'down_stages',
                'data_bn_type': 'data_bn_type', 'num_person': 'num_persons'}
"""Argument of the official classes → ours."""
INIT = 'init/'

Outputs = dict[str, Tensor]


def pyskl_layout(name: str) -> Layout:
    """Return the joint layout that PYSKL or SkeleT calls ``name``; SkeleT's plain networks take the mesh as links.

    Raises:
        ValueError: for a layout that is not described here.
    """
    if name not in PYSKL_LAYOUTS:
        raise ValueError(f"PYSKL's joint layout '{name}' is not known here; known are {', '.join(PYSKL_LAYOUTS)}")
    layout = get_layout(PYSKL_LAYOUTS[name])
    return replace(layout, links=layout.mesh or layout.links)


def build_backbone(config: dict[str, Any]) -> STGCN:
    """Create the network of a PYSKL ``backbone`` section.

    Raises:
        ValueError: for an argument that has no counterpart here.
    """
    unknown = set(config) - {'type', 'pretrained', 'graph_cfg', *BLOCK_KEYS, *NETWORK_KEYS}
    if unknown:
        raise ValueError(f"PYSKL argument '{min(unknown)}' has no counterpart in the ST-GCN family")
    graph = dict(config['graph_cfg'])
    adjacency = build_adjacency(pyskl_layout(graph.pop('layout')), graph.pop('mode', 'spatial'), **graph)
    block = BlockOptions(**{BLOCK_KEYS[key]: value for key, value in config.items() if key in BLOCK_KEYS})
    options = {NETWORK_KEYS[key]: value for key, value in config.items() if key in NETWORK_KEYS}
    skip_first = options.get('in_channels', 3) == options.get('base_channels', 64)
    return STGCN(adjacency, block=block, skip_first=skip_first, **options)


def build_recognizer(config: dict[str, Any]) -> SkeletonModel:
    """Create the recognizer of a PYSKL ``model`` section, as ``skeleton`` like in the joint model."""
    head = config['cls_head']
    recognizer = SkeletonRecognizer(build_backbone(config['backbone']),
                                    GCNHead(head['in_channels'], head['num_classes'], head.get('dropout', 0.0)))
    return SkeletonModel(recognizer)


def run(vector: Vector) -> Outputs:
    """Outputs of an ST-GCN or ST-GCN++ recognizer, see ``answer``."""
    return answer(vector, build_recognizer(vector.config))


def answer(vector: Vector, model: SkeletonModel) -> Outputs:
    """Outputs of a recognizer: 'block…', 'feature', 'logits', 'clip_prob', constructor graphs as 'init/…'.

    Args:
        vector: weights, inputs, and what was recorded.
        model: as constructed, the recognizer as ``skeleton``; is filled.
    """
    outputs = {'num_parameters': count_parameters(model)}
    for name in vector.arrays:
        if name.startswith(INIT):
            outputs[name] = model.state_dict()[rename_key(name.removeprefix(INIT))].clone()
    load_exactly(model, vector.state())
    inputs = vector.inputs()
    if vector.trains:
        return outputs | run_training(vector, model, _forward, inputs['keypoint'], 'logits')
    with torch.no_grad():
        outputs |= _forward(model.eval(), inputs['keypoint'])
        clips = [inputs[name] for name in inputs if name.startswith('clip_keypoint')]
        return outputs | ({'clip_prob': clip_probabilities(model.skeleton, clips[0])} if clips else {})


def _forward(model: SkeletonModel, keypoint: Tensor) -> Outputs:
    recognizer, backbone = model.skeleton, model.skeleton.backbone
    assert isinstance(backbone, STGCN | SkeleT)
    with recording({f'block{index}': block for index, block in enumerate(backbone.gcn)}) as outputs:
        maps = recognizer.features(keypoint)
    return outputs | {'feature': maps[0], 'logits': recognizer.head(maps)}
