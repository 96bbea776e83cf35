"""What ``TRAIN.MODE two_stage`` means: a pose run, then an action run that starts from it and shares its epochs."""

from __future__ import annotations

from pathlib import Path

from yacs.config import CfgNode

from core.engine.run_folder import run_folder


def pose_stage(cfg: CfgNode) -> CfgNode:
    """Return the configuration of the first stage: ``TRAIN.MODE pose`` under the name ``NAME_pose``."""
    first = cfg.clone()
    first.defrost()
    first.NAME = f'{cfg.NAME}_pose'
    first.TRAIN.MODE = 'pose'
    first.TRAIN.END_EPOCH = round(cfg.TRAIN.POSE_SHARE * cfg.TRAIN.END_EPOCH)
    first.freeze()
    return first


def num_epochs(cfg: CfgNode) -> int:
    """Return the epochs of the run itself: those the pose stage leaves over, or all."""
    if cfg.TRAIN.MODE != 'two_stage':
        return cfg.TRAIN.END_EPOCH
    return cfg.TRAIN.END_EPOCH - pose_stage(cfg).TRAIN.END_EPOCH


def starting_weights(cfg: CfgNode) -> str | Path:
    """Return the checkpoint that the run itself starts from: the pose stage's best, or ``PRETRAINED``."""
    if cfg.TRAIN.MODE != 'two_stage':
        return cfg.PRETRAINED
    return run_folder(pose_stage(cfg)) / 'best.pth'
