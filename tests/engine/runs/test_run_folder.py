"""The folder of a run: continued, moved aside, never overwritten."""

import pytest
import torch
import yaml

from core.config import load_config, saved_settings
from core.engine.runs.run_folder import changed_keys, open_run, run_folder
from core.engine.runtime import Runtime

RUNTIME = Runtime(torch.device('cpu'))


def config(tmp_path, *overrides):
    return load_config(overrides=['OUTPUT_DIR', str(tmp_path), 'NAME', 'r', *overrides])


def write_last(cfg):
    torch.save({'model': {}, 'epoch': 3, 'config': cfg.dump()}, run_folder(cfg) / 'last.pth')


def test_new_run_gets_a_folder_with_its_configuration(tmp_path):
    cfg = config(tmp_path)
    assert open_run(cfg, RUNTIME, 9) is None
    assert load_config(run_folder(cfg) / 'config.yaml') == cfg


def test_same_settings_continue_and_free_keys_do_not_matter(tmp_path):
    cfg = config(tmp_path)
    open_run(cfg, RUNTIME, 9)
    write_last(cfg)
    assert open_run(config(tmp_path, 'END_EPOCH', '7', 'WORKERS', '0'), RUNTIME, 9).state['config'] == cfg.dump()
    assert not (tmp_path / 'r.1').exists()


@pytest.mark.parametrize('overrides', [['EVAL_MODE', 'cs'], ['AUTO_RESUME', 'false']])
def test_other_run_moves_aside_and_numbers_rise(tmp_path, overrides):
    cfg = config(tmp_path)
    open_run(cfg, RUNTIME, 9)
    write_last(cfg)
    other = config(tmp_path, *overrides)
    assert open_run(other, RUNTIME, 9) is None
    assert (tmp_path / 'r.1' / 'last.pth').exists() and not (tmp_path / 'r' / 'last.pth').exists()
    (tmp_path / 'r' / 'last.pth').write_bytes((tmp_path / 'r.1' / 'last.pth').read_bytes())
    open_run(config(tmp_path, 'SEED', '3'), RUNTIME, 9)
    assert (tmp_path / 'r.2').exists()


def test_changed_keys_are_named(tmp_path):
    assert changed_keys(config(tmp_path), saved_settings(config(tmp_path, 'LR', '0.5').dump())) == ['TRAIN.LR']


def test_run_that_went_on_for_longer_moves_aside(tmp_path):
    cfg = config(tmp_path)
    open_run(cfg, RUNTIME, 9)
    write_last(cfg)
    assert open_run(cfg, RUNTIME, 2) is None
    assert (tmp_path / 'r.1' / 'last.pth').exists()


def test_key_that_is_newer_than_the_run_had_its_default(tmp_path):
    cfg = config(tmp_path)
    saved = {name: value for name, value in saved_settings(cfg.dump()).items() if not name.endswith('.CLIP_SIZE')}
    assert changed_keys(cfg, saved) == []
    assert changed_keys(config(tmp_path, 'CLIP_SIZE', '8'), saved) == ['DATASET.CLIP_SIZE']


def test_a_run_of_an_earlier_version_continues(tmp_path):
    cfg = config(tmp_path)
    open_run(cfg, RUNTIME, 9)
    old = yaml.safe_load(cfg.dump()) | {'PURE_VALID': False}
    del old['CONFIG_VERSION']
    old['DATASET']['TEST_SAMPLER'], old['MODEL']['COORD_REPRESENTATION'] = 'centred', 'sa-simdr'
    torch.save({'model': {}, 'epoch': 3, 'config': yaml.safe_dump(old)}, run_folder(cfg) / 'last.pth')
    assert open_run(cfg, RUNTIME, 9) is not None
