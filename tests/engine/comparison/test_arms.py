"""The comparison of arms: what is planned, what counts as complete, and what is read of it."""

import json
import os
from pathlib import Path

import pytest

from core.config import save_config
from core.engine.comparison.arms import (
    Arm,
    RunFigures,
    base_config,
    finished_metrics,
    plan_runs,
    read_arm,
    read_figures,
    system_arms,
)
from core.engine.comparison.cost import Cost
from core.engine.runs.run_folder import run_folder

ARMS = [Arm('base', ()), Arm('logits', ('IMPLICIT.MODE', 'logits'))]
COST = Cost(1.5, 2, 3.0, 400.0, 5.0)


@pytest.fixture
def file(tmp_path):
    """Configuration file of a comparison in ``tmp_path``."""
    (tmp_path / 'small.yaml').write_text(f'NAME: small\nOUTPUT_DIR: {tmp_path}\nTRAIN:\n  END_EPOCH: 4\n')
    return tmp_path / 'small.yaml'


def finish(run, rates=(), **metrics):
    """Write what a complete run leaves."""
    folder = run_folder(run.cfg)
    folder.mkdir(parents=True)
    save_config(run.cfg, folder / 'config.yaml')
    (folder / 'metrics.jsonl').write_text(''.join(json.dumps({'step': 1, 'clips_per_second': rate}) + '\n'
                                                  for rate in rates) + '{"step": 2, "val_top1": 50.0}\n')
    (folder / 'metrics.json').write_text(json.dumps(metrics))
    return folder


def test_plans_whole_seeds_first(file):
    runs = plan_runs([file], ARMS, [3, 5], ['LR', '0.5'])
    assert [run.cfg.NAME for run in runs] == ['small_base_s3', 'small_logits_s3', 'small_base_s5', 'small_logits_s5']
    assert [(run.arm, run.seed, run.cfg.SEED) for run in runs[1:3]] == [('logits', 3, 3), ('base', 5, 5)]
    assert runs[0].cfg.MODEL.IMPLICIT.MODE == 'embed' and runs[1].cfg.MODEL.IMPLICIT.MODE == 'logits'
    assert all(run.cfg.TRAIN.LR == 0.5 for run in runs)


@pytest.mark.parametrize(('arms', 'seeds', 'message'), [
    ([], [0], 'no arm to compare'),
    (ARMS, [], 'no seed to compare'),
    ([*ARMS, ARMS[0]], [0], "arm 'base' is given twice"),
    (ARMS, [0, 1, 0], "seed '0' is given twice"),
    (ARMS, [-1], 'SEED is -1'),
    ([*ARMS, Arm('odd', ('IMPLICIT.MODE',))], [0], "arm 'odd': override 'IMPLICIT.MODE' has no value"),
    ([*ARMS, Arm('typo', ('IMPLICIT.MDE', 'probs'))], [0], "arm 'typo': key 'IMPLICIT.MDE' is unknown"),
    ([*ARMS, Arm('a/b', ())], [0], "arm 'a/b': NAME is .* plain folder name"),
])
def test_bad_arms_and_seeds_are_named(file, arms, seeds, message):
    with pytest.raises(ValueError, match=message):
        plan_runs([file], arms, seeds)


def test_complete_is_what_was_tested_with_this_configuration(file):
    run, other = plan_runs([file], ARMS, [0])
    assert finished_metrics(run.cfg) is None
    finish(run, top1=50.0)
    assert finished_metrics(run.cfg) == {'top1': 50.0}
    assert finished_metrics(other.cfg) is None
    assert finished_metrics(plan_runs([file], ARMS, [0], ['WORKERS', '1'])[0].cfg) == {'top1': 50.0}


@pytest.mark.parametrize('override', [('LR', '0.5'), ('END_EPOCH', '5'), ('TEST.DECODE', 'argmax'),
                                      ('PRETRAINED', 'other.pth')])
def test_other_settings_are_not_complete(file, override):
    finish(plan_runs([file], ARMS, [0])[0], top1=50.0)
    assert finished_metrics(plan_runs([file], ARMS, [0], override)[0].cfg) is None


def test_metrics_from_before_training_went_on_do_not_count(file):
    run = plan_runs([file], ARMS, [0])[0]
    folder = finish(run, top1=50.0)
    os.utime(folder / 'metrics.json', ns=(0, 0))
    assert finished_metrics(run.cfg) is None


def test_reads_what_complete_runs_have(file):
    runs = plan_runs([file], ARMS, [0, 1])
    folder = finish(runs[0], rates=[1.0, 9.0, 2.0], top1=50.0, mean_class_accuracy=45.0, parameters=7,
                    pose={'AP': 40.0})
    (folder / 'cost.json').write_text(json.dumps(COST._asdict()))
    finish(runs[1], pose={'AP': None})
    finish(runs[3], top1=60.0)
    assert read_figures(runs) == [RunFigures('base', 0, 'small_base_s0', 50.0, 45.0, 40.0, 7, 2.0, COST),
                                  RunFigures('logits', 0, 'small_logits_s0'),
                                  RunFigures('logits', 1, 'small_logits_s1', 60.0)]
    assert read_figures(runs)[0].plain()['cost']['gflops'] == COST.gflops
    assert read_figures(runs)[1].plain()['cost'] is None


def test_an_arm_may_begin_with_a_file():
    assert read_arm('plain') == Arm('plain')
    assert read_arm('logits', 'IMPLICIT.MODE', 'logits') == ARMS[1]
    assert read_arm('other', 'a/b.yaml', 'LR', '1') == Arm('other', ('LR', '1'), (Path('a/b.yaml'),))


def test_files_of_an_arm_are_merged_over_those_of_all(file, tmp_path):
    (tmp_path / 'other.yaml').write_text('SEED: 9\nTRAIN:\n  LR: 0.25\n  END_EPOCH: 7\n')
    (tmp_path / 'more.yaml').write_text('TRAIN:\n  LR: 0.125\n')
    arms = [Arm('plain'), Arm('other', ('END_EPOCH', '8'), (tmp_path / 'other.yaml',))]
    plain, other = plan_runs([file, tmp_path / 'more.yaml'], arms, [3])
    assert plain.files == (file, tmp_path / 'more.yaml') and other.files == (*plain.files, tmp_path / 'other.yaml')
    assert (plain.cfg.TRAIN.LR, plain.cfg.TRAIN.END_EPOCH, plain.cfg.SEED) == (0.125, 4, 3)
    assert (other.cfg.TRAIN.LR, other.cfg.TRAIN.END_EPOCH, other.cfg.SEED) == (0.25, 8, 3)


def test_a_system_is_a_file_and_joint_the_base(tmp_path):
    for name in ('skelet', 'posec3d'):
        (tmp_path / f'{name}.yaml').touch()
    posec3d, skelet = (Arm(name, files=(tmp_path / f'{name}.yaml',)) for name in ('posec3d', 'skelet'))
    assert system_arms(tmp_path) == [Arm('joint'), posec3d, skelet]
    assert system_arms(tmp_path, ['skelet', 'joint']) == [skelet, Arm('joint')]
    with pytest.raises(ValueError, match="system 'skeleton' has no file in .*; allowed: joint, posec3d, skelet"):
        system_arms(tmp_path, ['joint', 'skeleton'])


def test_an_override_of_all_arms_reaches_those_in_which_it_has_an_effect(file, tmp_path, capsys):
    (tmp_path / 'skelet.yaml').write_text("PRETRAINED: ''\nMODEL: {NAME: skelet}\n")
    arms = [Arm('joint'), Arm('skelet', files=(tmp_path / 'skelet.yaml',))]
    shared = ['IMAGE_SIZE', '[32,32]', 'STREAM', 'b', 'LR', '0.5']
    joint, skelet = (run.overrides[:-4] for run in plan_runs([file], arms, [0], shared))
    assert joint == ('IMAGE_SIZE', '[32,32]', 'LR', '0.5') and skelet == ('STREAM', 'b', 'LR', '0.5')
    assert capsys.readouterr().err.splitlines() == [
        'warning: IMAGE_SIZE has no effect in, and is left out of: skelet',
        'warning: STREAM has no effect in, and is left out of: joint']
    assert base_config([file], shared).MODEL.IMAGE_SIZE == [32, 32]


def test_an_override_of_no_use_to_any_arm_is_refused(file):
    with pytest.raises(ValueError, match='STREAM has no effect in any arm; leave it out'):
        plan_runs([file], ARMS, [0], ['STREAM', 'b'])
    with pytest.raises(ValueError, match="arm 'own': DATASET.STREAM has no effect"):
        plan_runs([file], [Arm('own', ('STREAM', 'b'))], [0])
