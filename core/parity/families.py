"""Which code answers which parity vector."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from core.parity.vector import Comparison, Vector

Runner = Callable[[Vector], dict[str, Tensor | np.ndarray]]


class Family(NamedTuple):
    """Vectors that one runner answers.

    Attributes:
        runner: ``module:function``, imported when needed; ``Vector → outputs by their recorded names``.
        source: text that the vector's source must contain.
        config: values that the vector's configuration must have, by dotted key.
    """

    runner: str
    source: str
    config: dict[str, Any] = {}


FAMILIES: tuple[Family, ...] = (
    Family('core.parity.cases.pose_cases:run_lite_hrnet', '', {'type': 'TopDown', 'backbone.type': 'LiteHRNet'}),
    Family('core.parity.cases.pose_cases:run_hrnet', '', {'MODEL.NAME': 'pose_hrnet'}),
    Family('core.parity.cases.skeleton_cases:run', '', {'type': 'RecognizerGCN', 'backbone.type': 'STGCN'}),
    Family('core.parity.cases.skelet_cases:run', '', {'type': 'RecognizerGCN', 'backbone.type': 'SkeleT_GCN'}),
    Family('core.parity.cases.posec3d_cases:run', '', {'type': 'Recognizer3D'}),
    Family('core.parity.cases.integralaction_cases:run', 'IntegralAction'),
    Family('core.parity.cases.compact_cases:run', 'PoseCompact'),
    Family('core.parity.cases.posec3d_cases:run_pose_target', 'GeneratePoseTarget'),
    Family('core.parity.cases.end2end_cases:run', 'core/net/end2end.py'),
    Family('core.parity.cases.loss_cases:run', 'KLDiscretLoss'),
    Family('core.parity.cases.simcc_cases:run', '_generate_sa_simdr'),
    Family('core.parity.cases.sampling_cases:run_uniform_sample', 'UniformSample'),
    Family('core.parity.cases.sampling_cases:run_prenormalize', 'PreNormalize2D'),
)


def _value(config: Any, dotted: str) -> Any:
    for part in dotted.split('.'):
        config = config.get(part) if isinstance(config, dict) else None
    return config


def find_runner(vector: Vector) -> Runner:
    """The function that computes a vector's outputs with our code.

    Raises:
        ValueError: for a vector of no known family.
    """
    for family in FAMILIES:
        if family.source in vector.source and all(_value(vector.config, key) == wanted
                                                  for key, wanted in family.config.items()):
            module, function = family.runner.split(':')
            return getattr(importlib.import_module(module), function)
    raise ValueError(f"vector '{vector.name}' ({vector.source}) belongs to no implemented family")


def check(path: str | Path) -> list[Comparison]:
    """Compute a vector's outputs with our code and compare them.

    Args:
        path: its JSON file.

    Raises:
        ValueError: for a broken vector, one of no known family, or one whose configuration is not implemented.
    """
    vector = Vector.load(path)
    try:
        return vector.compare(find_runner(vector)(vector))
    except (KeyError, TypeError, RuntimeError) as error:
        raise ValueError(f'{path}: the vector is incomplete or not of its family ({error!r})') from error
    except ValueError as error:
        raise ValueError(f'{path}: {error}') from error
