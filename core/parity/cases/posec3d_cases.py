"""Our answers to the vectors of PoseC3D: PYSKL's ``Recognizer3D`` with SlowOnly, and ``GeneratePoseTarget``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from core.models.posec3d.heatmap_recognizer import I3DHead
from core.models.posec3d.slowonly import SlowOnly, SlowOnlySpec
from core.models.posec3d.volume import LIMB_ORDERS, draw_keypoints, draw_limbs
from core.models.skeleton.recognizer import SkeletonRecognizer
from core.models.skeleton.skeleton_model import SkeletonModel
from core.parity.running import clip_probabilities, count_parameters, load_exactly, run_training
from core.parity.vector import Vector

STAGE_DEFAULTS = {'stage_blocks': (3, 4, 6, 3), 'inflate': (0, 0, 1, 1), 'spatial_strides': (1, 2, 2, 2),
                  'temporal_strides': (1, 1, 1, 1)}
DEFAULTS = {'in_channels': 3, 'base_channels': 64, 'conv1_kernel': (1, 7, 7), 'conv1_stride': (1, 2),
            'pool1_stride': (1, 2), 'out_indices': (3,)}
"""Defaults of PYSKL's ``ResNet3dSlowOnly``."""

FIXED: dict[str, tuple[Any, ...]] = {
    'depth': (50, '50'), 'inflate_style': ('3x1x1',), 'advanced': (False,), 'norm_eval': (False,),
    'frozen_stages': (-1,), 'conv_cfg': ({'type': 'Conv3d'},), 'act_cfg': ({'type': 'ReLU', 'inplace': True},),
    'norm_cfg': ({'type': 'BN3d', 'requires_grad': True}, {'type': 'BN3d'})}
"""Arguments with the only values that are implemented."""

WITHOUT_EFFECT = {'type', 'pretrained', 'pretrained2d', 'zero_init_residual', 'num_stages'}
TARGET_ARGUMENTS = {'img_shape', 'sigma', 'use_score', 'with_kp', 'with_limb', 'scaling', 'double', 'skeletons',
                    'left_kp', 'right_kp', 'left_limb', 'right_limb'}
LEFT_KP, RIGHT_KP = tuple(range(1, 17, 2)), tuple(range(2, 17, 2))
LEFT_LIMB, RIGHT_LIMB = (0, 2, 4, 5, 6, 10, 11, 12), (1, 3, 7, 8, 9, 13, 14, 15)
"""Joints and limbs that ``GeneratePoseTarget`` exchanges by default."""


def slowonly_spec(config: dict[str, Any]) -> SlowOnlySpec:
    """Description of the network of a PYSKL ``backbone`` section.

    Raises:
        ValueError: for an argument that has no counterpart here.
    """
    for key, value in config.items():
        if value not in FIXED.get(key, (value,)):
            raise ValueError(f"PYSKL argument '{key}' of ResNet3dSlowOnly must be {FIXED[key][0]} here, not {value}")
    unknown = set(config) - {*STAGE_DEFAULTS, *DEFAULTS, *FIXED, *WITHOUT_EFFECT}
    if unknown:
        raise ValueError(f"PYSKL argument '{min(unknown)}' has no counterpart in SlowOnly")
    stages = config.get('num_stages', 4)
    settings = {key: config.get(key, default) for key, default in DEFAULTS.items()}
    per_stage = {key: (value,) * stages if isinstance(value, int) else value[:stages]
                 for key, value in ((key, config.get(key) or default) for key, default in STAGE_DEFAULTS.items())}
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, (list, tuple)) else value
                              for key, value in (settings | per_stage).items()}
    return SlowOnlySpec(**fields)


def run(vector: Vector) -> dict[str, Tensor]:
    """Outputs of a recognizer: 'maxpool', 'layer…', 'feature', 'logits', 'clip_prob'."""
    head, testing = vector.config['cls_head'], vector.config.get('test_cfg') or {}
    recognizer = SkeletonRecognizer(SlowOnly(slowonly_spec(vector.config['backbone'])),
                                    I3DHead(head['in_channels'], head['num_classes'], head.get('dropout', 0.5)))
    model = SkeletonModel(recognizer)
    load_exactly(model, vector.state())
    inputs, outputs = vector.inputs(), {'num_parameters': count_parameters(model)}
    if vector.trains:
        return outputs | run_training(vector, model, _forward, inputs['imgs'], 'logits')
    with torch.no_grad():
        outputs |= _forward(model.eval(), inputs['imgs'])
        for clips in (inputs[name] for name in inputs if name.startswith('clip_imgs')):  # (B, clips, C, T, H, W)
            averaged = testing.get('average_clips', 'prob') == 'prob'
            outputs['clip_prob'] = (clip_probabilities(recognizer, clips) if averaged else
                                    recognizer(clips.flatten(0, 1)).unflatten(0, clips.shape[:2]).mean(dim=1))
    return outputs


def _forward(model: SkeletonModel, imgs: Tensor) -> dict[str, Tensor]:
    backbone = model.skeleton.backbone
    assert isinstance(backbone, SlowOnly)
    stages = backbone.stages(imgs)
    named = {f'layer{number}' if number else 'maxpool': stage for number, stage in enumerate(stages)}
    return named | {'feature': stages[1 + backbone.out_indices[-1]],
                    'logits': model.skeleton.head(backbone.select(stages))}


def run_pose_target(vector: Vector) -> dict[str, Tensor]:
    """Volumes ``(T, K, H, W)`` by recorded name: 'joint' or 'limb', with '_noscore', '_double' or both behind it."""
    inputs = vector.inputs()
    return {name: pose_target(inputs['keypoint'], inputs.get('keypoint_score'), target_arguments(vector.config, name))
            for name in vector.case['outputs']}


def target_arguments(config: dict[str, Any], name: str) -> dict[str, Any]:
    """Arguments of ``GeneratePoseTarget`` for one recorded output: those of the configuration, and what its name says.

    Raises:
        ValueError: for an unknown argument, or a name that says something else.
    """
    unknown = set(config) - TARGET_ARGUMENTS
    if unknown:
        raise ValueError(f"PYSKL argument '{min(unknown)}' of GeneratePoseTarget has no counterpart here")
    kind, *flags = name.split('_')
    if kind not in ('joint', 'limb') or not set(flags) <= {'noscore', 'double'}:
        raise ValueError(f"output '{name}' is not understood; volumes are called joint or limb, then _noscore, _double")
    return {**config, 'with_limb': kind == 'limb',
            'use_score': config.get('use_score', True) and 'noscore' not in flags,
            'double': config.get('double', False) or 'double' in flags}


def pose_target(keypoints: Tensor, scores: Tensor | None, arguments: dict[str, Any]) -> Tensor:
    """What PYSKL's ``GeneratePoseTarget`` makes of one sequence, ``(T, K, H, W)``.

    Args:
        keypoints: absolute pixels, ``(M, T, V, 2)``.
        scores: ``(M, T, V)``; ``None``: all 1.
        arguments: by their official names, and ``img_shape`` ``(H, W)``.
    """
    scaling, sigma = arguments.get('scaling', 1.0), arguments.get('sigma', 0.6)
    height, width = (int(side * scaling + 0.5) for side in arguments['img_shape'])
    if scores is None or not arguments['use_score']:
        scores = torch.ones(keypoints.shape[:-1])
    batch = keypoints[None].float() * scaling, scores[None].float()
    if arguments['with_limb']:
        limbs = torch.tensor(arguments.get('skeletons', LIMB_ORDERS['pyskl_default']))
        pairs = arguments.get('left_limb', LEFT_LIMB), arguments.get('right_limb', RIGHT_LIMB)
        volume = draw_limbs(*batch, limbs, (height, width), sigma)[0]                     # (K, T, H, W)
    else:
        pairs = arguments.get('left_kp', LEFT_KP), arguments.get('right_kp', RIGHT_KP)
        volume = draw_keypoints(*batch, (height, width), sigma)[0]
    volume = volume.transpose(0, 1)
    return torch.cat([volume, mirror_volume(volume, *pairs)]) if arguments['double'] else volume


def mirror_volume(volume: Tensor, left: Sequence[int], right: Sequence[int]) -> Tensor:
    """Mirror ``(T, K, H, W)`` in W and exchange the channels ``left`` with ``right``."""
    order = list(range(volume.shape[1]))
    for one, other in zip(left, right, strict=True):
        order[one], order[other] = other, one
    return volume.flip(-1)[:, order]
