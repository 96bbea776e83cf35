"""What all datasets of labelled sequences share: the records, and randomness that follows the epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
import torch
from torch.utils.data import Dataset

from core.layouts import Layout


class Record(Protocol):
    """One labelled sequence: its id, its 0-based class and its joints (M, T, V, C)."""

    name: str
    label: int
    keypoints: np.ndarray


ItemT = TypeVar('ItemT', covariant=True)
RecordT = TypeVar('RecordT', bound=Record)


class RecordDataset(Dataset[ItemT]):
    """A dataset of one item a record.

    An item depends on ``(seed, epoch, index)`` and nothing else; when not training, not on the epoch either.

    Args:
        records: labelled sequences.
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
