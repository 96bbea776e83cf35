"""What all datasets of labeled sequences share: records, and random numbers that depend on the epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np
import torch
from torch.utils.data import Dataset

from core.data.annotations.records import RecordT
from core.layouts import Layout

ItemT = TypeVar('ItemT', covariant=True)

Array: TypeAlias = Any
"""A field of a clip: a numpy array or scalar in one clip, a tensor with a leading axis B in a batch of clips."""


class Batch(Protocol):
    """What every batch of clips has; its fields are tensors, one after the other."""

    @property
    def label(self) -> Array:
        """int64 ``(B,)``, 0-based classes."""

    @property
    def index(self) -> Array:
        """int64 ``(B,)``, positions in the data set's records."""

    @property
    def inputs(self) -> tuple[Array, ...]:
        """What the model reads."""

    @property
    def targets(self) -> tuple[Array, ...]:
        """What ``JointLoss`` compares with."""

    def mirrored(self, flip_order: Sequence[int]) -> tuple[Array, ...]:
        """``inputs`` of the mirrored clips; ``flip_order`` exchanges left and right joints."""

    def __iter__(self) -> Iterator[Array]:
        """The fields in their order."""


class RecordDataset(Dataset[ItemT], Generic[ItemT, RecordT]):
    """A dataset with one item per record.

    An item depends on ``(seed, epoch, index)`` and nothing else; when not training, not on the epoch either.

    Args:
        records: labeled sequences.
        layout: their joints.
        training: draw another item of a record every epoch.
        seed: base of all randomness.

    Raises:
        ValueError: a record whose joints are not those of the layout.
    """

    def __init__(self, records: Sequence[RecordT], layout: Layout, *, training: bool, seed: int = 0) -> None:
        for record in records:
            if record.keypoints.shape[2] != layout.num_joints:
                raise ValueError(f"record '{record.name}' has {record.keypoints.shape[2]} joints, but layout "
                                 f"'{layout.name}' has {layout.num_joints}; choose the layout of the annotation file")
        self.records, self.layout = records, layout
        self.training, self.seed = training, seed
        # Shared memory, because persistent workers keep the copy of the dataset they were started with.
        self._epoch = torch.zeros(1, dtype=torch.int64).share_memory_()

    def __len__(self) -> int:
        return len(self.records)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose items are drawn, in running workers too; call it between passes over a loader."""
        self._epoch.fill_(epoch)

    def generator(self, index: int) -> np.random.Generator:
        """Return the source of all random numbers of item ``index`` in the present epoch."""
        return np.random.default_rng((self.seed, int(self._epoch) if self.training else 0, index))


class FrameCount(NamedTuple):
    """How many frames were ``read`` for an item, and how many of them were ``replaced`` by neighbors."""

    read: int
    replaced: int


class FrameReport(NamedTuple):
    """Frames ``read`` in a pass over a dataset, and sequence → number of frames ``replaced`` by neighbors."""

    read: int
    replaced: dict[str, int]

    @property
    def share(self) -> float:
        """Replaced frames of all, 0 to 1."""
        return sum(self.replaced.values()) / max(1, self.read)

    def __str__(self) -> str:
        named = sorted(self.replaced)
        return (f'{sum(self.replaced.values())} of {self.read} frames were missing or damaged and replaced by their '
                f'neighbors, in {len(named)} sequences: {", ".join(named[:10])}{", ..." if len(named) > 10 else ""}')


class FrameLog:
    """Counts frames of one pass over a dataset, in memory that loader processes share.

    Args:
        num_records: number of records.

    Attributes:
        counts: int64 ``(records, 2)``: frames read, frames replaced.
    """

    def __init__(self, num_records: int) -> None:
        self.counts = torch.zeros(num_records, 2, dtype=torch.int64).share_memory_()

    def add(self, index: int, read: int, replaced: int) -> None:
        """Count the frames of a clip of record ``index``; no two processes load clips of one record at once."""
        self.counts.numpy()[index] += read, replaced     # a tensor would take five times as long

    def take(self, names: Sequence[str]) -> FrameReport:
        """Return the counts since the last call, by the records' ``names``, and reset them."""
        read, replaced = self.counts.clone().unbind(1)
        self.counts.zero_()
        return FrameReport(int(read.sum()), {names[index]: int(replaced[index]) for index in replaced.nonzero()[:, 0]})
