"""The shipped PoseC3D experiments say what was published."""

import pytest

from core.config import REPOSITORY, load_config

CONFIGS = REPOSITORY / 'exp' / 'configs'
STREAMS = {'joint': 'keypoint', 'limb': 'limb'}


def load(name):
    return load_config(CONFIGS / 'posec3d' / f'{name}.yaml')


@pytest.mark.parametrize('stream', STREAMS)
@pytest.mark.parametrize(('name', 'classes', 'protocol'), [
    ('ntu60_xsub', 60, 'xsub'), ('ntu120_xsub', 120, 'xsub'), ('gym', 99, 'train,val'), ('ucf101', 101, 'train1,test1'),
    ('hmdb51', 51, 'train1,test1')])
def test_each_row_and_stream_has_its_file_and_its_classes(name, classes, protocol, stream):
    cfg, folder = load(f'{name}_{stream}'), name.split('_')[0]
    assert cfg.NAME == f'posec3d_{name}_{stream}' and cfg.TRAIN.EVAL_MODE == f'split:{protocol}'
    assert (cfg.DATA_DIR, cfg.DATASET.ANNOTATIONS) == (f'data/{folder}', f'{folder}_hrnet.pkl')
    assert (cfg.DATASET.NUM_ACTION, cfg.MODEL.POSEC3D.HEATMAP) == (classes, STREAMS[stream])
    assert (cfg.MODEL.NAME, cfg.TRAIN.MODE, cfg.DATASET.PREPROCESS) == ('posec3d', 'action', 'pose_compact')
    assert (cfg.DATASET.CLIP_SIZE, cfg.TEST.NUM_CLIPS, cfg.TEST.FLIP) == (48, 10, True)
    assert cfg.MODEL.NUM_PERSONS == (2 if name.startswith('ntu') else 10)
    assert cfg.DATASET.CLASS_TIMES == ([1, 2] if name == 'ntu120_xsub' else [1])
    assert cfg.MODEL.POSEC3D.LIMBS == 'pyskl'


@pytest.mark.parametrize('name', ['ntu60_xsub', 'ntu120_xsub', 'gym'])
def test_schedule_from_scratch(name):
    cfg = load(f'{name}_joint')
    assert (cfg.TRAIN.END_EPOCH, cfg.TRAIN.SCHEDULER) == (240, 'cosine')
    assert (cfg.TRAIN.OPTIMIZER, cfg.TRAIN.LR, cfg.TRAIN.WEIGHT_DECAY) == ('momentum', 0.4, 3e-4)
    assert len(cfg.GPUS) * cfg.BATCH_PER_GPU == 256 and cfg.TRAIN.CLIP_GRAD == 40 and not cfg.PRETRAINED
    assert cfg.DATASET.HEATMAP_SIZE == [56, 64]
    assert cfg.MODEL.POSEC3D.STAGE_BLOCKS == [4, 6, 3]


@pytest.mark.parametrize(('name', 'decay'), [('ucf101', 3e-4), ('hmdb51', 1e-4)])
@pytest.mark.parametrize('stream', STREAMS)
def test_schedule_of_fine_tuning(name, decay, stream):
    cfg = load(f'{name}_{stream}')
    assert (cfg.TRAIN.END_EPOCH, cfg.TRAIN.LR, cfg.TRAIN.LR_STEP, cfg.TRAIN.LR_FACTOR) == (120, 0.01, [90, 110], 0.1)
    assert (cfg.TRAIN.SCHEDULER, cfg.TRAIN.OPTIMIZER, cfg.TRAIN.WEIGHT_DECAY) == ('multistep', 'momentum', decay)
    assert len(cfg.GPUS) * cfg.BATCH_PER_GPU == 128 and cfg.PRETRAINED == f'pretrained/posec3d_k400_{stream}.pth'
    assert cfg.DATASET.HEATMAP_SIZE == [48, 56]
    assert cfg.MODEL.POSEC3D.STAGE_BLOCKS == [3, 4, 6]


def test_demo_sized_variant_is_merged_over_a_data_set():
    cfg = load_config([CONFIGS / 'demo.yaml', CONFIGS / 'systems' / 'posec3d.yaml'])
    assert (cfg.MODEL.NAME, cfg.TRAIN.MODE, cfg.PRETRAINED, cfg.BATCH_PER_GPU) == ('posec3d', 'action', '', 16)
    assert (cfg.DATASET.CLIP_SIZE, cfg.DATASET.PREPROCESS, cfg.MODEL.POSEC3D.BASE_CHANNELS) == (16, 'pose_compact', 16)
