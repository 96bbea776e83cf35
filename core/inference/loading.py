"""The trained recognizer that a checkpoint holds."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from torch import nn
from yacs.config import CfgNode

from core.config.systems import SYSTEMS
from core.engine.runs.checkpoint import load_weights, read_checkpoint
from core.systems.build import build_model

READS = tuple(dict.fromkeys(system.clips for system in SYSTEMS.values()))


class Recognizer(NamedTuple):
    """A model in evaluation mode, and what its run knew of it.

    Attributes:
        model: from what its system reads to a ``JointOutput`` with actions, on the CPU.
        cfg: the run's configuration.
        class_names: K names, by label.
    """

    model: nn.Module
    cfg: CfgNode
    class_names: tuple[str, ...]


def load_recognizer(checkpoint: Path, reads: Collection[str] = READS) -> Recognizer:
    """Load a checkpoint of any system that leads to actions.

    Args:
        checkpoint: file of ours.
        reads: what the system may read, see ``System.clips``.

    Raises:
        ValueError: the file cannot be read, its system reads something else, or it knows no actions.
    """
    read = read_checkpoint(checkpoint)
    cfg = read.config
    check_reads(cfg, reads, f"checkpoint '{checkpoint}'", ', or use this one with pose-action predict --annotations')
    if cfg.TRAIN.MODE == 'pose':
        raise ValueError(f"checkpoint '{checkpoint}' is of TRAIN.MODE pose, which does not lead to actions; name one "
                         'of joint or two_stage, or of another system')
    model = build_model(cfg)
    load_weights(model, read)
    names = read.class_names or tuple(f'class {label}' for label in range(cfg.DATASET.NUM_ACTION))
    return Recognizer(model.eval(), cfg, names)


def check_reads(cfg: CfgNode, reads: Collection[str], what: str, instead: str = '') -> None:
    """Refuse the system of a configuration unless it reads one of ``reads`` (``System.clips``).

    Args:
        cfg: configuration.
        reads: what can be given to it.
        what: has the configuration, in words.
        instead: what else could be done, in words.

    Raises:
        ValueError: it reads something else.
    """
    found = SYSTEMS[cfg.MODEL.NAME].clips
    if found not in reads:
        fitting = [name for name, system in SYSTEMS.items() if system.clips in reads]
        raise ValueError(f'{what} is of MODEL.NAME {cfg.MODEL.NAME}, which reads {found}, but here it would get '
                         f'{" or ".join(reads)}; name one of {", ".join(fitting)}{instead}')
