"""Runs in stages: two_stage is a pose run, then an action run; rgb+pose is a run of each stream, then their gate's.

The earlier stages are runs of their own beside the last one, and are continued or left alone like any other.
"""

from __future__ import annotations

from torch import nn
from yacs.config import CfgNode

from core.engine.runs.checkpoint import read_checkpoint, tested_weights
from core.engine.runs.run_folder import run_folder
from core.models.integral.merge import merge_streams
from core.models.published_weights import load_state
from core.systems.build import initialize_from

STREAMS = ('rgb_only', 'pose_only')


def earlier_stages(cfg: CfgNode) -> list[CfgNode]:
    """Return the configurations of the runs, ``NAME_<stage>``, that must be done before the run itself."""
    if cfg.TRAIN.MODE == 'two_stage':
        return [_stage(cfg, 'pose', round(cfg.TRAIN.POSE_SHARE * cfg.TRAIN.END_EPOCH), cfg.PRETRAINED)]
    if cfg.TRAIN.MODE == 'rgb+pose' and not cfg.PRETRAINED:
        return [_stage(cfg, mode, cfg.TRAIN.END_EPOCH, cfg.MODEL.INTEGRAL.RESNET) for mode in STREAMS]
    return []


def _stage(cfg: CfgNode, mode: str, epochs: int, pretrained: str) -> CfgNode:
    stage = cfg.clone()
    stage.defrost()
    stage.NAME, stage.PRETRAINED = f'{cfg.NAME}_{mode}', pretrained
    stage.TRAIN.MODE, stage.TRAIN.END_EPOCH = mode, epochs
    stage.freeze()
    return stage


def num_epochs(cfg: CfgNode) -> int:
    """Return the epochs of the run itself: of two stages those that the pose stage leaves over, else all."""
    if cfg.TRAIN.MODE != 'two_stage':
        return cfg.TRAIN.END_EPOCH
    return cfg.TRAIN.END_EPOCH - earlier_stages(cfg)[0].TRAIN.END_EPOCH


def learning_rate(cfg: CfgNode) -> float:
    """Return the learning rate of the run itself; the gate of rgb+pose has its own."""
    return cfg.TRAIN.LR * (cfg.MODEL.INTEGRAL.LR_RATIO if cfg.TRAIN.MODE == 'rgb+pose' else 1.0)


def initialize(model: nn.Module, cfg: CfgNode) -> str | None:
    """Load the weights that the run itself starts from, and return one line about them; ``None`` for random ones.

    Those are the best ones of the earlier stages, or ``PRETRAINED``.

    Raises:
        ValueError: a file is unreadable or nothing of it fits.
    """
    best = [run_folder(stage) / 'best.pth' for stage in earlier_stages(cfg)]
    if cfg.TRAIN.MODE == 'rgb+pose' and best:
        merged = merge_streams(*(tested_weights(read_checkpoint(file)) for file in best))
        report = load_state(model, merged.state)
        return f'{" and ".join(map(str, best))}: {report.summary()}'
    start = str(best[0]) if best else cfg.PRETRAINED
    return initialize_from(model, start) if start else None
