"""The published YAML files' keys in terms of ours: renamed, translated or accepted without effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Pairs = list[tuple[str, Any]]

RENAMED: dict[str, str] = {
    'MODEL.PRETRAINED': 'PRETRAINED',
    'load_pretrained': 'PRETRAINED',
    'load_hrnet': 'PRETRAINED',
    'half_dataset': 'DATASET.HALF_DATASET',
    'DATASET.bbox_mode': 'DATASET.BBOX_MODE',
    'DATASET.bbox_scale': 'DATASET.BBOX_SCALE',
    'DATASET.CROP_MODE': 'DATASET.BBOX_MODE',
    'DATASET.CROP_SCALE': 'DATASET.BBOX_SCALE',
    'DATASET.scale_range': 'DATASET.SCALE_RANGE',
    'DATASET.rotate_range': 'DATASET.ROTATE_RANGE',
    'MODEL.EXTRA.FINAL_CONV_KERNEL': 'MODEL.FINAL_CONV_KERNEL',
    'NUM_S': 'DATASET.NUM_S',
}
"""Published key → our key of the same meaning."""

OBSOLETE: dict[str, str] = {
    'LOG_DIR': 'everything of a run lies in OUTPUT_DIR/NAME',
    'switch_interval': 'a track never mixes two persons; use MODEL.NUM_PERSONS 2',
    'CUDNN.ENABLED': 'cuDNN is always on where there is a GPU',
    'DATASET.dataset_image_size': 'the annotation file states its image size',
    'DATASET.read_image_size': 'the frame size is read from the frames',
    'DATASET.DATASET_IMAGE_SIZE': 'the annotation file states its image size',
    'DATASET.FULL_IMAGE': 'clips are always person crops',
    'DATASET.PIXEL_STD': 'boxes are kept in pixels',
    'DATASET.SCALE_FACTOR': 'see DATASET.SCALE_RANGE',
    'DATASET.ROTATION_FACTOR': 'see DATASET.ROTATE_RANGE',
    'FULL_IMAGE': 'clips are always person crops',
    'MODEL.INIT_WEIGHTS': 'every module initializes itself',
    'MODEL.INPUT_SIZE_MUST_CHOOSE_FROM': 'MODEL.IMAGE_SIZE is checked instead',
    'MODEL.HEATMAP_SIZE': 'the pose output is a pair of distributions, not a map',
    'MODEL.EXTRA': 'the architecture follows BACKBONE',
    'LOSS.TYPE': 'the pose loss is the KL divergence of the distributions',
    'LOSS.USE_TARGET_WEIGHT': 'joints without annotation never count',
    'TRAIN.BEGIN_EPOCH': 'training begins at 0 or where last.pth ended',
    'TRAIN.PRE_LOAD_IMAGES': 'frames are read when they are needed',
    'TEST.POST_PROCESS': 'see TEST.DECODE',
    'DEBUG': 'see TEST.PICTURES',
    'opt1': 'see TRAIN.LR and TRAIN.SCHEDULER',
    'opt2': 'TRAIN.POSE_LR_RATIO sets another rate for the pose network',
}
"""Published key (or section) that has no effect here → why."""

SAMPLERS = {'uniform_sample': 'uniform', 'uniform_random_sample': 'random'}
POLICIES = {'MultiStepLR': 'multistep', 'CosineAnnealingLR': 'cosine', 'OneCycleLR': 'cosine'}


BACKBONES = {'lite-hrnet': 'lite-hrnet-18', 'hrnet': 'hrnet-w32'}


def _ours(names: dict[str, str], value: Any) -> Any:
    """Our name of a published one; what is no name is left to be checked."""
    return names.get(value, value) if isinstance(value, str) else value


def _kept(detached: Any) -> float:
    """Share of the gradient that a published switch lets pass."""
    return 0.0 if detached else 1.0


TRANSLATED: dict[str, Callable[[Any], Pairs]] = {
    'sampler': lambda value: [('DATASET.SAMPLER', _ours(SAMPLERS, value))],
    'BACKBONE': lambda value: [('BACKBONE', _ours(BACKBONES, value))],
    'MODEL.stgcn_detach': lambda value: [('MODEL.IMPLICIT.GRAD_SCALE', _kept(value))],
    'MODEL.visualnet_detach': lambda value: [('MODEL.VISUAL.TAP_GRAD', _kept(value))],
    'MODEL.fuse_version': lambda value: [('MODEL.FUSE_VERSION', value), ('MODEL.VISUAL.NAME', 'late_conv')],
    'opt1.type': lambda value: [('TRAIN.OPTIMIZER', value)],
    'opt1.LR': lambda value: [('TRAIN.LR', value)],
    'opt1.POLICY': lambda value: [('TRAIN.SCHEDULER', _ours(POLICIES, value))],
    'opt1.LR_STEP': lambda value: [('TRAIN.LR_STEP', value)],
    'opt1.LR_FACTOR': lambda value: [('TRAIN.LR_FACTOR', value)],
    'opt1.min_lr': lambda value: [('TRAIN.MIN_LR', value)],
}
"""Published key → the pairs of ours that its value means."""


def translate(name: str, value: Any) -> tuple[Pairs | None, str | None]:
    """Express one published key in terms of ours.

    Args:
        name: full dotted key as written in the file.
        value: its value.

    Returns:
        The pairs of our keys it means (``None``: the key is not a published one; empty: it has no effect here) and a
        one-line warning for the user (``None``: nothing to say).
    """
    if name in TRANSLATED:
        return TRANSLATED[name](value), None
    if name in RENAMED:
        return [(RENAMED[name], value)], None
    for key in (name, name.rsplit('.', 1)[0], name.split('.')[0], '.'.join(name.split('.')[:2])):
        if key in OBSOLETE:
            return [], f'{name} has no effect here: {OBSOLETE[key]}'
    return None, None
