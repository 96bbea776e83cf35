"""The comparison tool: which runs it starts, what it leaves, and one real comparison."""

import json
import subprocess
from types import SimpleNamespace

import pytest
import yaml

from core.cli import run_parser
from core.config import load_config, save_config
from core.engine.comparison.cost import Cost
from core.engine.comparison.table import NOTE
from core.engine.runs.run_folder import run_folder
from tools import compare

ARMS = ['--arm', 'embed', 'IMPLICIT.MODE', 'embed', '--arm', 'logits', 'IMPLICIT.MODE', 'logits']
TOP1 = {'embed': 80.0, 'logits': 70.0}
COST = Cost(1.5, 2, 3.0, 400.0, 5.0)


@pytest.fixture
def command(tmp_path, tiny_overrides):
    """Command line of a comparison on the tiny data, the arms left out."""
    base = load_config(overrides=[*tiny_overrides, 'END_EPOCH', '1'])
    (tmp_path / 'tiny.yaml').write_text(base.dump())
    return ['--cfg', str(tmp_path / 'tiny.yaml'), '--seeds', '0,1']


@pytest.fixture
def started(monkeypatch):
    """Programs and runs that were started, in that order; a run named in ``started.failing`` fails to train.

    Runs whose cost was asked for are in ``started.measured``.
    """
    record = SimpleNamespace(runs=[], failing=(), measured=[])

    def run(arguments, stdout, **_):
        parsed = run_parser('').parse_args(arguments[2:])
        program, cfg = arguments[1].rsplit('/', 1)[-1], load_config(parsed.cfg, parsed.overrides)
        record.runs.append((program, cfg.NAME))
        stdout.write(f'{program} says something\n')
        folder = run_folder(cfg)
        folder.mkdir(exist_ok=True)
        if program == 'train.py':
            save_config(cfg, folder / 'config.yaml')
        else:
            (folder / 'metrics.json').write_text(json.dumps({'top1': TOP1[cfg.MODEL.IMPLICIT.MODE] + cfg.SEED}))
        return SimpleNamespace(returncode=int(cfg.NAME in record.failing))

    def ensure_cost(cfg):
        record.measured.append(cfg.NAME)
        (run_folder(cfg) / 'cost.json').write_text(json.dumps(COST._asdict()))

    monkeypatch.setattr(compare, 'ensure_cost', ensure_cost)
    monkeypatch.setattr(compare, 'subprocess', SimpleNamespace(run=run, STDOUT=subprocess.STDOUT))
    return record


def test_trains_and_tests_every_arm_seed_by_seed(command, started, tmp_path, capsys):
    assert compare.main([*command, *ARMS]) == 0
    assert started.runs == [(program, f'tiny_{arm}_s{seed}') for seed in (0, 1) for arm in ('embed', 'logits')
                            for program in ('train.py', 'test.py')]
    printed = capsys.readouterr().out
    assert '| logits | 0, 1 | 70.5 ± 0.7 | 1.50 × 2 | 3.0 | 400 / 5 | -10.0 ± 0.0 |' in printed
    folder = tmp_path / 'tiny_compare'
    assert (folder / 'table.md').read_text() in printed and NOTE in printed
    table = json.loads((folder / 'table.json').read_text())
    assert table['arms']['logits'] == ['IMPLICIT.MODE', 'logits']
    assert [(run['run'], run['top1']) for run in table['runs']] == [
        ('tiny_embed_s0', 80.0), ('tiny_logits_s0', 70.0), ('tiny_embed_s1', 81.0), ('tiny_logits_s1', 71.0)]
    assert table['runs'][0]['cost'] == COST._asdict()
    assert (folder / 'table.png').stat().st_size
    assert (tmp_path / 'tiny_embed_s0.log').read_text() == 'train.py says something\ntest.py says something\n'


def test_complete_runs_are_not_repeated(command, started):
    compare.main([*command, *ARMS[:4]])
    started.runs.clear()
    assert compare.main([*command, *ARMS]) == 0
    assert {name for _, name in started.runs} == {'tiny_logits_s0', 'tiny_logits_s1'}
    started.runs.clear()
    compare.main([*command, 'END_EPOCH', '2', *ARMS])
    assert len(started.runs) == 8


def test_a_failing_run_is_named_and_the_rest_is_written(command, started, tmp_path, capsys):
    started.failing = ('tiny_logits_s0',)
    assert compare.main([*command, *ARMS, '--out', str(tmp_path / 'there')]) == 1
    log = tmp_path / 'tiny_logits_s0.log'
    said = f"run 'tiny_logits_s0' failed: train.py says something; its output is in {log}\n"
    assert said in capsys.readouterr().err
    assert 'tiny_logits_s0' not in started.measured and 'tiny_logits_s1' in started.measured
    assert ('test.py', 'tiny_logits_s0') not in started.runs and ('test.py', 'tiny_logits_s1') in started.runs
    assert '| logits | 1 | 71.0 |' in (tmp_path / 'there' / 'table.md').read_text()


def test_a_comparison_that_is_cut_off_leaves_what_it_has(command, started, tmp_path, monkeypatch):
    run = compare.subprocess.run

    def cut_off(arguments, **keywords):
        if len(started.runs) == 4:
            raise KeyboardInterrupt
        return run(arguments, **keywords)

    monkeypatch.setattr(compare.subprocess, 'run', cut_off)
    with pytest.raises(KeyboardInterrupt):
        compare.main([*command, *ARMS])
    assert '| logits | 0 | 70.0 |' in (tmp_path / 'tiny_compare' / 'table.md').read_text()


def test_what_cannot_be_measured_is_named(command, started, tmp_path, monkeypatch, capsys):
    def too_large(cfg):
        raise RuntimeError('not enough memory:\nyou tried to allocate 8 GB')

    monkeypatch.setattr(compare, 'ensure_cost', too_large)
    assert compare.main([*command, *ARMS[:4]]) == 1
    said = "run 'tiny_embed_s1' failed: what it costs cannot be measured: not enough memory: you tried to allocate 8 GB"
    assert said in capsys.readouterr().err
    assert '| embed | 0, 1 | 80.5 ± 0.7 |' in (tmp_path / 'tiny_compare' / 'table.md').read_text()


def test_arms_may_be_files_and_every_system(command, started, tmp_path, monkeypatch):
    systems = tmp_path / 'systems'
    systems.mkdir()
    (systems / 'other.yaml').write_text('MODEL:\n  IMPLICIT:\n    MODE: logits\nTRAIN:\n  LR: 0.25\n')
    monkeypatch.setattr(compare, 'SYSTEMS', systems)
    file = str(systems / 'other.yaml')
    assert compare.main([*command, '--seeds', '0', '--systems', '--arm', 'own', file, 'LR', '0.5']) == 0
    settings = {}
    for arm in ('joint', 'other', 'own'):
        saved = yaml.safe_load((tmp_path / f'tiny_{arm}_s0' / 'config.yaml').read_text())
        settings[arm] = (saved['MODEL']['IMPLICIT']['MODE'], saved['TRAIN']['LR'])
    assert settings == {'joint': ('embed', 0.002), 'other': ('logits', 0.25), 'own': ('logits', 0.5)}
    table = json.loads((tmp_path / 'tiny_compare' / 'table.json').read_text())
    assert table['arms'] == {'joint': [], 'other': [file], 'own': [file, 'LR', '0.5']}
    compare.main([*command, '--seeds', '0', '--systems', 'other', '--out', str(tmp_path / 'one')])
    assert list(json.loads((tmp_path / 'one' / 'table.json').read_text())['arms']) == ['other']


def test_pairs_for_all_arms_stand_before_the_arms_or_after_a_lone_dash(command, started, tmp_path):
    for name, arguments in (('front', ['NAME', 'front', 'LR', '0.5', *ARMS]), ('back', [*ARMS, '--', 'LR', '0.5',
                                                                                       'NAME', 'back'])):
        compare.main([*command, *arguments])
        for arm in ('embed', 'logits'):
            saved = yaml.safe_load((tmp_path / f'{name}_{arm}_s0' / 'config.yaml').read_text())
            assert saved['TRAIN']['LR'] == 0.5 and saved['MODEL']['IMPLICIT']['MODE'] == arm


@pytest.mark.parametrize(('arguments', 'message'), [
    (['--arm', 'fine', '--arm', 'typo', 'IMPLICIT.MODE', 'logit'], "arm 'typo': MODEL.IMPLICIT.MODE is 'logit'"),
    (['--arms', 'fine,no_such_mode'], "arm '.*TRAIN.MODE"),
    (['--arm', 'fine', '--seeds', '0,one'], "--seeds is '0,one'"),
    (['--systems', 'joint,no_such_system'], "system 'no_such_system' has no file"),
    (['--arm', 'odd', 'no_such.yaml'], "arm 'odd': configuration file 'no_such.yaml' does not exist"),
    ([], 'no arm to compare'),
])
def test_nothing_starts_when_an_argument_is_wrong(command, started, tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        compare.main([*command, *arguments])
    assert not started.runs and not (tmp_path / 'tiny_compare').exists()


def test_a_real_comparison(command, tmp_path, capsys):
    assert compare.main([*command, '--seeds', '0', *ARMS[4:]]) == 0
    figures, = json.loads((tmp_path / 'tiny_compare' / 'table.json').read_text())['runs']
    metrics = json.loads((tmp_path / 'tiny_logits_s0' / 'metrics.json').read_text())
    assert (figures['top1'], figures['AP']) == (metrics['top1'], metrics['pose']['AP'])
    assert figures['mean_class_accuracy'] == metrics['mean_class_accuracy']
    assert figures['clips_per_second'] > 0
    assert figures['cost'] == json.loads((tmp_path / 'tiny_logits_s0' / 'cost.json').read_text())
    assert figures['cost']['training_memory'] > figures['cost']['test_memory'] > 4e-6 * figures['parameters']
    assert 'trained 1 epochs' in (tmp_path / 'tiny_logits_s0.log').read_text()
