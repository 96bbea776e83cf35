"""Wrong settings and settings without effect: each gives exactly one sentence, before anything begins."""

import pytest

from core.cli import exit_with
from core.config import REPOSITORY, load_config, save_config
from exp import train as exp_train

ONE_SENTENCE = {
    'unknown key': (['EVAL_MDE', 'cs'], "key 'EVAL_MDE' is unknown; the nearest known key is TRAIN.EVAL_MODE"),
    'key that has gone': (['PURE_VALID', 'true'], 'PURE_VALID is no key any more: test a run with python exp/test.py'),
    'value not allowed': (['BACKBONE', 'resnet'], "BACKBONE is 'resnet'; allowed: one of lite-hrnet-18"),
    'mode of another system': (['MODEL.NAME', 'posec3d', 'MODE', 'rgb_only'],
                               'TRAIN.MODE is rgb_only but MODEL.NAME posec3d has only action'),
    'short name of several keys': (['MODEL.NAME', 'posec3d', 'POSE_CHECKPOINT', 'x.pth', 'SIGMA', '8'],
                                   "key 'SIGMA' is ambiguous; write one of MODEL.SIGMA, MODEL.POSEC3D.SIGMA"),
    'short name of keys of others': (['MODEL.NAME', 'skeleton', 'POSE_CHECKPOINT', 'x.pth', 'BASE_CHANNELS', '8'],
                                     'no effect with the chosen settings, whichever of MODEL.POSEC3D.BASE_CHANNELS, '),
    'key of another system': (['MODEL.SKELET.UNIT', 'ctrgcn'],
                              'MODEL.SKELET.UNIT has no effect: it needs MODEL.NAME skelet (it is joint)'),
    'scales without scales': (['SKELETON.NAME', 'stgcnpp', 'MS.BRANCHES', '2'],
                              'needs MODEL.SKELETON.NAME ms_stgcnpp (it is stgcnpp)'),
    'crop of a system without crops': (['MODEL.NAME', 'skelet', 'IMAGE_SIZE', '[64,96]'],
                                       'joint or integralaction (it is skelet), or DATASET.POSE_CHECKPOINT not empty'),
    'box of a system without boxes': (['BBOX_SCALE', '2', 'MODEL.NAME', 'skelet'], 'DATASET.BBOX_SCALE has no effect'),
    'end to end in two stages': (['MODE', 'two_stage', 'GRAD_SCALE', '0.5'], 'TRAIN.MODE joint (it is two_stage)'),
    'implicit pose in two stages': (['IMPLICIT.MODE', 'probs', 'MODE', 'two_stage'],
                                    'MODEL.IMPLICIT.MODE has no effect'),
    'taps of the published branch': (['MULTI_FUSE', 'true', 'VISUAL.NAME', 'late_conv', 'TAPS', 'low'],
                                     'MODEL.VISUAL.NAME cross_attention (it is late_conv)'),
    'visual branch that is off': (['QUERY', 'body'], 'MODEL.MULTI_FUSE true (it is false)'),
    'last rate of another schedule': (['MIN_LR', '1e-5'], 'TRAIN.SCHEDULER cosine (it is multistep)'),
    'momentum of adam': (['MOMENTUM', '0.5'], 'TRAIN.OPTIMIZER sgd or momentum (it is adam)'),
    'boxes of a file that is not read': (['BOX_FILE', 'b.json'], 'DATASET.BOX_SOURCE file (it is jitter)'),
    'augmentation that is off': (['DATA_AUGMENTATION', 'false', 'FLIP_PROB', '0'],
                                 'DATASET.DATA_AUGMENTATION true (it is false)'),
}


@pytest.mark.parametrize('case', ONE_SENTENCE)
def test_one_sentence(case, capsys, tmp_path):
    overrides, mention = ONE_SENTENCE[case]
    (tmp_path / 'none.yaml').write_text('DATA_DIR: /nowhere\n')
    with pytest.raises(SystemExit) as stop:
        exit_with(lambda: exp_train.main(['--cfg', str(tmp_path / 'none.yaml'), *overrides]))
    said, = capsys.readouterr().err.splitlines()
    assert stop.value.code == 2 and said.startswith('error: ') and mention in said


def test_a_file_that_sets_what_has_no_effect_is_named(tmp_path):
    file = tmp_path / 'mine.yaml'
    file.write_text('MODEL: {NAME: skelet, IMAGE_SIZE: [64, 96]}\n')
    with pytest.raises(ValueError, match=r"configuration file '.*mine.yaml': MODEL.IMAGE_SIZE has no effect"):
        load_config(file)


def test_keys_that_a_later_choice_leaves_without_effect_are_no_mistake(tmp_path, capsys):
    file, demo = tmp_path / 'skelet.yaml', REPOSITORY / 'exp' / 'configs' / 'demo.yaml'
    file.write_text('PRETRAINED: \'\'\nMODEL: {NAME: skelet}\n')
    assert load_config([demo, file]).MODEL.NAME == 'skelet'
    assert load_config(demo, ['MODEL.NAME', 'skelet']).MODEL.IMAGE_SIZE == [64, 96]
    with pytest.raises(ValueError, match='MODEL.IMAGE_SIZE has no effect'):
        load_config(demo, ['MODEL.NAME', 'skelet', 'IMAGE_SIZE', '[32,32]'])
    assert not capsys.readouterr().err


def test_a_key_whose_system_is_chosen_later_has_an_effect(tmp_path):
    (tmp_path / 'unit.yaml').write_text('MODEL: {SKELET: {UNIT: ctrgcn}}\n')
    assert load_config(tmp_path / 'unit.yaml', ['MODEL.NAME', 'skelet']).MODEL.SKELET.UNIT == 'ctrgcn'
    with pytest.raises(ValueError, match='MODEL.SKELET.UNIT has no effect'):
        load_config(tmp_path / 'unit.yaml')


def test_a_value_that_holds_anyway_may_stay():
    assert load_config(overrides=['MODEL.SKELET.UNIT', 'dgstgcn']) == load_config()


def test_keys_of_a_published_file_are_named_in_one_warning(tmp_path, capsys):
    file = tmp_path / 'published.yaml'
    file.write_text('sampler: uniform_sample\nMODEL: {fuse_version: 1, VISUAL: {DIM: 64}}\n')
    assert load_config(file).MODEL.FUSE_VERSION == 1
    warning, = capsys.readouterr().err.splitlines()
    assert all(name in warning for name in ('MODEL.FUSE_VERSION', 'MODEL.VISUAL.DIM', 'published.yaml'))


def test_a_saved_configuration_loads_silently(tmp_path, capsys):
    systems = REPOSITORY / 'exp' / 'configs' / 'systems'
    cfg = load_config([REPOSITORY / 'exp' / 'configs' / 'demo.yaml', systems / 'posec3d.yaml'])
    save_config(cfg, tmp_path / 'config.yaml')
    assert load_config(tmp_path / 'config.yaml') == cfg
    assert not capsys.readouterr().err
