"""Which key a shortened name means."""

import pytest

from core.config import load_config
from core.config.resolve import candidates, settings_of


@pytest.mark.parametrize(('overrides', 'section', 'value'), [
    (['MODEL.NAME', 'posec3d', 'SIGMA', '1.0'], ('MODEL', 'POSEC3D', 'SIGMA'), 1.0),
    (['SIGMA', '1.0', 'MODEL.NAME', 'posec3d'], ('MODEL', 'POSEC3D', 'SIGMA'), 1.0),
    (['SIGMA', '3'], ('MODEL', 'SIGMA'), 3.0),
    (['MODEL.NAME', 'integralaction', 'SIGMA', '1', 'MODE', 'pose_only'], ('MODEL', 'INTEGRAL', 'SIGMA'), 1.0),
    (['DROPOUT', '0.3'], ('MODEL', 'SKELETON', 'DROPOUT'), 0.3),
    (['MODEL.NAME', 'keypoint_cnn', 'DROPOUT', '0.3'], ('MODEL', 'KEYPOINT_CNN', 'DROPOUT'), 0.3),
    (['MODE', 'two_stage'], ('TRAIN', 'MODE'), 'two_stage'),
    (['IMPLICIT.MODE', 'hard'], ('MODEL', 'IMPLICIT', 'MODE'), 'hard'),
    (['BATCH_PER_GPU', '3'], ('BATCH_PER_GPU',), 3),
    (['NAME', 'mine'], ('NAME',), 'mine'),
])
def test_a_short_name_means_a_key_of_the_chosen_system(overrides, section, value):
    node = load_config(overrides=overrides)
    for part in section:
        node = node[part]
    assert node == value


def test_the_last_of_several_ways_to_write_a_key_counts():
    assert load_config(overrides=['SIGMA', '3', 'MODEL.SIGMA', '5']).MODEL.SIGMA == 5
    assert load_config(overrides=['MODEL.SIGMA', '5', 'SIGMA', '3']).MODEL.SIGMA == 3


def test_more_than_one_key_left_is_refused_with_a_list():
    with pytest.raises(ValueError, match='write one of MODEL.SIGMA, MODEL.POSEC3D.SIGMA$'):
        load_config(overrides=['MODEL.NAME', 'posec3d', 'POSE_CHECKPOINT', 'x.pth', 'SIGMA', '1'])


def test_a_file_may_shorten_names_too(tmp_path):
    (tmp_path / 'short.yaml').write_text('EVAL_MODE: cs\nSIGMA: 2\nMODEL: {NAME: posec3d}\n')
    cfg = load_config(tmp_path / 'short.yaml')
    assert (cfg.TRAIN.EVAL_MODE, cfg.MODEL.POSEC3D.SIGMA, cfg.MODEL.SIGMA) == ('cs', 2.0, 4.0)


def test_candidates_are_all_that_end_so():
    assert candidates('SKELETON.DROPOUT') == ['MODEL.SKELETON.DROPOUT']
    assert len(candidates('DROPOUT')) == 5
    with pytest.raises(ValueError, match='for joints alone set MODEL.SKELETON.NAME stgcnpp'):
        candidates('MS.ENABLE')


def test_settings_have_the_mode_that_is_meant():
    cfg = load_config()
    cfg.defrost()
    cfg.MODEL.NAME, cfg.TRAIN.MODE = 'joint', 'action'
    assert settings_of(cfg)['MODEL.NAME'] == 'skeleton'
    cfg.MODEL.NAME, cfg.TRAIN.MODE = 'skelet', 'two_stage'
    assert settings_of(cfg)['TRAIN.MODE'] == 'two_stage'


@pytest.mark.parametrize('line', ['TRAIN:', 'TRAIN: adam', 'TRAIN: [LR, 1]'])
def test_a_section_without_keys_is_called_one(tmp_path, line):
    (tmp_path / 'section.yaml').write_text(line)
    with pytest.raises(ValueError, match="'TRAIN' is a section, no key; name a key in it .* like TRAIN.MODE"):
        load_config(tmp_path / 'section.yaml')
