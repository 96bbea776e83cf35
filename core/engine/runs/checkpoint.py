"""Checkpoints of ours: read without running code, once; ``core.engine.training.resume`` writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from yacs.config import CfgNode

from core import __version__
from core.config import saved_config


@dataclass(frozen=True)
class Checkpoint:
    """A file that training wrote, see ``core.engine.training.resume``.

    Attributes:
        file: where it lies.
        state: all that is in it, on the CPU.
    """

    file: Path
    state: dict[str, Any]

    @property
    def config(self) -> CfgNode:
        """The configuration of its run; keys that came later have their defaults."""
        return saved_config(self.state['config'], f"the configuration in '{self.file}'")

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
        ValueError: when the file is missing, damaged, not one of ours or of a newer version.
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
    check_version(state.get('version', '0.1.0'), f"checkpoint '{file}'")
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


def check_version(written_by: str, what: str) -> None:
    """Refuse what a newer version of the project has written.

    Args:
        written_by: version, numbers with points between, such as ``'0.2.0'``.
        what: the file, as the sentence begins.

    Raises:
        ValueError: it is newer than this project.

    Example:
        >>> check_version('0.1.0', "checkpoint 'best.pth'")
    """
    if _numbers(written_by) > _numbers(__version__):
        raise ValueError(f'{what} was written by version {written_by} but this is version {__version__}; update the '
                         'project (git pull) or take a checkpoint that this version wrote')


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r'\d+', version)))
