"""Loading, merging and refusing configurations."""

import pytest
import yaml

from core.config import REPOSITORY, load_config, resolve_path, save_config, saved_config

FIXTURES = REPOSITORY / 'tests' / 'fixtures'


def refusal(*overrides, file=None):
    with pytest.raises(ValueError) as error:
        load_config(file, overrides)
    sentence = str(error.value)
    assert '\n' not in sentence
    return sentence


def test_last_name_is_enough_and_full_name_works():
    cfg = load_config(overrides=['EVAL_MODE', 'cs', 'TRAIN.END_EPOCH', '3', 'LR', '1e-3', 'GPUS', '0,1'])
    assert (cfg.TRAIN.EVAL_MODE, cfg.TRAIN.END_EPOCH, cfg.TRAIN.LR, cfg.GPUS) == ('cs', 3, 1e-3, [0, 1])


def test_middle_of_a_key_is_an_ending_too():
    assert load_config(overrides=['IMPLICIT.MODE', 'hard']).MODEL.IMPLICIT.MODE == 'hard'


def test_configuration_is_frozen():
    with pytest.raises(AttributeError):
        load_config().NAME = 'x'


@pytest.mark.parametrize(('overrides', 'mentions'), [
    (['EVAL_MDE', 'cs'], ['EVAL_MDE', 'TRAIN.EVAL_MODE', 'cs, cv']),
    (['BATCH_PER_GPU', '2', 'DATASET.CLIP_SIZ', '8'], ['DATASET.CLIP_SIZ', 'DATASET.CLIP_SIZE']),
    (['EVAL_MODE', 'xx'], ['TRAIN.EVAL_MODE', "'xx'", 'cs, cv']),
    (['IMAGE_SIZE', '[100,160]'], ['MODEL.IMAGE_SIZE', '100', 'divisible by 32']),
    (['IMAGE_SIZE', '[96]'], ['MODEL.IMAGE_SIZE', 'list of 2']),
    (['GPUS', '0,,1'], ['GPUS', 'type int']),
    (['GPUS', '[0,0]'], ['GPUS', 'twice']),
    (['GPUS', '-1'], ['GPUS', 'at least 0']),
    (['END_EPOCH', 'ten'], ['TRAIN.END_EPOCH', 'type int']),
    (['END_EPOCH', 'true'], ['TRAIN.END_EPOCH', 'type int']),
    (['AUTO_RESUME', '1'], ['AUTO_RESUME', 'type bool']),
    (['BACKBONE', 'resnet'], ['BACKBONE', 'lite-hrnet-18']),
    (['NUM_JOINTS', '25'], ['DATASET.NUM_JOINTS', '17 joints']),
    (['SCALE_RANGE', '[1.2,0.8]'], ['DATASET.SCALE_RANGE', 'smallest']),
    (['NAME', '../x'], ['NAME', 'folder name']),
    (['NAME'], ['NAME', 'KEY VALUE']),
])
def test_refusals_name_key_and_remedy(overrides, mentions):
    sentence = refusal(*overrides)
    assert all(part in sentence for part in mentions), sentence


@pytest.mark.parametrize('text', ['- a\n- b\n', 'NAME: [unclosed', '\x00'])
def test_unreadable_yaml_is_one_sentence(tmp_path, text):
    file = tmp_path / 'bad.yaml'
    file.write_text(text)
    assert str(file) in refusal(file=file)


def test_missing_file_is_one_sentence(tmp_path):
    assert 'exp/configs' in refusal(file=tmp_path / 'none.yaml')


CONFIGS = REPOSITORY / 'exp' / 'configs'

EXPERIMENTS = [file for file in sorted(CONFIGS.rglob('*.yaml')) if file.parent.name != 'systems']

SAID_ANYWAY = ('TRAIN.EVAL_MODE', 'DATASET.ANNOTATIONS')


@pytest.mark.parametrize('file', EXPERIMENTS, ids=lambda file: file.stem)
def test_shipped_experiments_load_and_state_only_differences(file):
    content = yaml.safe_load(file.read_text())
    cfg, before = load_config(file), load_config([file.parent / base for base in [content.pop('_BASE_', None)] if base])
    assert cfg.NAME == '_'.join(file.relative_to(CONFIGS).with_suffix('').parts)
    for section, values in content.items():
        for key, value in values.items() if isinstance(values, dict) else ():
            if not isinstance(value, dict) and f'{section}.{key}' not in SAID_ANYWAY:
                assert before[section][key] != value, f'{section}.{key} says what holds without it'


@pytest.mark.parametrize('file', sorted(CONFIGS.rglob('*.yaml')), ids=lambda file: file.stem)
def test_every_file_loads_alone(file, capsys):
    assert load_config(file)
    assert not capsys.readouterr().err


@pytest.mark.parametrize('file', sorted((CONFIGS / 'systems').glob('*.yaml')), ids=lambda file: file.stem)
@pytest.mark.parametrize('data', ['demo', 'nucla_rendered'])
def test_every_system_is_merged_over_a_data_set(file, data, capsys):
    base = load_config(CONFIGS / f'{data}.yaml')
    cfg = load_config([CONFIGS / f'{data}.yaml', file])
    assert cfg != base and cfg.DATA_DIR == base.DATA_DIR and cfg.NAME == base.NAME
    assert not capsys.readouterr().err


def test_published_keys_load_with_one_warning_each(capsys):
    cfg = load_config(FIXTURES / 'published_baseline_cv.yaml')
    assert cfg.BACKBONE == 'lite-hrnet-18'
    assert cfg.DATASET.SAMPLER == 'random'
    assert cfg.DATASET.SCALE_RANGE == [0.95, 1.1]
    assert cfg.MODEL.IMPLICIT.GRAD_SCALE == 0.0
    assert cfg.PRETRAINED == 'pretrained/litehrnet_18_coco_256x192.pth'
    assert (cfg.TRAIN.OPTIMIZER, cfg.TRAIN.LR, cfg.TRAIN.SCHEDULER) == ('adam', 0.002, 'multistep')
    warnings = capsys.readouterr().err.splitlines()
    assert any('DATASET.PIXEL_STD' in line for line in warnings)
    assert all(line.startswith('warning: ') for line in warnings)
    assert len(warnings) == len(set(warnings))


def test_saved_configuration_loads_to_the_same(tmp_path):
    cfg = load_config(overrides=['EVAL_MODE', 'cs', 'NAME', 'saved'])
    save_config(cfg, tmp_path / 'config.yaml')
    assert load_config(tmp_path / 'config.yaml') == cfg
    assert [file.name for file in tmp_path.iterdir()] == ['config.yaml']


def test_relative_paths_start_at_the_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resolve_path('output') == REPOSITORY / 'output'
    assert resolve_path('/data') .is_absolute() and str(resolve_path('/data')) == '/data'


def test_files_are_merged_in_order_after_their_bases(tmp_path):
    (tmp_path / 'sub').mkdir()
    (tmp_path / 'base.yaml').write_text('SEED: 1\nWORKERS: 1\nTRAIN: {LR: 0.5}\n')
    (tmp_path / 'sub' / 'child.yaml').write_text('_BASE_: ../base.yaml\nSEED: 2\n')
    (tmp_path / 'over.yaml').write_text('WORKERS: 3\n')
    child = load_config(tmp_path / 'sub' / 'child.yaml')
    assert (child.SEED, child.WORKERS, child.TRAIN.LR) == (2, 1, 0.5)
    both = load_config([tmp_path / 'sub' / 'child.yaml', tmp_path / 'over.yaml'], ['LR', '0.25'])
    assert (both.SEED, both.WORKERS, both.TRAIN.LR) == (2, 3, 0.25)
    (tmp_path / 'list.yaml').write_text('_BASE_: [base.yaml, over.yaml]\n')
    assert load_config(tmp_path / 'list.yaml').WORKERS == 3


def test_bases_in_a_circle_are_refused(tmp_path):
    (tmp_path / 'a.yaml').write_text('_BASE_: b.yaml\n')
    (tmp_path / 'b.yaml').write_text('_BASE_: a.yaml\n')
    with pytest.raises(ValueError, match='break the circle'):
        load_config(tmp_path / 'a.yaml')


def test_settings_of_another_version_are_read_as_far_as_they_are_known():
    cfg = saved_config('{BACKBONE: hrnet-w32, GONE: 1, MODEL: {IMAGE_SIZE: [64, 96], LOST: {A: 2}}}')
    assert cfg.BACKBONE == 'hrnet-w32' and cfg.MODEL.IMAGE_SIZE == [64, 96]
    assert cfg.MODEL.SIGMA == load_config().MODEL.SIGMA and 'GONE' not in cfg


def test_what_a_program_presets_is_left_out_where_it_has_no_effect():
    preset = ['IMAGE_SIZE', '[32,32]', 'LR', '0.5', 'SEED', '1']
    cfg = load_config(None, ['MODEL.NAME', 'skelet', 'SEED', '2'], preset)
    assert (cfg.TRAIN.LR, cfg.SEED, cfg.MODEL.IMAGE_SIZE) == (0.5, 2, [96, 160])
    assert load_config(None, [], preset).MODEL.IMAGE_SIZE == [32, 32]


@pytest.mark.parametrize('text', ['', '- NAME', 'words', 'NAME: [', 'NAME: 2026-13-45'])
def test_what_is_no_saved_configuration_is_named(text):
    with pytest.raises(ValueError, match="^config.yaml must hold 'KEY: value' lines"):
        saved_config(text, 'config.yaml')


def test_a_saved_configuration_of_an_unknown_system_is_refused():
    with pytest.raises(ValueError, match="MODEL.NAME is 'other'; allowed: one of joint"):
        saved_config('MODEL: {NAME: other}')
