import csv
import json

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from core.config import load_config, systems
from core.data.frames.video import VideoReader, write_video
from core.engine.evaluation.results import read_scores
from core.inference.annotated import predict_annotated
from core.inference.build import load_annotated, load_estimator
from core.models.output import JointOutput
from core.people import blazepose
from core.people.estimators import build_estimator
from core.people.person import person_within
from core.systems.blueprint import Blueprint
from exp import test as exp_test
from exp import train as exp_train
from tools import predict

SYSTEMS = {
    'joint': ['SKELETON.NAME', 'stgcnpp'],
    'skeleton': ['SKELETON.NAME', 'stgcnpp'],
    'keypoint_cnn': ['KEYPOINT_CNN.BASE_CHANNELS', '4'],
    'posec3d': ['PREPROCESS', 'pose_compact', 'POSEC3D.BASE_CHANNELS', '4', 'STAGE_BLOCKS', '[1,1,1]'],
    'skelet': ['SKELET.BASE_CHANNELS', '16'],
    'integralaction': ['TEST_SAMPLER', 'dense', 'FRAME_STRIDE', '2', 'SHORT_SIDE', '32'],
}
"""Small models of every system."""


@pytest.fixture
def checkpoint(tiny_overrides, tmp_path):
    """Untrained joint model of the tiny data."""
    exp_train.main([*tiny_overrides, 'END_EPOCH', '0', 'BACKBONE', 'naive-lite-hrnet-18'])
    return tmp_path / 'tiny' / 'best.pth'


def find_rectangle(frame, expected=()):
    """A person whose joints spread over the bright part of the frame, if there is one."""
    left, top, width, height = cv2.boundingRect((frame[..., 0] > 128).astype(np.uint8))
    joints = (left, top) + np.random.default_rng(0).uniform(0, 1, (17, 2)) * (width, height)
    return [person_within(joints, np.ones(17), 1.0, frame.shape[1::-1])] if width * height > 50 else []


@pytest.fixture
def videos(tmp_path, monkeypatch):
    """Folder of a video of 30 frames and a large one of 3, with somebody in them; a stand-in finds people."""
    monkeypatch.setattr(predict, 'load_estimator', lambda annotator, trained: find_rectangle)
    for name, count, (height, width) in (('walk/long', 30, (120, 160)), ('short', 3, (700, 1100))):
        frames = np.zeros((count, height, width, 3), np.uint8)
        for time, frame in enumerate(frames):
            frame[30:90, 20 + 2 * time:40 + 2 * time] = 255
        (tmp_path / 'videos' / name).parent.mkdir(parents=True, exist_ok=True)
        write_video(tmp_path / 'videos' / f'{name}.mp4', frames, 10)
    return tmp_path / 'videos'


def arguments(checkpoint, videos, *more):
    return ['--checkpoint', str(checkpoint), '--video', str(videos), '--out', str(checkpoint.parent / 'out'), *more]


def test_every_video_gets_its_most_probable_classes(checkpoint, tiny_data, capsys):
    capsys.readouterr()
    predict.main(['--checkpoint', str(checkpoint), '--annotations', str(tiny_data / 'tiny.pkl'), '--top', '2'])
    lines = capsys.readouterr().out.splitlines()
    videos = load_annotated(checkpoint, tiny_data / 'tiny.pkl')
    names, probabilities, classes = videos.names, predict_annotated(videos), videos.class_names
    assert len(lines) == len(names) == 12 and probabilities.sum(1) == pytest.approx(1, abs=1e-5)
    name, found = lines[0].split(': ')
    assert name == names[0]
    assert found.startswith(f'{classes[probabilities[0].argmax()]} {probabilities[0].max():.1%}, ')


@pytest.mark.parametrize('system', SYSTEMS)
def test_a_video_is_looked_at_as_in_testing(system, tiny_of, tiny_data, tmp_path):
    overrides = tiny_of('END_EPOCH', '0', 'MODEL.NAME', system, *SYSTEMS[system], 'CLIP_SIZE', '8', 'TEST.NUM_CLIPS',
                        '2', 'TEST.FLIP', 'True')
    exp_train.main(overrides)
    exp_test.main(overrides)
    tested = read_scores(tmp_path / 'tiny' / 'scores.npz')
    videos = load_annotated(tmp_path / 'tiny' / 'best.pth', tiny_data / 'tiny.pkl')
    found = dict(zip(videos.names, predict_annotated(videos), strict=True))
    np.testing.assert_allclose(tested.scores, [found[name] for name in tested.names], atol=1e-5)


@pytest.mark.parametrize('system', [name for name in SYSTEMS if name not in ('joint', 'integralaction')])
def test_systems_of_keypoints_label_videos_too(system, tiny_of, videos, tmp_path):
    exp_train.main(tiny_of('END_EPOCH', '0', 'MODEL.NAME', system, *SYSTEMS[system], 'CLIP_SIZE', '8'))
    checkpoint = tmp_path / 'tiny' / 'best.pth'
    assert predict.main(arguments(checkpoint, videos, '--window', '1')) == 0
    track, = json.loads((checkpoint.parent / 'out' / 'walk_long.json').read_text())['tracks']
    assert track['segments'][-1]['last_frame'] == 29
    assert len(list(VideoReader(checkpoint.parent / 'out' / 'walk_long_overlay.mp4'))) == 30
    with pytest.raises(ValueError, match=f'MODEL.NAME {system}, .* which cannot label a video frame by frame'):
        predict.main(arguments(checkpoint, videos / 'short.mp4', '--live'))


def test_a_model_without_actions_is_refused(tiny_overrides, videos, tmp_path):
    exp_train.main([*tiny_overrides, 'END_EPOCH', '0', 'TRAIN.MODE', 'pose'])
    with pytest.raises(ValueError, match='TRAIN.MODE pose, which cannot recognize actions'):
        predict.main(['--checkpoint', str(tmp_path / 'tiny' / 'best.pth'), '--annotations', 'none.pkl'])
    with pytest.raises(ValueError, match='TRAIN.MODE pose, which cannot label videos'):
        predict.main(arguments(tmp_path / 'tiny' / 'best.pth', videos))


class Pixels(nn.Module):
    """A pixel system that sees whole clips only and finds no joints: its classes are the colors."""

    def forward(self, frames, person_mask, crop_to_image, image_size):
        return JointOutput(logits=frames[:, 0].float().mean((1, 2, 3))[:, :2])


class PixelsBlueprint(Blueprint):
    def build(self, cfg):
        return Pixels()


def test_a_new_system_of_pixels_labels_videos_with_whole_clips(videos, tmp_path, monkeypatch):
    monkeypatch.setitem(systems.SYSTEMS, 'joint', systems.System(f'{__name__}:PixelsBlueprint', 'crops', ('joint',),
                                                                 ('action', 'video')))
    torch.save({'model': {}, 'config': load_config(overrides=['NUM_ACTION', '2']).dump()}, tmp_path / 'best.pth')
    assert predict.main(arguments(tmp_path / 'best.pth', videos / 'walk', '--window', '1')) == 0
    track, = json.loads((tmp_path / 'out' / 'long.json').read_text())['tracks']
    assert track['segments'][-1]['last_frame'] == 29
    for refused in ('--live', '--annotator=checkpoint'):
        monkeypatch.setattr(predict, 'load_estimator', load_estimator)
        with pytest.raises(ValueError, match='cannot label a video frame by frame|no pose network'):
            predict.main(arguments(tmp_path / 'best.pth', videos / 'walk', refused))


def test_a_folder_of_videos_is_labeled_and_bad_ones_are_named(checkpoint, videos, capsys):
    (videos / 'broken.avi').write_bytes(b'nothing')
    write_video(videos / 'empty.avi', np.zeros((5, 48, 64, 3), np.uint8))
    assert predict.main(arguments(checkpoint, videos, '--window', '1')) == 1
    printed, out = capsys.readouterr(), checkpoint.parent / 'out'
    assert '2 of 4 videos labeled' in printed.out and 'walk_long  #1  0.0 to ' in printed.out
    assert 'broken.avi: empty or not a video' in printed.err and 'empty.avi: nobody was found in it' in printed.err
    assert sorted(file.name for file in out.iterdir()) == [f'{name}{ending}' for name in ('short', 'walk_long')
                                                           for ending in ('.csv', '.json', '_overlay.mp4')]
    overlays = [list(VideoReader(out / f'{name}_overlay.mp4')) for name in ('walk_long', 'short')]
    assert [len(frames) for frames in overlays] == [30, 3]
    assert overlays[1][0].shape == (612, 960, 3)                    # of 611 rows
    with open(out / 'walk_long.csv', newline='') as file:
        rows = list(csv.DictReader(file))
    track, = json.loads((out / 'walk_long.json').read_text())['tracks']
    assert (track['first_frame'], track['last_frame'], track['frames_seen']) == (0, 29, 30)
    assert [int(row['first_frame']) for row in rows] == [segment['first_frame'] for segment in track['segments']]
    assert {row['class_name'] for row in rows} <= {'drink water', 'eat meal'} and rows[-1]['end_s'] == '3.0'


def test_a_single_bad_video_is_an_error(checkpoint, videos):
    write_video(videos / 'empty.avi', np.zeros((5, 48, 64, 3), np.uint8))
    with pytest.raises(ValueError, match='empty.avi: nobody was found in it; try another --annotator'):
        predict.main(arguments(checkpoint, videos / 'empty.avi'))
    assert not list((checkpoint.parent / 'out').iterdir())
    with pytest.raises(ValueError, match='none.mp4: no such video, nor a folder'):
        predict.main(arguments(checkpoint, videos / 'none.mp4'))


def test_a_file_is_read_as_a_camera_would_be(checkpoint, videos, capsys):
    assert predict.main(arguments(checkpoint, videos / 'walk' / 'long.mp4', '--live', '--window', '1')) == 0
    out = checkpoint.parent / 'out'
    assert ' 0.0 s  #1 ' in capsys.readouterr().out and len(list(VideoReader(out / 'long_overlay.mp4'))) == 30
    assert json.loads((out / 'long.json').read_text())['tracks'][0]['last_frame'] == 29
    with pytest.raises(ValueError, match='camera 97 cannot be opened'):
        predict.main(arguments(checkpoint, '97'))
    with pytest.raises(ValueError, match='answers whole clips only'):
        predict.main(arguments(checkpoint.with_suffix('.onnx'), videos / 'short.mp4', '--live'))


def test_wrong_arguments_are_refused(checkpoint, videos, tmp_path):
    for window in ('-1', 'nan', 'inf'):
        with pytest.raises(ValueError, match='--window .* must be more than 0'):
            predict.main(arguments(checkpoint, videos, '--window', window))
    (tmp_path / 'nothing').mkdir()
    with pytest.raises(ValueError, match='nothing: holds no video'):
        predict.main(arguments(checkpoint, tmp_path / 'nothing'))
    (videos / 'walk_long.avi').write_bytes(b'')
    with pytest.raises(ValueError, match='are both sequence walk_long'):
        predict.main(arguments(checkpoint, videos))


def test_missing_files_of_blazepose_are_said_in_a_sentence(checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr(blazepose.BlazePose.__init__, '__defaults__', (tmp_path, 1, blazepose.load_network))
    build_estimator.cache_clear()
    write_video(tmp_path / 'a.avi', np.zeros((2, 48, 64, 3), np.uint8))
    with pytest.raises(ValueError, match='fetch-blazepose|requirements-annotate.txt'):
        predict.main(arguments(checkpoint, tmp_path / 'a.avi'))
    assert not (checkpoint.parent / 'out').exists()


def test_bad_input_ends_in_one_sentence_and_status_2(pose_action, tmp_path):
    done = pose_action('predict', '--checkpoint', 'none.pth', '--video', tmp_path / 'none')
    assert done.returncode == 2 and done.stderr.startswith('error: ') and done.stderr.count('\n') == 1
