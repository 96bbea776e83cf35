"""Our answers to the vectors of PYSKL's ST-GCN and ST-GCN++ recognizers."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from core.layouts import get_layout
from core.models.checkpoints import from_official
from core.models.skeleton.graph import build_adjacency
from core.models.skeleton.head import GCNHead
from core.models.skeleton.recognizer import SkeletonRecognizer
from core.models.skeleton.stgcn import STGCN
from core.models.skeleton.units import BlockOptions
from core.parity.vector import GRAD_NORM, Vector

PYSKL_LAYOUTS = {'coco': 'coco17', 'openpose': 'openpose18', 'nturgb+d': 'ntu25'}
BLOCK_KEYS = {'gcn_adaptive': 'adaptive', 'gcn_conv_pos': 'conv_pos', 'gcn_with_res': 'with_res',
              'tcn_type': 'tcn_type', 'tcn_dropout': 'dropout'}
NETWORK_KEYS = {'in_channels': 'in_channels', 'base_channels': 'base_channels', 'ch_ratio': 'channel_ratio',
                'num_stages': 'num_stages', 'inflate_stages': 'inflate_stages', 'down_stages': 'down_stages',
                'data_bn_type': 'data_bn_type', 'num_person': 'num_persons'}
"""Argument of the official classes → ours."""


def build_backbone(config: dict[str, Any]) -> STGCN:
    """Create the network of a PYSKL ``backbone`` section.

    Raises:
        ValueError: for an argument that has no counterpart here.
    """
    config = {key: value for key, value in config.items() if key not in ('type', 'pretrained')}
    graph = config.pop('graph_cfg')
    unknown = [key for key in config if key not in BLOCK_KEYS and key not in NETWORK_KEYS]
    if unknown or graph['layout'] not in PYSKL_LAYOUTS:
        raise ValueError(f"PYSKL argument '{(unknown or [graph['layout']])[0]}' has no counterpart in the ST-GCN family")
    adjacency = build_adjacency(get_layout(PYSKL_LAYOUTS[graph['layout']]), graph.get('mode', 'spatial'))
    block = BlockOptions(**{BLOCK_KEYS[key]: value for key, value in config.items() if key in BLOCK_KEYS})
    options = {NETWORK_KEYS[key]: value for key, value in config.items() if key in NETWORK_KEYS}
    skip_first = options.get('in_channels', 3) == options.get('base_channels', 64)
    return STGCN(adjacency, block=block, skip_first=skip_first, **options)


def build_recognizer(config: dict[str, Any]) -> SkeletonRecognizer:
    """Create the recognizer of a PYSKL ``model`` section."""
    head = config['cls_head']
    return SkeletonRecognizer(build_backbone(config['backbone']),
                              GCNHead(head['in_channels'], head['num_classes'], head.get('dropout', 0.0)))
