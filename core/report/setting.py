"""The setting of a run: which configuration keys differ from their defaults, and its headline figures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import getitem
from typing import Any, NamedTuple

from yacs.config import CfgNode

from core.config.keys import KEYS
from core.config.systems import SYSTEMS

FIGURES = {'top1': 'top-1 accuracy', 'top5': 'top-5 accuracy', 'mean_class_accuracy': 'mean class accuracy',
           'ece': 'calibration error (ECE)', 'skeleton_top1': 'top-1 of the skeleton network alone',
           'visual_top1': 'top-1 of the visual branch alone'}
POSE_FIGURES = {'AP': 'pose AP', 'AP50': 'pose AP50', 'AP75': 'pose AP75', 'AR': 'pose AR', 'PCK': 'joints right (PCK)'}


class Setting(NamedTuple):
    """A configuration key, its value, its default and what it means."""

    key: str
    value: str
    default: str
    help: str


class Figure(NamedTuple):
    """A headline figure: its name, its value as text and its unit."""

    name: str
    value: str
    unit: str = ''


def split_settings(cfg: CfgNode) -> tuple[list[Setting], list[Setting]]:
    """Return the settings that differ from their defaults, and the others; the default mode is the system's usual one.
    """
    changed, same, settled = [], [], {'TRAIN.MODE': SYSTEMS[cfg.MODEL.NAME].modes[0]}
    for name, key in KEYS.items():
        value, default = reduce(getitem, name.split('.'), cfg), settled.get(name, key.default)
        (same if value == default else changed).append(Setting(name, _text(value), _text(default), key.help))
    return changed, same


def headline_figures(metrics: Mapping[str, Any]) -> list[Figure]:
    """Return the figures of a ``metrics.json`` that sum up the run; those that are missing or undefined are left out.
    """
    pose = metrics.get('pose') or {}
    named = [*((text, metrics.get(key)) for key, text in FIGURES.items()),
             *((text, pose.get(key)) for key, text in POSE_FIGURES.items())]
    figures = [Figure(text, f'{value:.1f}', '%') for text, value in named if value is not None]
    if metrics.get('num_clips'):
        figures.append(Figure('test clips', f'{metrics["num_clips"]:,}'))
    if metrics.get('parameters'):
        figures.append(Figure('parameters', f'{metrics["parameters"] / 1e6:.2f}', 'million'))
    return figures


def _text(value: Any) -> str:
    return ', '.join(map(str, value)) if isinstance(value, (list, tuple)) else str(value) or 'none'
