"""Our answers to the vectors of SkeleT's recognizers."""

from __future__ import annotations

from typing import Any

from core.layouts import Layout
from core.models.skelet.network import SkeleT, SkeleTRecognizer
from core.models.skelet.options import SkeleTOptions, SkeleTStages
from core.models.skeleton.head import GCNHead
from core.models.skeleton.instance_pooling import InstancePooling
from core.models.skeleton.skeleton_model import SkeletonModel
from core.parity.cases.skeleton_cases import Outputs, answer, pyskl_layout
from core.parity.vector import Vector

LAYOUT, GRAPH_MODE = 'expressive-keypoints', 'skelet_spatial'
STAGE_KEYS = {'base_channels': 'base_channels', 'ch_ratio': 'channel_ratio', 'inflate_stages': 'inflate',
              'down_stages': 'down', 'pooling_stages': 'pooling', 'pooling_joints': 'joints', 'num_groups': 'groups'}
OPTION_KEYS = {'gcn_type': 'gcn_type', 'tcn_type': 'tcn_type', 'num_subsets': 'subsets', 'split_way': 'split_way',
               'M_adaptive': 'mapping', 'same_transformation': 'map_same', 'gcn_adaptive': 'adaptive',
               'gcn_conv_pos': 'conv_pos', 'gcn_ratio': 'ratio', 'tcn_dropout': 'dropout'}
NETWORK_KEYS = {'in_channels': 'in_channels', 'data_bn_type': 'data_bn_type', 'num_person': 'num_persons'}
POOLING_KEYS = {'ip_drop_path': 'drop_path', 'ip_pe': 'position'}
"""Argument of the official classes → ours."""
FIXED = {'type': 'SkeleT_GCN', 'pretrained': None, 'concat_way': 'concat+conv', 'gcn_ctr': 'T', 'gcn_ada': 'T',
         'gcn_subset_wise': False}
"""Arguments with the only value that is implemented."""
READ = {'init_graph_cfg', 'num_stages', 'same_transformation_importance', 'with_instance_pooling'}


def _renamed(config: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    return {keys[key]: tuple(value) if isinstance(value, list) else value
            for key, value in config.items() if key in keys}


def _check(config: dict[str, Any]) -> None:
    unknown = set(config) - {*STAGE_KEYS, *OPTION_KEYS, *NETWORK_KEYS, *POOLING_KEYS, *FIXED, *READ}
    if unknown:
        raise ValueError(f"SkeleT's argument '{min(unknown)}' has no counterpart here")
    for key, only in FIXED.items():
        if config.get(key, only) != only:
            raise ValueError(f"SkeleT's argument {key} is {config[key]!r}; implemented is {only!r} alone")


def _layout(graph: dict[str, Any]) -> Layout:
    if graph != {'layout': LAYOUT, 'mode': GRAPH_MODE}:
        raise ValueError(f"SkeleT's graph {graph} has no counterpart here; known is layout '{LAYOUT}' in mode "
                         f"'{GRAPH_MODE}'")
    return pyskl_layout(LAYOUT)


def _stages(config: dict[str, Any]) -> SkeleTStages:
    stages = SkeleTStages(**_renamed(config, STAGE_KEYS))
    count = config.get('num_stages', 10)
    if isinstance(stages.groups, int):
        stages = stages._replace(groups=(stages.groups,) * count)
    if len(stages.groups) != count:
        raise ValueError(f"SkeleT's num_groups names {len(stages.groups)} blocks, num_stages {count}; they must agree")
    return stages


def build_backbone(config: dict[str, Any]) -> SkeleT:
    """Create the network of an official ``backbone`` section.

    Raises:
        ValueError: for an argument or value that has no counterpart here.
    """
    _check(config)
    layout, stages = _layout(config['init_graph_cfg']), _stages(config)
    options = SkeleTOptions(**_renamed(config, OPTION_KEYS))
    if not config.get('same_transformation_importance', True):
        options = options._replace(same_mapping=options.mapping)
    network = _renamed(config, NETWORK_KEYS)
    pooling = None
    if config.get('with_instance_pooling', False):
        pooling = InstancePooling(network.get('in_channels', 3), stages.base_channels, num_joints=layout.num_joints,
                                  **_renamed(config, POOLING_KEYS))
    return SkeleT(layout, stages=stages, options=options, pooling=pooling, **network)


def build_recognizer(config: dict[str, Any]) -> SkeletonModel:
    """Create the recognizer of an official ``model`` section, as ``skeleton`` like in our models."""
    head = config['cls_head']
    return SkeletonModel(SkeleTRecognizer(
        build_backbone(config['backbone']),
        GCNHead(head['in_channels'], head['num_classes'], head.get('dropout', 0.0))))


def run(vector: Vector) -> Outputs:
    """Outputs of a recognizer, see ``skeleton_cases.answer``; pooled, 'feature' is what the head reads."""
    model = build_recognizer(vector.config)
    outputs = answer(vector, model)
    if vector.config['backbone'].get('with_instance_pooling', False):
        outputs['feature'] = model.skeleton.head.pool(outputs['feature'])                # (B, C)
    return outputs
