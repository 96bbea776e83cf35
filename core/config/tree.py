"""Nested sections in terms of full dotted names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yacs.config import CfgNode


def flatten(node: Mapping[str, Any], prefix: str = '') -> Iterator[tuple[str, Any]]:
    """Yield full name and value of everything in nested sections.

    Example:
        >>> dict(flatten({'SEED': 1, 'TRAIN': {'LR': 0.5}}))
        {'SEED': 1, 'TRAIN.LR': 0.5}
    """
    for name, value in node.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f'{prefix}{name}.')
        else:
            yield f'{prefix}{name}', value


def assign(cfg: CfgNode, name: str, value: Any) -> None:
    """Set the key of a full name."""
    *parents, last = name.split('.')
    for parent in parents:
        cfg = cfg[parent]
    cfg[last] = value
