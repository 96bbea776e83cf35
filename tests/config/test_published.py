"""Published keys in terms of ours."""

import pytest

from core.config import KEYS, load_config
from core.config.published import OBSOLETE, RENAMED, translate


def test_renamed_keys_lead_to_declared_ones():
    assert set(RENAMED.values()) <= set(KEYS)
    assert not set(RENAMED) & set(KEYS) and not set(OBSOLETE) & set(KEYS)


@pytest.mark.parametrize(('name', 'value', 'pairs'), [
    ('MODEL.PRETRAINED', 'x.pth', [('PRETRAINED', 'x.pth')]),
    ('sampler', 'uniform_sample', [('DATASET.SAMPLER', 'uniform')]),
    ('BACKBONE', 'lite-hrnet', [('BACKBONE', 'lite-hrnet-18')]),
    ('BACKBONE', 'hrnet-w48', [('BACKBONE', 'hrnet-w48')]),
    ('MODEL.stgcn_detach', True, [('MODEL.IMPLICIT.GRAD_SCALE', 0.0)]),
    ('opt1.POLICY', 'OneCycleLR', [('TRAIN.SCHEDULER', 'cosine')]),
])
def test_translations(name, value, pairs):
    assert translate(name, value) == (pairs, None)


@pytest.mark.parametrize('name', ['MODEL.EXTRA.stages_spec.num_modules', 'opt2.max_lr', 'DEBUG.MODE', 'LOG_DIR'])
def test_obsolete_keys_warn_and_mean_nothing(name):
    pairs, warning = translate(name, 1)
    assert pairs == [] and name in warning


@pytest.mark.parametrize('name', ['TRAIN.LR', 'NAME', 'nonsense', 'MODEL.nonsense'])
def test_other_keys_are_not_touched(name):
    assert translate(name, 1) == (None, None)


@pytest.mark.parametrize(('line', 'name'), [
    ('sampler: [uniform_sample]', 'DATASET.SAMPLER'), ('BACKBONE: [hrnet]', 'BACKBONE'),
    ('opt1: {POLICY: [MultiStepLR]}', 'TRAIN.SCHEDULER'),
])
def test_a_list_where_a_name_belongs_is_refused(tmp_path, line, name):
    (tmp_path / 'list.yaml').write_text(line)
    with pytest.raises(ValueError, match=f'{name} is .* but must be of type str'):
        load_config(tmp_path / 'list.yaml')
