"""Times several things in turns, so that a machine that becomes slower hits all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence


def seconds_in_turns(runs: Sequence[Callable[[], object]], rounds: int, warm_up: int) -> list[list[float]]:
    """Return how long each run took, in seconds, by run and round; the first ``warm_up`` rounds do not count."""
    columns: list[list[float]] = [[] for _ in runs]
    for number in range(warm_up + rounds):
        for run, column in zip(runs, columns, strict=True):
            since = time.perf_counter()
            run()
            if number >= warm_up:
                column.append(time.perf_counter() - since)
    return columns
