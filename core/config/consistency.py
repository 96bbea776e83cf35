"""Refuse values that are fine alone and impossible together."""

from __future__ import annotations

from pathlib import Path

from yacs.config import CfgNode

from core.config.owners import ATTENTION, SKELETONS, VISUAL
from core.config.resolve import settings_of
from core.layouts import get_layout


def check_together(cfg: CfgNode) -> None:
    """Check a complete configuration.

    Raises:
        ValueError: one sentence that names the keys that do not go together.
    """
    if cfg.NAME in ('', '..') or Path(cfg.NAME).name != cfg.NAME:
        raise ValueError(f"NAME is {cfg.NAME!r} but must be a plain folder name, like 'baseline_cv'")
    for name in ('SCALE_RANGE', 'ROTATE_RANGE', 'P_INTERVAL', 'AREA_RANGE'):
        low, high = cfg.DATASET[name]
        if low > high:
            raise ValueError(f'DATASET.{name} is {[low, high]} but must be [smallest, largest]')
    _check_pooling(cfg)
    _check_distributions(cfg)
    visual = cfg.MODEL.VISUAL
    if ATTENTION.holds(settings_of(cfg)) and visual.DIM % visual.HEADS:
        raise ValueError(f'MODEL.VISUAL.HEADS is {visual.HEADS} but must divide MODEL.VISUAL.DIM '
                         f'{visual.DIM}')
    num_joints = get_layout(cfg.DATASET.LAYOUT).num_joints
    if cfg.DATASET.NUM_JOINTS != num_joints:
        raise ValueError(f'DATASET.NUM_JOINTS is {cfg.DATASET.NUM_JOINTS} but layout {cfg.DATASET.LAYOUT} '
                         f'has {num_joints} joints')


def _check_pooling(cfg: CfgNode) -> None:
    if cfg.MODEL.INSTANCE_POOLING and VISUAL.holds(settings_of(cfg)):
        raise ValueError('MODEL.INSTANCE_POOLING merges the persons that the visual branch of MULTI_FUSE needs apart; '
                         'turn one of both off')


def _check_distributions(cfg: CfgNode) -> None:
    implicit = cfg.MODEL.IMPLICIT
    if cfg.MODEL.SKELETON.NAME == 'posec3d' and SKELETONS.holds(settings_of(cfg)) and (
            (cfg.MODEL.NAME, implicit.MODE, implicit.GEOM) != ('joint', 'probs', 'none') or cfg.MODEL.MULTI_FUSE
            or cfg.TRAIN.MODE == 'two_stage'):
        raise ValueError('MODEL.SKELETON.NAME posec3d reads the distributions of the joint model: set IMPLICIT.MODE '
                         'probs and GEOM none, without MULTI_FUSE and two_stage; on keypoints it is MODEL.NAME posec3d')
