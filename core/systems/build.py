"""From configuration to the blueprint and the model of the system that it names."""

from __future__ import annotations

from importlib import import_module

import torch
from torch import nn
from yacs.config import CfgNode

from core.config.systems import SYSTEMS
from core.systems.blueprint import Blueprint


def blueprint_of(cfg: CfgNode) -> Blueprint:
    """Return the blueprint of ``MODEL.NAME``."""
    module, name = SYSTEMS[cfg.MODEL.NAME].blueprint.split(':')
    return getattr(import_module(module), name)()


def build_model(cfg: CfgNode) -> nn.Module:
    """Create the model of ``MODEL.NAME``, ``TRAIN.MODE``, random weights, 2D convolutions channels last in memory."""
    model = blueprint_of(cfg).build(cfg)
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            layer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    return model
