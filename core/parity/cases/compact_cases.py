"""Our answers to the vectors of PYSKL's keypoint cropping and resizing, up to the heatmaps drawn of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch

from core.data.clips.pose_compact import (
    Box,
    PicturePoses,
    central_box,
    compact,
    compact_box,
    crop,
    flip,
    resize,
    short_side,
)
from core.models.posec3d.volume import draw_keypoints
from core.parity.cases.posec3d_cases import mirror_volume
from core.parity.vector import Vector

COMPACT_ARGUMENTS = ('padding', 'threshold', 'hw_ratio', 'allow_imgpad')
FREE_RATIO = {'hw_ratio': None}

Arrays = dict[str, np.ndarray]


def run(vector: Vector) -> Arrays:
    """Compute every recorded output: 'compact_…' with its arguments, 'resize…', 'centercrop…' and 'pipeline_imgs'.

    All but the first begin with a square ``PoseCompact``, or one of any shape (``free_ratio``).

    Raises:
        ValueError: for an argument or an output that is not known here.
    """
    inputs = {name: value.numpy() for name, value in vector.inputs().items()}
    height, width = vector.config['img_shape']
    keypoints = np.nan_to_num(inputs['keypoint'])                                        # PoseCompact's first step
    poses = PicturePoses(np.concatenate([keypoints, inputs['keypoint_score'][..., None]], -1), (width, height))
    outputs: Arrays = {}
    for case in vector.config['cases']:
        box = _box(poses, case['args'])
        quadruple = np.divide(box, (width, height, width, height))
        outputs |= _named(case['output'], compact(poses, box)) | {f'{case["output"]}/crop_quadruple': quadruple}
    others = dict.fromkeys(name.split('/')[0] for name in vector.case['outputs'] if name not in outputs)
    for name in others:
        outputs |= _answer(name, poses, vector)
    return outputs


def _box(poses: PicturePoses, arguments: dict[str, Any]) -> Box:
    """The box of ``PoseCompact`` with the official arguments; a single ``hw_ratio`` is both ends of the range."""
    unknown = set(arguments) - set(COMPACT_ARGUMENTS)
    if unknown:
        raise ValueError(f"PoseCompact argument '{min(unknown)}' has no counterpart in core.data.clips.pose_compact")
    ratio = arguments.get('hw_ratio')                                                    # the class's default is None
    pair = None if ratio is None else tuple(np.broadcast_to(ratio, 2).tolist())
    return compact_box(poses, **{**arguments, 'hw_ratio': pair})


def _answer(name: str, poses: PicturePoses, vector: Vector) -> Arrays:
    """One of the outputs that the vector only names."""
    square = compact(poses, compact_box(poses))
    sides = [int(number) for number in re.findall(r'\d+', name)]
    if name == 'pipeline_imgs':
        return {name: _heatmaps(square, vector)}
    if re.fullmatch(r'resize_short\d+', name):
        return _named(name, resize(square, short_side(square.size, sides[0])))
    if re.fullmatch(r'resize_short\d+_free_ratio', name):
        free = compact(poses, _box(poses, FREE_RATIO))
        return _named(name, resize(free, short_side(free.size, sides[0])))
    if re.fullmatch(r'resize\d+(x\d+)?_flip', name):
        return _named(name, flip(resize(square, (sides[0], sides[-1])), _flip_order(vector)))
    if re.fullmatch(r'centercrop\d+', name):
        return _named(name, crop(square, central_box(square.size, sides[0])))
    raise ValueError(f"output '{name}' is none of compact, resize_short, resize_flip, centercrop and pipeline_imgs")


def _named(name: str, poses: PicturePoses) -> Arrays:
    """The recorded arrays of keypoints ``(M, T, V, 3)``: x, y and score."""
    return {f'{name}/keypoint': poses.keypoints[..., :2], f'{name}/keypoint_score': poses.keypoints[..., 2],
            f'{name}/img_shape': np.array(poses.size[::-1])}


def _flip_order(vector: Vector) -> list[int]:
    left, right = vector.config['left_kp'], vector.config['right_kp']
    order = np.arange(vector.case['inputs']['keypoint']['shape'][2])
    order[left], order[right] = right, left
    return order.tolist()


def _heatmaps(square: PicturePoses, vector: Vector) -> np.ndarray:
    """Volumes ``(2, V, T, H, W)`` of the joints and of their mirror image, in the recorded size."""
    spec = vector.case['outputs']['pipeline_imgs']
    size = tuple(spec.get('full_shape', spec['shape'])[-2:])                             # (H, W)
    resized = torch.from_numpy(resize(square, size[::-1]).keypoints)[None]               # (1, M, T, V, 3)
    volume = draw_keypoints(resized[..., :2], resized[..., 2], size)[0].transpose(0, 1)  # (T, V, H, W)
    mirrored = mirror_volume(volume, vector.config['left_kp'], vector.config['right_kp'])
    return torch.stack([volume, mirrored]).transpose(1, 2).numpy()
