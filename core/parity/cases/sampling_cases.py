"""Our answers to the vectors of PYSKL's frame sampling and joint features."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from core.data.clips.pyskl_sampling import TEST_SEED, uniform_sample
from core.data.clips.streams import format_gcn_input, prenormalize_2d, skeleton_features
from core.parity.cases.skeleton_cases import pyskl_layout
from core.parity.vector import Vector

SCORED = ('coco', 'openpose')
"""PYSKL data sets whose third channel is a score."""


def _sample(case: dict[str, Any]) -> np.ndarray:
    testing = case['mode'] != 'train'
    seed = case.get('seed', TEST_SEED) if testing else case['np_random_seed_before_call']
    interval = case.get('p_interval', 1)
    interval = tuple(interval) if isinstance(interval, list) else (interval, interval)
    indices = uniform_sample(case['num_frames'], case['clip_len'], np.random.RandomState(seed),
                             case.get('num_clips', 1), interval, testing)
    return (indices + case.get('start_index', 0)).astype(np.int32)


def run_uniform_sample(vector: Vector) -> dict[str, np.ndarray]:
    """Sample every listed case; returns its frame indices under the case's output name."""
    return {case['output']: _sample(case) for case in vector.config['cases']}


def run_prenormalize(vector: Vector) -> dict[str, np.ndarray]:
    """Compute normalized joints, every recorded feature stream, and the network input of one person in clips."""
    inputs = {name: tensor.numpy() for name, tensor in vector.inputs().items()}
    keypoints, scores = inputs['keypoint'], inputs['keypoint_score']
    height, width = vector.config.get('img_shape', (1080, 1920))
    dataset = vector.config['dataset']
    normalized = prenormalize_2d(keypoints, scores, (width, height))
    outputs = {'prenormalize2d': normalized,
               'prenormalize2d_without_score': prenormalize_2d(keypoints, None, (width, height))}
    layout = pyskl_layout(dataset)
    with_scores = np.concatenate([keypoints, scores[..., None]], axis=-1)
    for name in vector.case['outputs']:
        if name.startswith('feat_'):
            streams = name.removeprefix('feat_').split('+')
            outputs[name] = skeleton_features(normalized, layout, streams, scored=dataset in SCORED)
        elif name.startswith('format_gcn_'):
            persons, clips = (int(number) for number in re.findall(r'\d+', name))
            outputs[name] = format_gcn_input(with_scores[:persons], num_clips=clips)
    return outputs
