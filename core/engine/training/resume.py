"""Checkpoints a run continues from bit by bit, written so that a crash never leaves half of one.

``last.pth`` is the state after the newest epoch, ``best.pth`` that after the epoch with the best validation score.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from core import __version__
from core.engine.runs.checkpoint import Checkpoint
from core.engine.runtime import Runtime, gather_objects, unwrap
from core.engine.training.loop import Trainer
from core.files import written_atomically

PARTS = ('model', 'optimizer', 'scheduler', 'scaler', 'ema')


def save_training(folder: Path, trainer: Trainer, runtime: Runtime, *, epoch: int, score: float | None, best: float,
                  config: str, class_names: Sequence[str]) -> float:
    """Write ``last.pth``, and ``best.pth`` when the validation score is at least the best so far.

    Args:
        folder: folder of the run.
        trainer: what is saved.
        runtime: of this process; only the main one writes.
        epoch: epochs completed.
        score: validation top1 of this epoch, percent; ``None`` when it was not validated.
        best: best score before.
        config: the resolved configuration as YAML.
        class_names: K names, by label.

    Returns:
        The best score so far.
    """
    rng = gather_objects(_rng_state(runtime), runtime)
    improved = score is not None and score >= best
    best = max(best, score) if score is not None else best
    if runtime.is_main:
        parts = {name: getattr(trainer, name) for name in PARTS if getattr(trainer, name) is not None}
        state = {name: _inner(part).state_dict() for name, part in parts.items()}
        state |= {'step': trainer.step, 'epoch': epoch, 'best': best, 'rng': rng, 'config': config,
                  'class_names': list(class_names), 'version': __version__}
        for name in ('best.pth', 'last.pth') if improved else ('last.pth',):   # a crash between repeats the epoch
            with written_atomically(folder / name) as temporary:
                torch.save(state, temporary)
    return best


def restore_training(trainer: Trainer, checkpoint: Checkpoint, runtime: Runtime) -> tuple[int, float]:
    """Set ``trainer`` and the random state to what ``save_training`` wrote into ``last.pth``.

    Returns:
        Epochs completed and the best validation score so far.
    """
    state = checkpoint.state
    for name in PARTS:
        part = getattr(trainer, name)
        if part is not None:
            _inner(part).load_state_dict(state[name])
    trainer.step = state['step']
    if len(state['rng']) == runtime.world_size:
        rng = state['rng'][runtime.rank]
        torch.set_rng_state(rng['cpu'])
        if runtime.device_ids and 'cuda' in rng:
            torch.cuda.set_rng_state(rng['cuda'], runtime.device)
    return state['epoch'], state['best']


def _inner(part: Any) -> Any:
    return unwrap(part) if isinstance(part, nn.Module) else part


def _rng_state(runtime: Runtime) -> dict[str, torch.Tensor]:
    state = {'cpu': torch.get_rng_state()}
    if runtime.device_ids:
        state['cuda'] = torch.cuda.get_rng_state(runtime.device)
    return state
