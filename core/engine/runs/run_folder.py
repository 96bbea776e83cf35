"""The folder of a run: continue what lies there, or move another run's results aside and begin."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import distributed
from yacs.config import CfgNode

from core.config import default_config, resolve_path, save_config, saved_settings
from core.engine.runs.checkpoint import Checkpoint, read_checkpoint
from core.engine.runtime import Runtime

NEUTRAL_KEYS = ('NAME', 'OUTPUT_DIR', 'GPUS', 'AUTO_RESUME', 'PRINT_FREQ', 'VALID_FREQ', 'CUDNN', 'WORKERS')
"""Keys and sections that do not decide a run's figures."""

FREE_KEYS = (*NEUTRAL_KEYS, 'DATA_DIR', 'PRETRAINED', 'TEST', 'TRAIN.END_EPOCH')
"""Keys and sections that may differ between a run and its continuation."""


def run_folder(cfg: CfgNode) -> Path:
    """Return ``OUTPUT_DIR/NAME``."""
    return resolve_path(cfg.OUTPUT_DIR) / cfg.NAME


def open_run(cfg: CfgNode, runtime: Runtime, epochs: int) -> Checkpoint | None:
    """Prepare the folder of a run and return the checkpoint it continues from, ``None`` for a new run.

    Results of a run with other settings or of more than ``epochs`` epochs, or of any run when AUTO_RESUME is off, are
    moved to ``NAME.1``, ``NAME.2``, ..., so that nothing is lost and ``OUTPUT_DIR/NAME`` holds one run only.
    """
    folder = run_folder(cfg)
    last = read_checkpoint(folder / 'last.pth') if cfg.AUTO_RESUME and (folder / 'last.pth').exists() else None
    differing = changed_keys(cfg, saved_settings(last.state['config'], f"'{folder / 'last.pth'}'")) if last else []
    if last and last.state['epoch'] > epochs:
        differing = ['TRAIN.END_EPOCH']
    if differing:
        last = None
    if runtime.distributed:
        distributed.barrier()                              # everyone has read before anything moves
    if runtime.is_main:
        if last is None and folder.exists() and any(folder.iterdir()):
            aside = _free_name(folder)
            folder.rename(aside)
            why = f'differs in {differing[0]}' if differing else 'is not to be continued'
            runtime.say(f'an earlier run that {why} moved to {aside}')
        folder.mkdir(parents=True, exist_ok=True)
        save_config(cfg, folder / 'config.yaml')
    return last


def changed_keys(cfg: CfgNode, saved: dict[str, Any], free_keys: Sequence[str] = FREE_KEYS) -> list[str]:
    """Return the dotted keys, ``free_keys`` aside, in which ``cfg`` differs from a saved configuration.

    Args:
        cfg: configuration of the run.
        saved: ``saved_settings`` of the other one; a key that did not exist yet when it was saved had its default.
        free_keys: keys and sections that do not matter.
    """
    ours = saved_settings(cfg.dump())
    theirs = saved_settings(default_config().dump()) | saved
    free = tuple(f'{key}.' for key in free_keys)
    return [key for key in sorted(ours.keys() | theirs.keys())
            if ours.get(key) != theirs.get(key) and not f'{key}.'.startswith(free)]


def _free_name(folder: Path) -> Path:
    return next(path for path in (folder.with_name(f'{folder.name}.{i}') for i in itertools.count(1))
                if not path.exists())
