"""What a checkpoint becomes: a recognizer in evaluation mode, or one sentence."""

import pytest
import torch

from core.config import load_config
from core.inference.loading import load_recognizer
from core.models.skeleton.skeleton_model import SkeletonModel
from core.systems.build import build_model

SMALL = ['MODEL.IMAGE_SIZE', '[64,64]', 'DATASET.CLIP_SIZE', '4', 'DATASET.NUM_ACTION', '3', 'MODEL.SKELETON.NAME',
         'stgcnpp']


def save(file, *overrides, **extra):
    cfg = load_config(None, overrides, SMALL)
    torch.save({'model': build_model(cfg).state_dict(), 'config': cfg.dump(), **extra}, file)
    return file


def test_weights_and_names_are_those_of_the_run(tmp_path):
    file = save(tmp_path / 'best.pth', class_names=['jump', 'wave', 'sit'])
    model, cfg, names = load_recognizer(file)
    assert not model.training and cfg.DATASET.CLIP_SIZE == 4 and names == ('jump', 'wave', 'sit')
    stored = torch.load(file, weights_only=True)['model']
    assert all(torch.equal(value, stored[name]) for name, value in model.state_dict().items())


def test_classes_without_names_are_numbered(tmp_path):
    assert load_recognizer(save(tmp_path / 'best.pth')).class_names == ('class 0', 'class 1', 'class 2')


def test_a_model_without_actions_is_refused(tmp_path):
    with pytest.raises(ValueError, match='TRAIN.MODE pose.*joint or two_stage'):
        load_recognizer(save(tmp_path / 'best.pth', 'TRAIN.MODE', 'pose'))


def test_keypoint_systems_load_too(tmp_path):
    file = save(tmp_path / 'best.pth', 'MODEL.NAME', 'skeleton')
    assert isinstance(load_recognizer(file).model, SkeletonModel)
    assert load_recognizer(file, ('crops', 'keypoints')).cfg.TRAIN.MODE == 'action'


@pytest.mark.parametrize(('name', 'reads'), [('skeleton', ('crops',)), ('integralaction', ('crops', 'keypoints'))])
def test_a_system_that_reads_something_else_is_refused(tmp_path, name, reads):
    cfg = load_config(None, ['MODEL.NAME', name], SMALL)
    torch.save({'model': {}, 'config': cfg.dump()}, tmp_path / 'best.pth')
    with pytest.raises(ValueError, match=f'MODEL.NAME {name}, which reads .* would get {" or ".join(reads)}; name one '
                                         'of joint.* --annotations'):
        load_recognizer(tmp_path / 'best.pth', reads)
