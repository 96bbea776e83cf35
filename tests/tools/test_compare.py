"""The comparison tool: which runs it starts, what it leaves, and one real comparison."""

import json
import subprocess
from types import SimpleNamespace

import pytest
import yaml

from core.config import load_config, save_config
from core.engine.run_folder import run_folder
from tools import compare

ARMS = ['--arm', 'embed', 'IMPLICIT.MODE', 'embed', '--arm', 'logits', 'IMPLICIT.MODE', 'logits']
TOP1 = {'embed': 80.0, 'logits': 70.0}


@pytest.fixture
def command(tmp_path, tiny_overrides):
    """Command line of a comparison on the tiny data, the arms left out."""
    base = load_config(overrides=[*tiny_overrides, 'END_EPOCH', '1'])
    (tmp_path / 'tiny.yaml').write_text(base.dump())
    return ['--cfg', str(tmp_path / 'tiny.yaml'), '--seeds', '0,1']


@pytest.fixture
def started(monkeypatch):
    """Programs and runs that were started, in that order; a run named in ``started.failing`` fails to train."""
    record = SimpleNamespace(runs=[], failing=())

    def run(arguments, stdout, **_):
        program, cfg = arguments[1].rsplit('/', 1)[-1], load_config(arguments[3], arguments[4:])
        record.runs.append((program, cfg.NAME))
        stdout.write(f'{program} says something\n')
        folder = run_folder(cfg)
        folder.mkdir(exist_ok=True)
        if program == 'train.py':
            save_config(cfg, folder / 'config.yaml')
        else:
            (folder / 'metrics.json').write_text(json.dumps({'top1': TOP1[cfg.MODEL.IMPLICIT.MODE] + cfg.SEED}))
        return SimpleNamespace(returncode=int(cfg.NAME in record.failing))

    monkeypatch.setattr(compare, 'subprocess', SimpleNamespace(run=run, STDOUT=subprocess.STDOUT))
    return record


def test_trains_and_tests_every_arm_seed_by_seed(command, started, tmp_path, capsys):
    assert compare.main([*command, *ARMS]) == 0
    assert started.runs == [(program, f'tiny_{arm}_s{seed}') for seed in (0, 1) for arm in ('embed', 'logits')
                            for program in ('train.py', 'test.py')]
    printed = capsys.readouterr().out
    assert '| logits | 0, 1 | 70.5 ± 0.7 | – | – | – | -10.0 ± 0.0 | – |' in printed
    folder = tmp_path / 'tiny_compare'
    assert (folder / 'table.md').read_text() in printed
    table = json.loads((folder / 'table.json').read_text())
    assert table['arms']['logits'] == ['IMPLICIT.MODE', 'logits']
    assert [(run['run'], run['top1']) for run in table['runs']] == [
        ('tiny_embed_s0', 80.0), ('tiny_logits_s0', 70.0), ('tiny_embed_s1', 81.0), ('tiny_logits_s1', 71.0)]
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
    assert f"run 'tiny_logits_s0' failed; its output is in {log}\n" in capsys.readouterr().err
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
    assert figures['clips_per_second'] > 0
    assert 'trained 1 epochs' in (tmp_path / 'tiny_logits_s0.log').read_text()
