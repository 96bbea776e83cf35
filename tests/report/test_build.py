"""What the page needs of configurations."""

from core.config import load_config
from core.config.keys import KEYS
from core.report.build import build_setting


def test_settings_that_differ_are_set_apart():
    setting = build_setting(load_config(overrides=['NAME', 'mine', 'IMAGE_SIZE', '[64,96]']))
    assert [(row.key, row.value, row.default) for row in setting.changed] == [
        ('NAME', 'mine', 'run'), ('MODEL.IMAGE_SIZE', '64, 96', '96, 160')]
    assert len(setting.changed) + len(setting.same) == len(KEYS)
    assert next(row for row in setting.same if row.key == 'PRETRAINED').value == 'none'


def test_a_visual_branch_is_one_that_is_there():
    visual, without = (build_setting(load_config(overrides=overrides)).visual for overrides in (
        ['MULTI_FUSE', 'true'], []))
    assert visual and not without
