"""From configuration to loaders."""

import pytest

from core.config import load_config
from core.data.build import build_data


def test_sides_batches_and_names(tiny_overrides):
    data = build_data(load_config(overrides=tiny_overrides))
    assert (len(data.train.dataset), len(data.test.dataset), data.validation) == (8, 4, None)
    assert {record.name[5:8] for record in data.test.dataset.records} == {'001'}
    assert data.class_names == ('A001', 'A002')
    clip = next(iter(data.train))
    assert clip.frames.shape == (2, 1, 4, 32, 32, 3)
    assert "protocol 'cv': 8 training and 4 test" in data.summary


def test_batch_grows_with_the_devices_and_shrinks_with_the_processes(tiny_overrides):
    cfg = load_config(overrides=tiny_overrides)
    assert len(build_data(cfg, devices=2).train) == 2
    shards = [build_data(cfg, rank=rank, world_size=2) for rank in (0, 1)]
    assert [len(shard.train) for shard in shards] == [2, 2]
    assert sorted(int(i) for shard in shards for clip in shard.test for i in clip.index) == [0, 1, 2, 3]


def test_augmentation_is_for_training_only_and_can_be_off(tiny_overrides):
    data = build_data(load_config(overrides=tiny_overrides))
    assert data.train.dataset.augmentation is not None and data.test.dataset.augmentation is None
    off = build_data(load_config(overrides=[*tiny_overrides, 'DATA_AUGMENTATION', 'false']))
    assert off.train.dataset.augmentation is None


def test_test_boxes_do_not_leak_the_annotation(tiny_overrides):
    data = build_data(load_config(overrides=tiny_overrides))
    assert (data.train.dataset.boxes.source, data.test.dataset.boxes.source) == ('annotated', 'jittered')


def test_missing_folder_is_refused(tiny_data, tiny_overrides):
    with pytest.raises(ValueError, match='does not exist'):
        build_data(load_config(overrides=[*tiny_overrides, 'DATA_DIR', str(tiny_data / 'none')]))
