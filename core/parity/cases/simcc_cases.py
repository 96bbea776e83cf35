"""Parity of the published data pipeline: SimCC and heatmap targets, undoing a mirror, decoding; with its geometry."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.models.pose.simcc import decode_simcc, encode_simcc, flip_back_simcc
from core.parity.cases.geometry_cases import run_geometry
from core.parity.heatmap import encode_heatmap, flip_back_heatmap
from core.parity.vector import Vector

STORED_STRIDE = 4
"""Of 'flip_back_simdr_y', every fourth bin is recorded."""


def run(vector: Vector) -> dict[str, Tensor | np.ndarray]:
    """All outputs of the End2end data vector, by name."""
    inputs, config = vector.inputs(), vector.config
    decoded, _ = decode_simcc(inputs['simdr_x'], inputs['simdr_y'], config['SIMDR_SPLIT_RATIO'])    # (N, J, 2)
    return {**run_geometry(vector), **_targets(inputs, config), **_mirrored_back(inputs, config['flip_pairs']),
            'decode_argmax': decoded}


def _targets(inputs: dict[str, Tensor], config: dict[str, Any]) -> dict[str, Tensor]:
    joints, visible = inputs['pose'], inputs['visible'][:, 0]                               # (J, 2), (J,)
    image_size = tuple(config['IMAGE_SIZE_wh'])
    simcc = encode_simcc(joints, visible, image_size=image_size, split_ratio=config['SIMDR_SPLIT_RATIO'],
                         sigma=config['SIGMA'], target_norm='upstream')
    heatmap, weight = encode_heatmap(joints, visible, image_size=image_size,
                                     heatmap_size=tuple(config['heatmap_size_wh']), sigma=config['SIGMA'])
    return {'sa_simdr_target': torch.cat([simcc.x, simcc.y], -1), 'sa_simdr_weight': simcc.weight[:, None],
            'heatmap_target_quarter': heatmap, 'heatmap_weight': weight[:, None]}


def _mirrored_back(inputs: dict[str, Tensor], flip_pairs: list[tuple[int, int]]) -> dict[str, Tensor]:
    order = list(range(inputs['pose'].shape[0]))
    for left, right in flip_pairs:
        order[left], order[right] = right, left
    x, y = flip_back_simcc(inputs['simdr_x'], inputs['simdr_y'], order)
    return {'flip_back_simdr_x': x, 'flip_back_simdr_y': y[..., ::STORED_STRIDE],
            'flip_back_heatmap': flip_back_heatmap(inputs['heatmap'], order)}
