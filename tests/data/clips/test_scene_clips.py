import dataclasses
from functools import partial

import cv2
import numpy as np
import pytest
from torch.utils.data import default_collate

from core.data.clips.sampling import clip_after_clip, clip_samplers, dense_starts
from core.data.clips.scene_clips import SceneAugmentation, SceneDataset, SceneDraw, best_people, scene_affine
from core.data.frames.frame_folder import FrameFolder
from core.data.frames.jpeg import encode_jpeg
from core.data.frames.tube_files import Tube, write_tube
from core.layouts import get_layout

LAYOUT = get_layout('coco17')
MIDDLE = (np.array((48, 32)) - 1) / 2


def make(records, root, **settings):
    given = {'clip_size': 3, 'image_size': (48, 32), 'short_side': 40, 'num_persons': 2, 'training': False} | settings
    return SceneDataset(records, FrameFolder(root), LAYOUT, **given)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def to_crop_pixels(keypoints):
    return keypoints[..., :2] * 4 + MIDDLE


def spot(picture):
    """(x, y) of the bright spot of a uint8 (H, W, 3) picture."""
    weight = picture.mean(-1)
    rows, columns = np.mgrid[:weight.shape[0], :weight.shape[1]]
    return np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()


def numbered(count=12):
    return [np.full((120, 160, 3), 20 * number, np.uint8) for number in range(count)]


def shown(frames):
    """Numbers of the frames of ``numbered`` that (T, H, W, 3) crops show."""
    return np.round(frames.mean((1, 2, 3)) / 20).astype(int).tolist()


def test_clip_has_the_documented_shapes_and_types(make_record, make_frames):
    clip = make([make_record(persons=1, label=4)], make_frames())[0]
    shapes = {name: (value.shape, value.dtype.name) for name, value in clip._asdict().items()}
    assert shapes == {'frames': ((1, 3, 32, 48, 3), 'uint8'), 'keypoints': ((2, 3, 17, 3), 'float32'),
                      'label': ((), 'int64'), 'index': ((), 'int64')}
    assert clip.label == 4 and clip.keypoints[0, ..., 2].all() and not clip.keypoints[1].any()
    batch = default_collate([clip, clip])
    assert [tuple(value.shape) for value in batch.inputs] == [(2, 1, 3, 32, 48, 3), (2, 2, 3, 17, 3)]
    assert batch.targets[0].tolist() == [4, 4]


@pytest.mark.parametrize('mirrored', [False, True])
def test_picture_and_joints_agree_through_every_transform(make_record, make_frames, mirrored):
    """A dot at the second person's left wrist (joint 9) is at the left wrist, or the right one of the mirror image."""
    record = make_record(persons=2)
    record.keypoints[1, :, 9] = (160, 128)
    record.scores[0] = 0.5                                                          # the second person comes first
    picture = cv2.GaussianBlur(cv2.circle(np.zeros((120, 160, 3), np.uint8), (80, 64), 4, (255,) * 3, -1), (0, 0), 1)
    root = make_frames(frames=[picture] * 12)
    for seed in range(4):
        clip = make([record], root, training=True, augmentation=SceneAugmentation(float(mirrored)), seed=seed)[0]
        for time in range(3):                                                       # every frame and person is swapped
            joint = to_crop_pixels(clip.keypoints[0, time, 10 if mirrored else 9])
            assert np.allclose(spot(clip.frames[0, time]), joint, atol=0.3)


def test_mirroring_twice_is_the_identity(make_record, make_frames):
    record, root = make_record(persons=2), make_frames(count=12)
    record.keypoints[:, :, :, 0] += (np.arange(12)[:, None] * 2).astype(np.float16)
    plain, mirror = (make([record], root, training=True, augmentation=SceneAugmentation(prob), seed=3)[0]
                     for prob in (0.0, 1.0))
    again = mirror.keypoints[..., list(LAYOUT.flip_order), :] * (-1, 1, 1)
    assert np.allclose(again, plain.keypoints, atol=1e-3) and not np.allclose(mirror.keypoints, plain.keypoints)
    assert np.abs(mirror.frames[..., ::-1, :].astype(int) - plain.frames).max() <= 3


def test_testing_takes_the_middle_of_the_scaled_frame():
    affine = scene_affine((320, 256), (224, 224), 256, SceneDraw())
    assert np.allclose(affine, [[1, 0, -48], [0, 1, -16]])
    affine = scene_affine((640, 512), (224, 224), 256, SceneDraw(sides=(0.75, 1), place=(0, 1)))
    assert np.allclose(affine @ [0, 512, 1], [0, 224]) and np.allclose(affine @ [2 * 168, 512 - 448, 1], [224, 0])
    assert np.allclose(scene_affine((320, 256), (224, 224), 256, SceneDraw(mirror=True)) @ [48, 16, 1], [223, 0])


def test_boxes_of_training_have_neighboring_sides_anywhere_in_the_frame():
    draws = [SceneAugmentation().draw(np.random.default_rng(seed)) for seed in range(300)]
    steps = [[(1, 0.875, 0.75, 0.66).index(side) for side in draw.sides] for draw in draws]
    assert np.abs(np.diff(steps)).max() == 1 and len({tuple(pair) for pair in steps}) == 10
    places = np.array([draw.place for draw in draws])
    assert 0 <= places.min() < 0.05 and 0.95 < places.max() <= 1
    assert 0.4 < np.mean([draw.mirror for draw in draws]) < 0.6 and draws[0].color is None


def test_best_people_of_each_frame():
    keypoints = np.arange(1, 13, dtype=np.float32).reshape(3, 2, 1, 2)              # 3 persons, 2 frames, 1 joint
    scores = np.array([[0.1, 0.9], [0.5, 0.2], [0.3, 0.4]], np.float32)[..., None]
    keypoints[1, 0] = 0                                                             # its score does not count
    best, best_scores = best_people(keypoints, scores, 2)
    assert best_scores[..., 0].tolist() == np.float32([[0.3, 0.9], [0.1, 0.4]]).tolist()
    assert best[:, :, 0, 0].tolist() == [[9, 3], [1, 11]]
    best, best_scores = best_people(keypoints[:0], scores[:0], 2)
    assert best.shape == (2, 2, 1, 2) and not best_scores.any()


def test_frames_of_the_picture_and_of_the_pose(make_record, make_frames):
    record = make_record(total_frames=12)
    record.scores[:] = (np.arange(1, 13) / 16)[:, None]
    root = make_frames(frames=numbered())
    samplers = clip_samplers(partial(dense_starts, stride=2), 2)
    clip = make([record], root, frame_factor=2, sampler=partial(clip_after_clip, samplers=samplers))[0]
    assert shown(clip.frames[0]) == [0, 4, 8, 3, 7, 11]
    assert (clip.keypoints[0, :, 0, 2] * 16).tolist() == [1, 3, 5, 7, 9, 4, 6, 8, 10, 12]
    assert shown(make([record], root)[0].frames[0]) == [0, 5, 11]                   # shorter than 2 * 8 + 1 frames


def test_a_clip_depends_on_seed_epoch_and_index_and_in_testing_on_none(make_record, make_frames):
    root, records = make_frames(count=40), [make_record(total_frames=40)] * 2
    settings = {'training': True, 'augmentation': SceneAugmentation(color=0.2)}
    first, second = (make(records, root, **settings) for _ in range(2))
    assert same(first[0], second[0]) and not np.array_equal(first[0].frames, first[1].frames)
    second.set_epoch(1)
    assert not same(first[0], second[0])
    plain = make(records, root, augmentation=SceneAugmentation(color=0.2))
    assert same(plain[0], make(records, root, seed=1)[0])


def test_missing_frames_are_counted(make_record, make_frames):
    root = make_frames(count=12)
    (root / 'images' / 'A' / '00006.jpg').unlink()
    dataset = make([make_record()], root)
    assert dataset[0].frames.any()
    report = dataset.frame_log.take(['A'])
    assert (report.read, report.replaced) == (3, {'A': 1})


def test_coordinates_follow_the_stored_size(make_record, make_frames):
    make_frames('A')
    root = make_frames('B', frames=[np.zeros((240, 320, 3), np.uint8)] * 12)
    half, full = make([make_record(name) for name in 'AB'], root)
    assert np.allclose(half.keypoints, full.keypoints, atol=1e-3)


def test_bad_input_is_refused(make_record, make_frames):
    root = make_frames()
    with pytest.raises(ValueError, match='frame factor 0'):
        make([make_record()], root, frame_factor=0)
    (root / 'images' / 'T').mkdir()
    write_tube(root / 'images' / 'T', Tube((160, 120), (0, 0, 64, 64), ((64, 64),)),
               [[encode_jpeg(np.zeros((64, 64, 3), np.uint8), 90)]] * 12)
    with pytest.raises(ValueError, match='images/T: shows a person, not the whole frame'):
        make([dataclasses.replace(make_record(), name='T')], root)[0]
