"""The trained recognizer that a checkpoint holds."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from yacs.config import CfgNode

from core.config import saved_config
from core.engine.checkpoint import read_checkpoint
from core.engine.testing import load_weights
from core.models.build import build_model
from core.models.joint import JointModel


class Recognizer(NamedTuple):
    """A joint model in evaluation mode, and what its run knew of it.

    Attributes:
        model: frames → poses and action, on the CPU.
        cfg: the run's configuration.
        class_names: K names, by label.
    """

    model: JointModel
    cfg: CfgNode
    class_names: tuple[str, ...]


def load_recognizer(checkpoint: Path) -> Recognizer:
    """Load a checkpoint of ``TRAIN.MODE`` joint or two_stage.

    Raises:
        ValueError: the file cannot be read, or its model does not lead from frames to actions.
    """
    state = read_checkpoint(checkpoint)
    cfg = saved_config(state['config'])
    if cfg.TRAIN.MODE not in ('joint', 'two_stage'):
        raise ValueError(f"checkpoint '{checkpoint}' is of TRAIN.MODE {cfg.TRAIN.MODE}, which does not lead from "
                         'frames to actions; name one of joint or two_stage')
    model = build_model(cfg)
    load_weights(model, checkpoint)
    names = state.get('class_names') or [f'class {label}' for label in range(cfg.DATASET.NUM_ACTION)]
    return Recognizer(model.eval(), cfg, tuple(names))
