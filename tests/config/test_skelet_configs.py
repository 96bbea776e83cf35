"""The shipped SkeleT experiments say what was published."""

import pytest

from core.config import REPOSITORY, load_config

FOLDER = REPOSITORY / 'exp' / 'configs' / 'skelet'


@pytest.mark.parametrize(('name', 'classes', 'protocol'), [
    ('ntu60_xsub', 60, 'xsub'), ('ntu60_xview', 60, 'xview'), ('ntu120_xsub', 120, 'xsub'),
    ('ntu120_xset', 120, 'xset')])
def test_each_protocol_has_its_data_and_the_published_schedule(name, classes, protocol):
    cfg = load_config(FOLDER / f'{name}.yaml')
    assert cfg.NAME == f'skelet_{name}' and cfg.TRAIN.EVAL_MODE == f'split:{protocol}'
    assert cfg.DATASET.NUM_ACTION == classes and cfg.DATA_DIR == f'data/ntu{classes}'
    assert cfg.DATASET.ANNOTATIONS == f'ntu{classes}_expressive-keypoints.pkl'
    assert (cfg.MODEL.NAME, cfg.MODEL.SKELET.UNIT, cfg.MODEL.NUM_PERSONS) == ('skelet', 'dgstgcn', 2)
    assert len(cfg.GPUS) * cfg.BATCH_PER_GPU == 128 and cfg.TRAIN.END_EPOCH == 24 * 5
    assert (cfg.DATASET.CLIP_SIZE, cfg.TEST.NUM_CLIPS, cfg.TRAIN.LR, cfg.TRAIN.WEIGHT_DECAY) == (100, 10, 0.1, 5e-4)


def test_streams_are_an_override():
    assert load_config(FOLDER / 'ntu60_xsub.yaml', ['STREAM', 'bm']).DATASET.STREAM == 'bm'
