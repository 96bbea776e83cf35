from core.config import load_config, saved_config


def test_settings_of_another_version_are_read_as_far_as_they_are_known():
    cfg = saved_config('{BACKBONE: hrnet-w32, GONE: 1, MODEL: {IMAGE_SIZE: [64, 96], LOST: {A: 2}}}')
    assert cfg.BACKBONE == 'hrnet-w32' and cfg.MODEL.IMAGE_SIZE == [64, 96]
    assert cfg.MODEL.SIGMA == load_config().MODEL.SIGMA and 'GONE' not in cfg
