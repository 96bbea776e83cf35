import numpy as np
import pytest
import torch

from core.data.clips.augment import Augmentation
from core.data.clips.loader import build_loader, set_epoch
from core.data.clips.person_clips import ClipDataset
from core.data.frames.frame_folder import FrameFolder
from core.layouts import get_layout


@pytest.fixture
def dataset(make_record, make_frames):
    root = make_frames(count=30)

    def make(length, training):
        records = [make_record(total_frames=30)] * length
        return ClipDataset(records, FrameFolder(root), get_layout('coco17'), clip_size=4, image_size=(12, 16),
                           training=training, augmentation=Augmentation())

    return make


def epoch_of(loader, epoch):
    """Clips of one pass by index."""
    set_epoch(loader, epoch)
    batches = list(loader)
    return {int(index): [field[row] for field in batch] for batch in batches for row, index in enumerate(batch.index)}


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(a, b) for index in one
                                              for a, b in zip(one[index], other[index], strict=True))


def test_persistent_workers_follow_the_epoch_and_agree_with_the_main_process(dataset):
    parallel = build_loader(dataset(6, True), 2, workers=2, seed=3)
    alone = build_loader(dataset(6, True), 2, seed=3)
    first, second, again = (epoch_of(parallel, epoch) for epoch in (0, 1, 0))
    assert equal(first, epoch_of(alone, 0)) and equal(second, epoch_of(alone, 1)) and equal(first, again)
    assert not equal(first, second)
    assert parallel.pin_memory == torch.cuda.is_available()


def test_training_order_changes_with_epoch_and_seed_and_fills_batches(dataset):
    data = dataset(7, True)

    def order(seed, epoch):
        loader = build_loader(data, 2, seed=seed)
        set_epoch(loader, epoch)
        return [int(index) for batch in loader for index in batch.index]

    assert len(order(0, 0)) == 6 and order(0, 0) == order(0, 0)
    assert len({tuple(order(0, 0)), tuple(order(0, 1)), tuple(order(1, 0))}) == 3


def test_processes_share_training_evenly_and_testing_without_duplicates(dataset):
    def shards(training):
        loaders = [build_loader(dataset(7, training), 2, rank=rank, world_size=3) for rank in range(3)]
        return [[int(index) for batch in loader for index in batch.index] for loader in loaders]

    test = shards(False)
    assert test == [[0, 3, 6], [1, 4], [2, 5]]
    train = shards(True)
    assert [len(shard) for shard in train] == [2, 2, 2] and len(set(np.ravel(train))) == 6


@pytest.mark.parametrize(('length', 'settings', 'message'), [
    (3, {'batch_size': 4}, 'lower the batch size'),
    (7, {'batch_size': 4, 'world_size': 2}, 'in each of 2 processes'),
    (7, {'batch_size': 0}, 'batch size 0 must be at least 1'),
    (7, {'batch_size': 1, 'workers': -1}, 'number of workers -1'),
])
def test_impossible_settings_are_refused(dataset, length, settings, message):
    with pytest.raises(ValueError, match=message):
        build_loader(dataset(length, True), **settings)
