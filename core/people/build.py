"""From a checkpoint to what finds people with it: the only module of ``core.people`` that reads a configuration."""

from __future__ import annotations

from pathlib import Path

import torch

from core.data.boxes import BoxSettings
from core.engine.runs.checkpoint import Checkpoint, read_checkpoint
from core.models.joint import PoseModel
from core.models.published_weights import load_state
from core.people.own_network import CheckpointPose
from core.systems.joint import build_pose_net


def load_own_network(checkpoint: Path | Checkpoint) -> CheckpointPose:
    """Load the pose network of a checkpoint of ours, on a GPU where there is one.

    Args:
        checkpoint: file that ``exp/train.py`` wrote, or what was read of it, of any mode with a pose network on COCO's
            17 joints.

    Raises:
        ValueError: the file cannot be read, or holds no such network.
    """
    read = read_checkpoint(checkpoint) if isinstance(checkpoint, Path) else checkpoint
    cfg = read.config
    weights = {name: value for name, value in read.weights.items() if name.startswith('pose.')}
    if not weights or cfg.DATASET.LAYOUT != 'coco17':
        raise ValueError(f"checkpoint '{read.file}' has no pose network for COCO's 17 joints; name one of a run with "
                         'TRAIN.MODE joint, two_stage or pose')
    model = PoseModel(build_pose_net(cfg))
    load_state(model, weights)
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # PyTorch's declarations lack it
    model.to('cuda' if torch.cuda.is_available() else 'cpu')
    return CheckpointPose(model.eval(), BoxSettings(scale=cfg.DATASET.BBOX_SCALE), cfg.TEST.DECODE)
