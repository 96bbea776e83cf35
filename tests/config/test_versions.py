"""Configurations of earlier and of later versions."""

import pytest
import yaml

from core.config import default_config, load_config, saved_config, saved_settings
from core.config.versions import CONFIG_VERSION, UPGRADES, upgraded


def test_there_is_a_step_from_every_version():
    assert sorted(UPGRADES) == list(range(1, CONFIG_VERSION))


def test_what_is_written_has_the_present_version():
    assert yaml.safe_load(load_config().dump())['CONFIG_VERSION'] == CONFIG_VERSION
    assert upgraded({'CONFIG_VERSION': CONFIG_VERSION, 'DATASET.SAMPLER': 'centred'}, 'it').settings == {
        'DATASET.SAMPLER': 'centred'}


@pytest.mark.parametrize(('old', 'new'), [
    ({'DATASET.SAMPLER': 'centred', 'DATASET.TEST_SAMPLER': 'centred', 'NAME': 'centred'},
     {'DATASET.SAMPLER': 'centered', 'DATASET.TEST_SAMPLER': 'centered', 'NAME': 'centred'}),
    ({'MODEL.MS.ENABLE': True, 'MODEL.COORD_REPRESENTATION': 'sa-simdr', 'PURE_VALID': False}, {}),
    ({'MODEL.MS.ENABLE': False}, {'MODEL.SKELETON.NAME': 'stgcnpp'}),
    ({'MODEL.MS.ENABLE': False, 'MODEL.SKELETON.NAME': 'stgcn'}, {'MODEL.SKELETON.NAME': 'stgcn'}),
])
def test_version_1_is_upgraded(old, new):
    assert upgraded(old, 'it') == (new, ())


def test_what_has_gone_is_said_or_refused(tmp_path, capsys):
    (tmp_path / 'old.yaml').write_text('PURE_VALID: true\nTEST_SAMPLER: centered\n')
    load_config(tmp_path / 'old.yaml')
    assert capsys.readouterr().err == ('warning: PURE_VALID has no effect any more: test a run with python '
                                       'exp/test.py\n')
    with pytest.raises(ValueError, match='it: MODEL.COORD_REPRESENTATION can only be sa-simdr'):
        upgraded({'MODEL.COORD_REPRESENTATION': 'heatmap'}, 'it')


@pytest.mark.parametrize('version', [CONFIG_VERSION + 1, 'x', 0])
def test_a_later_version_is_refused(tmp_path, version):
    (tmp_path / 'later.yaml').write_text(f'CONFIG_VERSION: {version}\nGONE: 1\n')
    with pytest.raises(ValueError, match=r"'.*later.yaml' has CONFIG_VERSION .* newer version of this project; update"):
        load_config(tmp_path / 'later.yaml')
    with pytest.raises(ValueError, match='the saved configuration has CONFIG_VERSION'):
        saved_config(f'CONFIG_VERSION: {version}\n')


def test_a_saved_configuration_of_version_1_is_read(tmp_path):
    old = yaml.safe_load(default_config().dump())
    del old['CONFIG_VERSION']
    old['DATASET']['TEST_SAMPLER'], old['MODEL']['MS']['ENABLE'], old['PURE_VALID'] = 'centred', False, False
    old['MODEL']['POSEC3D']['SIGMA'] = 1.0                  # of another system: it is no mistake in a saved one
    text = yaml.safe_dump(old)
    (tmp_path / 'config.yaml').write_text(text)
    for cfg in (saved_config(text), load_config(tmp_path / 'config.yaml')):
        assert (cfg.DATASET.TEST_SAMPLER, cfg.MODEL.SKELETON.NAME) == ('centered', 'stgcnpp')
        assert cfg.MODEL.POSEC3D.SIGMA == 1.0 and 'PURE_VALID' not in cfg and cfg.CONFIG_VERSION == CONFIG_VERSION
    assert saved_settings(text)['MODEL.SKELETON.NAME'] == 'stgcnpp'
