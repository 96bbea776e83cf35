"""Shares in percent that can be written as JSON."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def percents(parts: np.ndarray | Sequence[float], wholes: np.ndarray | Sequence[float]) -> list[float | None]:
    """Return ``100 * parts / wholes`` entry by entry, None where a whole is 0 (JSON has no NaN).

    Example:
        >>> percents([1, 0], [4, 0])
        [25.0, None]
    """
    return [100.0 * float(part) / float(whole) if whole else None for part, whole in zip(parts, wholes, strict=True)]
