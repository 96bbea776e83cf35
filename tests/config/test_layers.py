"""Where settings come from."""

import pytest

from core.config import load_config
from core.config.layers import command_line_layer, file_layers


def test_a_file_comes_after_its_bases(tmp_path):
    (tmp_path / 'base.yaml').write_text('SEED: 1\n')
    (tmp_path / 'child.yaml').write_text('_BASE_: base.yaml\nTRAIN: {LR: 1}\n')
    base, child = file_layers(tmp_path / 'child.yaml')
    assert (base.pairs, child.pairs) == ([('SEED', 1)], [('TRAIN.LR', 1)])
    assert child.source == str(tmp_path / 'child.yaml') and not child.complete and not child.published


@pytest.mark.parametrize(('line', 'published'), [('sampler: uniform_sample', True), ('LOG_DIR: log', True),
                                                 ('BACKBONE: lite-hrnet', True), ('BACKBONE: hrnet-w32', False),
                                                 ('SEED: 3', False)])
def test_a_published_file_is_known_by_its_names(tmp_path, line, published):
    (tmp_path / 'some.yaml').write_text(line)
    assert file_layers(tmp_path / 'some.yaml')[0].published is published


def test_a_saved_configuration_is_known_by_its_many_keys(tmp_path):
    (tmp_path / 'config.yaml').write_text(load_config().dump())
    assert file_layers(tmp_path / 'config.yaml')[0].complete


def test_words_of_the_command_line_are_pairs():
    assert command_line_layer(['LR', '1', 'sampler', 'uniform_sample']).pairs == [('LR', 1),
                                                                                  ('DATASET.SAMPLER', 'uniform')]
    with pytest.raises(ValueError, match="override 'LR' has no value"):
        command_line_layer(['LR'])


def test_words_of_text_keys_stay_words():
    words = ['NAME', '2026-12-01', 'OUTPUT_DIR', '0123', 'ANNOTATIONS', "'7'", 'PRETRAINED', '', 'FEW', '3']
    assert [value for _, value in command_line_layer(words).pairs] == ['2026-12-01', '0123', '7', None, 3]


@pytest.mark.parametrize('base', ['5', '[1]', '{a: b}'])
def test_a_base_that_is_no_name_is_refused(tmp_path, base):
    (tmp_path / 'top.yaml').write_text(f'_BASE_: {base}')
    with pytest.raises(ValueError, match='_BASE_ is .* but must be the name of a file'):
        file_layers(tmp_path / 'top.yaml')


def test_a_file_with_a_date_that_does_not_exist_is_named(tmp_path):
    (tmp_path / 'top.yaml').write_text('NAME: 2026-13-45')
    with pytest.raises(ValueError, match='top.yaml. is not readable YAML: month must be'):
        file_layers(tmp_path / 'top.yaml')
