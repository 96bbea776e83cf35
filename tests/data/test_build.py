"""From configuration to loaders."""

import json

import numpy as np
import pytest

from core.config import load_config
from core.data.annotations.ntu import UNUSABLE_POSES, UNUSABLE_SKELETONS
from core.data.build import build_data


def test_sides_batches_and_names(tiny_overrides):
    data = build_data(load_config(overrides=tiny_overrides))
    assert (len(data.train.dataset), len(data.test.dataset), data.validation) == (8, 4, None)
    assert {record.name[5:8] for record in data.test.dataset.records} == {'001'}
    assert data.class_names == ('drink water', 'eat meal/snack')
    clip = next(iter(data.train))
    assert clip.frames.shape == (2, 1, 4, 32, 32, 3)
    assert "protocol 'cv': 8 training and 4 test" in data.summary


def test_batch_grows_with_the_devices_and_shrinks_with_the_processes(tiny_overrides):
    cfg = load_config(overrides=tiny_overrides)
    assert len(build_data(cfg, devices=2).train) == 2
    shards = [build_data(cfg, rank=rank, world_size=2) for rank in (0, 1)]
    assert [len(shard.train) for shard in shards] == [2, 2]
    assert sorted(int(i) for shard in shards for clip in shard.test for i in clip.index) == [0, 1, 2, 3]


def test_several_clips_are_for_testing_and_share_its_batch(tiny_overrides, tiny_of):
    wanted = ['TEST.NUM_CLIPS', '3', 'TEST.BATCH_PER_GPU', '7', 'VAL_RATIO', '0.5']
    data = build_data(load_config(overrides=[*tiny_overrides, *wanted]))
    sides = [next(iter(loader)).frames.shape[:3] for loader in (data.train, data.validation, data.test)]
    assert sides == [(2, 1, 4), (4, 1, 4), (2, 1, 12)]
    joints = build_data(load_config(overrides=tiny_of(*wanted, 'TRAIN.MODE', 'action')))
    assert next(iter(joints.test)).features.shape[:3] == (2, 1, 12)


def test_augmentation_is_for_training_only_and_can_be_off(tiny_overrides):
    data = build_data(load_config(overrides=tiny_overrides))
    assert data.train.dataset.augmentation is not None and data.test.dataset.augmentation is None
    off = build_data(load_config(overrides=[*tiny_overrides, 'DATA_AUGMENTATION', 'false']))
    assert off.train.dataset.augmentation is None


def test_test_boxes_do_not_leak_the_annotation(tiny_overrides):
    data = build_data(load_config(overrides=tiny_overrides))
    assert (data.train.dataset.boxes.source, data.test.dataset.boxes.source) == ('annotation', 'jitter')


def test_boxes_of_a_file_are_for_testing(tiny_overrides, tiny_data, tmp_path):
    file = tmp_path / 'boxes.json'
    wanted = [*tiny_overrides, 'BOX_SOURCE', 'file']
    with pytest.raises(ValueError, match='DATASET.BOX_FILE is empty'):
        build_data(load_config(overrides=wanted))
    names = sorted(folder.name for folder in (tiny_data / 'images').iterdir() if 'C001' in folder.name)
    boxes = [{'sequence': name, 'frame': 1, 'bbox': [10, 20, 30, 60], 'score': 0.9} for name in names]
    file.write_text(json.dumps(boxes))
    data = build_data(load_config(overrides=[*wanted, 'BOX_FILE', str(file)]))
    assert data.train.dataset.detections is None
    clip = data.test.dataset[0]
    center = clip.crop_to_image[0, 0] @ (16, 16, 1)  # the middle of the crop
    assert np.allclose(center, (25, 50)) and np.allclose(clip.crop_to_image[0, 0, 0, 0] * 32, 1.3 * 60)
    part = tmp_path / 'part.json'
    part.write_text(json.dumps(boxes[1:]))
    with pytest.raises(ValueError, match=f"part.json: no box of sequence '{names[0]}'.*DATASET.BOX_FILE"):
        build_data(load_config(overrides=[*wanted, 'BOX_FILE', str(part)]))


def test_missing_folder_is_refused(tiny_data, tiny_overrides):
    with pytest.raises(ValueError, match='does not exist'):
        build_data(load_config(overrides=[*tiny_overrides, 'DATA_DIR', str(tiny_data / 'none')]))


@pytest.fixture
def skeletons(write):
    """Build the data of a pickle of 3D NTU-25 or 2D COCO joints with these names and labels."""

    def build(layout, labels, *overrides, **content):
        joints, image = {'ntu25': ((1, 6, 25, 3), {}), 'coco17': ((1, 6, 17, 2), {'img_shape': (72, 96)})}[layout]
        file = write({'annotations': [
            {'frame_dir': name, 'label': label, 'total_frames': 6, 'keypoint': np.ones(joints, np.float32), **image,
             'keypoint_score': np.ones(joints[:3], np.float32)} for name, label in labels.items()], **content})
        return build_data(load_config(overrides=[
            'DATA_DIR', str(file.parent), 'ANNOTATIONS', file.name, 'TRAIN.MODE', 'action', 'LAYOUT', layout,
            'NUM_JOINTS', str(joints[2]), 'NUM_ACTION', '2', 'VAL_RATIO', '0', 'WORKERS', '0',
            'BATCH_PER_GPU', '1', 'PREPROCESS', 'ctrgcn' if layout == 'ntu25' else 'prenormalize', *overrides]))

    return build


@pytest.mark.parametrize(('layout', 'reason'), [('ntu25', 'no complete Kinect skeleton'), ('coco17', 'dirty')])
def test_the_list_of_what_to_leave_out_is_the_one_of_the_input(skeletons, layout, reason):
    sound = {f'S001C00{camera}P001R001A001': 0 for camera in (1, 2, 3)}
    data = skeletons(layout, sound | dict.fromkeys((min(UNUSABLE_POSES), min(UNUSABLE_SKELETONS)), 1))
    assert len(data.train.dataset) + len(data.test.dataset) == 4
    assert 'left out: 1 listed as' in data.summary and reason in data.summary


@pytest.mark.parametrize(('names', 'content', 'expected'), [
    ([('S001C001P001R001A001', 0), ('S001C002P001R001A002', 1)], {'class_names': ['sip', 'bite']}, ('sip', 'bite')),
    ([('S001C001P001R001A001', 0), ('S001C002P001R001A002', 1)], {}, ('drink water', 'eat meal/snack')),
    ([('S001C001P001R001A001', 0), ('S001C002P001R001A009', 1)], {}, ('A001', 'A002')),
    ([('one', 0), ('two', 1)], {'split': {'x_train': ['one'], 'x_val': ['two']}}, ('A001', 'A002'))])
def test_class_names_are_the_files_or_the_data_sets_or_codes(skeletons, names, content, expected):
    assert skeletons('coco17', dict(names), 'EVAL_MODE', 'split:x' if 'split' in content else 'cv',
                     **content).class_names == expected


def test_class_names_of_nucla_and_a_wrong_number_of_classes(skeletons):
    names = {'a01_s01_e00_v01': 0, 'a12_s01_e00_v03': 9}
    class_names = skeletons('coco17', names, 'NUM_ACTION', '10').class_names
    assert (class_names[0], class_names[-1], len(class_names)) == ('pick up with one hand', 'carry', 10)
    for wrong in ('9', '60'):
        with pytest.raises(ValueError, match=f'NUM_ACTION is {wrong} but the annotations have 10 classes'):
            skeletons('coco17', names, 'NUM_ACTION', wrong)


def test_half_and_few_shrink_the_training_side_by_the_seed(tiny_overrides):
    def train(*overrides):
        return [record.name for record in
                build_data(load_config(overrides=[*tiny_overrides, *overrides])).train.dataset.records]

    assert len(train('HALF_DATASET', 'true')) == 4
    few = train('DATASET.FEW', '1')
    assert sorted(name[-1] for name in few) == ['1', '2']
    assert few == train('DATASET.FEW', '1') != train('DATASET.FEW', '1', 'SEED', '1')
