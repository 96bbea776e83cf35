import pytest
import torch

from core.config import load_config
from core.config.systems import SYSTEMS, System
from core.inference.build import (
    CLIP_RECOGNIZERS,
    build_keypoint_clips,
    build_recognizer,
    load_annotated,
    load_clip_recognizer,
    load_estimator,
    load_exported,
    load_recognizer,
    load_stream_recognizer,
    opened,
)
from core.inference.recognizers import CheckpointClips, WholeClips
from core.inference.stream import TracedModel
from core.models.skeleton.skeleton_model import SkeletonModel
from core.systems.build import build_model

SMALL = ['MODEL.IMAGE_SIZE', '[64,64]', 'DATASET.CLIP_SIZE', '4', 'DATASET.NUM_ACTION', '3', 'MODEL.SKELETON.NAME',
         'stgcnpp']


def save(file, *overrides, **extra):
    cfg = load_config(None, overrides, SMALL)
    torch.save({'model': build_model(cfg).state_dict(), 'config': cfg.dump(), **extra}, file)
    return file


def test_weights_and_settings_are_those_of_the_run(tmp_path):
    file = save(tmp_path / 'best.pth', 'NUM_PERSONS', '2', class_names=['jump', 'wave', 'sit'])
    recognizer = load_recognizer(file)
    assert not recognizer.model.training and recognizer.clip_size == 4
    assert recognizer.class_names == ('jump', 'wave', 'sit')
    assert (recognizer.view.image_size, recognizer.view.num_persons) == ((64, 64), 2)
    assert (recognizer.system, recognizer.mode, recognizer.layout) == ('joint', 'joint', 'coco17')
    stored = torch.load(file, weights_only=True)['model']
    assert all(torch.equal(value, stored[name]) for name, value in recognizer.model.state_dict().items())


def test_classes_without_names_are_numbered(tmp_path):
    assert load_recognizer(save(tmp_path / 'best.pth')).class_names == ('class 0', 'class 1', 'class 2')


def test_a_model_without_actions_is_refused_and_the_other_modes_are_named(tmp_path):
    file = save(tmp_path / 'best.pth', 'TRAIN.MODE', 'pose')
    for load in (load_recognizer, load_clip_recognizer, load_stream_recognizer):
        with pytest.raises(ValueError, match="best.pth' is of .*TRAIN.MODE pose, which cannot .* in another mode than"):
            load(file)
    with pytest.raises(ValueError, match='TRAIN.MODE pose, which cannot recognize actions'):
        load_annotated(file, tmp_path / 'none.pkl')


def test_keypoint_systems_load_too(tmp_path):
    file = save(tmp_path / 'best.pth', 'MODEL.NAME', 'skeleton')
    assert isinstance(load_recognizer(file).model, SkeletonModel)
    assert load_recognizer(file, 'video').mode == 'action'


@pytest.mark.parametrize(('name', 'load', 'what'), [
    ('skeleton', load_stream_recognizer, 'label a video frame by frame'),
    ('integralaction', load_clip_recognizer, 'label videos')])
def test_a_system_that_cannot_is_refused_before_its_weights_are_loaded(tmp_path, name, load, what):
    cfg = load_config(None, ['MODEL.NAME', name], SMALL)
    torch.save({'model': {}, 'config': cfg.dump()}, tmp_path / 'best.pth')
    with pytest.raises(ValueError, match=f'MODEL.NAME {name}, .* cannot {what}; name one of a system that can: '
                                         'joint.*, or use this one with pose-action predict --annotations'):
        load(tmp_path / 'best.pth')


def test_the_joint_system_sees_crops_one_by_one_and_streams_as_graphs(tmp_path):
    file = save(tmp_path / 'best.pth')
    assert isinstance(load_clip_recognizer(file), CheckpointClips)
    assert isinstance(load_stream_recognizer(file).model, TracedModel)


def test_a_system_of_crops_that_sees_no_frame_by_itself_answers_whole_clips(tmp_path, monkeypatch):
    monkeypatch.setitem(SYSTEMS, 'joint', SYSTEMS['joint']._replace(abilities=('action', 'video')))
    file = save(tmp_path / 'best.pth')
    assert isinstance(load_clip_recognizer(file), WholeClips)
    with pytest.raises(ValueError, match='which cannot label a video frame by frame'):
        load_stream_recognizer(file)


@pytest.mark.parametrize('system', SYSTEMS.values(), ids=list(SYSTEMS))
def test_what_labels_videos_is_known_for_every_system_that_can(system: System):
    assert 'video' not in system.abilities or system.clips in CLIP_RECOGNIZERS


def test_a_run_on_other_joints_is_refused():
    cfg = load_config(overrides=['MODEL.NAME', 'skeleton', 'LAYOUT', 'ntu25', 'NUM_JOINTS', '25', 'PREPROCESS',
                                 'ctrgcn', 'NUM_ACTION', '3', 'SKELETON.NAME', 'stgcnpp'])
    with pytest.raises(ValueError, match='layout ntu25.*found with 2D joints of coco17.*--annotations'):
        build_keypoint_clips(build_recognizer(cfg, build_model(cfg)))


def test_a_checkpoint_is_read_once_for_everything(tmp_path, monkeypatch):
    trained = opened(save(tmp_path / 'best.pth'))
    monkeypatch.setattr(torch, 'load', None)
    recognizer, estimator = load_clip_recognizer(trained), load_estimator('checkpoint', trained)
    assert recognizer.clip_size == 4 and estimator.model.coding.image_size == (64, 64)


def test_an_exported_file_must_be_of_the_whole_model(tmp_path, monkeypatch):
    class Part(torch.nn.Module):
        part, config, class_names = 'pose', load_config().dump(), ('sit',)

    monkeypatch.setattr('core.inference.build.ExportedModel', lambda file: Part())
    with pytest.raises(ValueError, match='holds the part pose.*--part joint'):
        load_exported(tmp_path / 'pose.onnx')
    Part.part = 'joint'
    recognizer = load_clip_recognizer(tmp_path / 'joint.onnx')
    assert isinstance(recognizer, WholeClips) and recognizer.class_names == ('sit',)
    with pytest.raises(ValueError, match='answers whole clips only'):
        load_stream_recognizer(tmp_path / 'joint.onnx')
