"""Checkpoints a run continues from bit by bit, written so that a crash never leaves half of one.

``last.pth`` is the state after the newest epoch, ``best.pth`` that after the epoch with the best validation score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from yacs.config import CfgNode

from core.config import saved_config
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
    best = score if improved else best
    if runtime.is_main:
        parts = {name: getattr(trainer, name) for name in PARTS if getattr(trainer, name) is not None}
        state = {name: _inner(part).state_dict() for name, part in parts.items()}
        state |= {'step': trainer.step, 'epoch': epoch, 'best': best, 'rng': rng, 'config': config,
                  'class_names': list(class_names)}
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


@dataclass(frozen=True)
class Checkpoint:
    """A file that ``save_training`` wrote.

    Attributes:
        file: where it lies.
        state: all that is in it, on the CPU.
    """

    file: Path
    state: dict[str, Any]

    @property
    def config(self) -> CfgNode:
        """The configuration of its run; keys that came later have their defaults."""
        return saved_config(self.state['config'])

    @property
    def class_names(self) -> tuple[str, ...]:
        """K names, by label; empty where the run did not know them."""
        return tuple(self.state.get('class_names') or ())

    @property
    def weights(self) -> dict[str, torch.Tensor]:
        """The model's weights: the averaged ones where the run kept any."""
        if 'ema' not in self.state:
            return self.state['model']
        return {name.removeprefix('module.'): value for name, value in self.state['ema'].items()}


def read_checkpoint(file: Path) -> Checkpoint:
    """Read a checkpoint of ours: tensors and plain containers only.

    Raises:
        ValueError: when the file is missing, damaged or not one of ours.
    """
    try:
        state = torch.load(file, map_location='cpu', weights_only=True)
    except FileNotFoundError:
        raise ValueError(f"checkpoint '{file}' does not exist; train first or name another one") from None
    except Exception as error:
        raise ValueError(f"checkpoint '{file}' cannot be read ({type(error).__name__}): it must be a file written by "
                         'exp/train.py; delete it or name another one') from None
    if not isinstance(state, dict) or 'model' not in state or 'config' not in state:
        raise ValueError(f"checkpoint '{file}' has no 'model' and 'config': it must be a file written by exp/train.py")
    return Checkpoint(file, state)


def load_weights(model: nn.Module, checkpoint: Checkpoint) -> None:
    """Set a model to the weights of one of our checkpoints.

    Raises:
        ValueError: when the checkpoint is of another model.
    """
    try:
        model.load_state_dict(checkpoint.weights)
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise ValueError(f"checkpoint '{checkpoint.file}' is of another model than the configuration builds "
                         f'({reason}); test it with the config.yaml of its own run') from None


def _inner(part: Any) -> Any:
    return unwrap(part) if isinstance(part, nn.Module) else part


def _rng_state(runtime: Runtime) -> dict[str, torch.Tensor]:
    state = {'cpu': torch.get_rng_state()}
    if runtime.device_ids:
        state['cuda'] = torch.cuda.get_rng_state(runtime.device)
    return state
