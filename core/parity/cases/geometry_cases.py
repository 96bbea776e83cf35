"""Boxes, affine maps, mirrored joints and uniform sampling of the published data pipeline, computed with our code."""

from __future__ import annotations

import numpy as np

from core.data.boxes import BoxSettings, apply_affine, clip_boxes, crop_affine, invert_affine
from core.data.clips.augment import flip_joints
from core.data.clips.sampling import uniform
from core.parity.vector import Vector

PIXEL_STD = 200.0
"""Box sizes are divided by this in the published code's ``scale``."""

Arrays = dict[str, np.ndarray]


def run_geometry(vector: Vector) -> Arrays:
    """The outputs ``affine*``, ``gt_*``, ``fliplr_*`` and ``uniform_sample_*`` of the End2end data vector, by name."""
    inputs = {name: value.numpy() for name, value in vector.inputs().items()}
    return {**_affines(vector, inputs['pose']), **_boxes(vector, inputs['bbox_pose'], inputs['bbox_visible']),
            **_mirrored(vector, inputs['pose'], inputs['visible']), **_sampled(vector)}


def _affines(vector: Vector, pose: np.ndarray) -> Arrays:
    crop_size = tuple(vector.config['IMAGE_SIZE_wh'])
    outputs: Arrays = {}
    for number, case in enumerate(vector.config['affine']):
        matrix = crop_affine(np.array(case['center']), np.array(case['scale'][0]) * PIXEL_STD, crop_size, case['rot'])
        outputs |= {f'affine_{number}': matrix, f'affine_inv_{number}': invert_affine(matrix),
                    f'affine_points_{number}': apply_affine(matrix, pose[10:14] * 5)}
    return outputs


def _boxes(vector: Vector, pose: np.ndarray, visible: np.ndarray) -> Arrays:
    """``pose`` ``(T, V, 2)`` and ``visible`` ``(T, V)``; every frame is a case of its own and has visible joints."""
    settings = BoxSettings(mode='1-frame', scale=vector.config['bbox']['scale'], min_height=0.0)
    boxes = clip_boxes(pose, visible, (0, 0), vector.config['bbox']['input_ratio'], settings, np.random.default_rng(0))
    corners = np.concatenate([boxes.center - boxes.size / 2, boxes.center + boxes.size / 2], -1)
    return {'gt_bbox': corners, 'gt_center_scale': np.concatenate([boxes.center, boxes.size / PIXEL_STD], -1)}


def _mirrored(vector: Vector, pose: np.ndarray, visible: np.ndarray) -> Arrays:
    """``pose`` ``(V, 2)``, ``visible`` ``(V, 1)``; the published code zeroes hidden joints and repeats visibility."""
    order = list(range(len(pose)))
    for left, right in vector.config['flip_pairs']:
        order[left], order[right] = right, left
    joints, seen = flip_joints(pose, visible[:, 0], vector.config['IMAGE_SIZE_wh'][0], tuple(order))
    return {'fliplr_joints': joints * seen[:, None], 'fliplr_vis': np.repeat(seen[:, None], 2, axis=1)}


def _sampled(vector: Vector) -> Arrays:
    numbers = {name: name.split('_')[-2:] for name in vector.case['outputs'] if name.startswith('uniform_sample_')}
    return {name: uniform(int(first), int(second)) for name, (first, second) in numbers.items()}
