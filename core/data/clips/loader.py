"""DataLoaders over datasets of records: shuffling, sharding over processes, worker set-up and the epoch."""

from __future__ import annotations

from typing import Any, cast

import cv2
import torch
from torch.utils.data import DataLoader, DistributedSampler, Sampler

from core.data.clips.base import ItemT, RecordDataset


def build_loader(dataset: RecordDataset[ItemT, Any], batch_size: int, *, workers: int = 0, seed: int = 0, rank: int = 0,
                 world_size: int = 1) -> DataLoader[ItemT]:
    """A loader of batched clips for one of ``world_size`` processes.

    A training dataset is shuffled anew every epoch (see ``set_epoch``) and cut to whole batches. A test dataset keeps
    its order; process r takes the records r, r + world_size, ..., each exactly once, so the last batch may be smaller.

    Args:
        dataset: training or test clips; ``dataset.training`` decides which of the two the loader is.
        batch_size: clips per process and step.
        workers: loading processes, kept alive between epochs; 0 loads in this process.
        seed: of the order of clips.
        rank: 0-based number of this process.
        world_size: number of processes.

    Raises:
        ValueError: a training dataset too small for one batch in every process, or a batch size or number of workers
            out of range.
    """
    if batch_size < 1 or workers < 0:
        raise ValueError(f'batch size {batch_size} must be at least 1 and the number of workers {workers} at least 0')
    if dataset.training and len(dataset) < batch_size * world_size:
        raise ValueError(f'{len(dataset)} training clips do not fill one batch of {batch_size} in each of {world_size} '
                         'processes; lower the batch size')
    sampler: Sampler[int] | range = range(rank, len(dataset), world_size)
    if dataset.training:
        # Torch seeds an epoch with seed + epoch: the factor keeps seed 1 from repeating seed 0 one epoch ahead.
        sampler = DistributedSampler(dataset, world_size, rank, seed=seed * 100_003, drop_last=True)
    return DataLoader(dataset, batch_size, sampler=sampler, num_workers=workers, drop_last=dataset.training,
                      pin_memory=torch.cuda.is_available(), persistent_workers=workers > 0,
                      worker_init_fn=_limit_threads, generator=torch.Generator().manual_seed(seed))


def dataset_of(loader: DataLoader) -> RecordDataset[Any, Any]:
    """Return the data set behind a loader that ``build_loader`` made."""
    return cast(RecordDataset[Any, Any], loader.dataset)


def set_epoch(loader: DataLoader, epoch: int) -> None:
    """Choose the order and the clips of the next pass; call it before iterating, not while a pass is under way."""
    dataset_of(loader).set_epoch(epoch)
    if isinstance(loader.sampler, DistributedSampler):
        loader.sampler.set_epoch(epoch)


def _limit_threads(worker: int) -> None:
    """One thread per worker: the workers together already use the processor."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
