"""How many frames a pass over a dataset read, and how many of them were missing or damaged, whoever loaded them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch


class FrameReport(NamedTuple):
    """A pass over a dataset: frames ``read``, and sequence → frames of it that were ``replaced`` by neighbours."""

    read: int
    replaced: dict[str, int]

    @property
    def share(self) -> float:
        """Replaced frames of all, 0 to 1."""
        return sum(self.replaced.values()) / max(1, self.read)

    def __str__(self) -> str:
        named = sorted(self.replaced)
        return (f'{sum(self.replaced.values())} of {self.read} frames were missing or damaged and replaced by their '
                f'neighbours, in {len(named)} sequences: {", ".join(named[:10])}{", ..." if len(named) > 10 else ""}')


class FrameLog:
    """Counts of one pass, a row a record, in memory that loader processes share.

    Args:
        num_records: number of records.

    Attributes:
        counts: int64 (records, 2): frames read, frames replaced.
    """

    def __init__(self, num_records: int) -> None:
        self.counts = torch.zeros(num_records, 2, dtype=torch.int64).share_memory_()

    def add(self, index: int, read: int, replaced: int) -> None:
        """Count the frames of a clip of record ``index``; no two processes load clips of one record at once."""
        self.counts.numpy()[index] += read, replaced     # a tensor would take five times as long

    def take(self, names: Sequence[str]) -> FrameReport:
        """What happened since the last call, by the records' ``names``; counting begins anew."""
        read, replaced = self.counts.clone().unbind(1)
        self.counts.zero_()
        return FrameReport(int(read.sum()), {names[index]: int(replaced[index]) for index in replaced.nonzero()[:, 0]})
