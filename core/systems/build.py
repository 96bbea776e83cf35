"""From configuration to model; only this module and ``core.systems``, one file a system, read one."""

from __future__ import annotations

from importlib import import_module

import torch
from torch import nn
from yacs.config import CfgNode

from core.config import resolve_path
from core.config.systems import SYSTEMS
from core.models.published_weights import load_pretrained


def build_model(cfg: CfgNode) -> nn.Module:
    """Create the model of ``MODEL.NAME``, ``TRAIN.MODE``, random weights, 2D convolutions channels last in memory."""
    module, function = SYSTEMS[cfg.MODEL.NAME].builder.split(':')
    model = getattr(import_module(module), function)(cfg)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            module.to(memory_format=torch.channels_last)
    return model


def initialize_from(model: nn.Module, file: str) -> str:
    """Load the checkpoint ``PRETRAINED`` into a model and return one line that says what was loaded.

    Raises:
        ValueError: when the file is unreadable or nothing of it fits.
    """
    return f'{file}: {load_pretrained(model, resolve_path(file)).summary()}'
