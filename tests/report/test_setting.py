"""Settings and headline figures."""

from core.config import load_config
from core.config.keys import KEYS
from core.report.setting import headline_figures, split_settings


def test_settings_that_differ_are_set_apart():
    changed, same = split_settings(load_config(overrides=['NAME', 'mine', 'IMAGE_SIZE', '[64,96]']))
    assert [(row.key, row.value, row.default) for row in changed] == [('NAME', 'mine', 'run'),
                                                                     ('MODEL.IMAGE_SIZE', '64, 96', '96, 160')]
    assert len(changed) + len(same) == len(KEYS)
    assert next(row for row in same if row.key == 'PRETRAINED').value == 'none'


def test_figures_are_those_that_the_run_has():
    metrics = {'top1': 90.104, 'num_clips': 1920, 'pose': {'AP': None, 'PCK': 69.37}, 'confusion': [[1]],
               'parameters': 2_340_000}
    assert [(figure.name, figure.value, figure.unit) for figure in headline_figures(metrics)] == [
        ('top-1 accuracy', '90.1', '%'), ('joints right (PCK)', '69.4', '%'), ('test clips', '1,920', ''),
        ('parameters', '2.34', 'million')]
    assert headline_figures({}) == []
