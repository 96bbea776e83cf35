"""The setting of a run: what the page says of its configuration, and its headline figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

FIGURES = {'top1': 'top-1 accuracy', 'top5': 'top-5 accuracy', 'mean_class_accuracy': 'mean class accuracy',
           'ece': 'calibration error (ECE)', 'skeleton_top1': 'top-1 of the skeleton network alone',
           'visual_top1': 'top-1 of the visual branch alone'}
POSE_FIGURES = {'AP': 'pose AP', 'AP50': 'pose AP50', 'AP75': 'pose AP75', 'AR': 'pose AR', 'PCK': 'joints right (PCK)'}


class KeyValue(NamedTuple):
    """A configuration key, its value, its default and what it means."""

    key: str
    value: str
    default: str
    help: str


class Setting(NamedTuple):
    """What the page says of the configuration of a run.

    Attributes:
        name: of the run.
        system: ``MODEL.NAME``.
        mode: ``TRAIN.MODE``.
        clips: what a clip of its system is, see ``core.config.systems.System``.
        protocol: ``TRAIN.EVAL_MODE``.
        clip_size: frames of a clip.
        seed: of its random numbers.
        visual: name of the visual branch; empty without one.
        changed: keys whose values differ from their defaults.
        same: the others.
    """

    name: str
    system: str
    mode: str
    clips: str
    protocol: str
    clip_size: int
    seed: int
    visual: str
    changed: list[KeyValue]
    same: list[KeyValue]


class Figure(NamedTuple):
    """A headline figure: its name, its value as text and its unit."""

    name: str
    value: str
    unit: str = ''


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
