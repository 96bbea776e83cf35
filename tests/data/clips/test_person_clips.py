import dataclasses
from functools import partial

import cv2
import numpy as np
import pytest
from torch.utils.data import default_collate

from core.data.boxes import BoxSettings, apply_affine
from core.data.clips.augment import Augmentation
from core.data.clips.base import FrameReport
from core.data.clips.person_clips import ClipDataset
from core.data.clips.sampling import centered, clip_after_clip, clip_samplers, uniform
from core.data.frames.frame_folder import FrameFolder
from core.data.frames.jpeg import encode_jpeg
from core.data.frames.person_tubes import person_cut
from core.data.frames.tube_files import write_tube
from core.layouts import get_layout

LAYOUT = get_layout('coco17')


def make(records, root, **settings):
    given = {'clip_size': 8, 'image_size': (24, 32), 'training': False} | settings
    return ClipDataset(records, FrameFolder(root), LAYOUT, **given)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def centroid(picture):
    """(x, y) of the bright spot of a uint8 (H, W, 3) picture."""
    weight = picture.mean(-1)
    rows, columns = np.mgrid[:weight.shape[0], :weight.shape[1]]
    return np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()


def test_clip_has_the_documented_shapes_and_types(make_record, make_frames):
    clip = make([make_record(persons=1, label=4)], make_frames(), num_persons=2)[0]
    shapes = {name: (value.shape, value.dtype.name) for name, value in clip._asdict().items()}
    assert shapes == {
        'frames': ((2, 8, 32, 24, 3), 'uint8'), 'keypoints_crop': ((2, 8, 17, 2), 'float32'),
        'visible': ((2, 8, 17), 'float32'), 'keypoints_image': ((2, 8, 17, 2), 'float32'),
        'crop_to_image': ((2, 8, 2, 3), 'float32'), 'image_size': ((2,), 'float32'), 'person_mask': ((2,), 'float32'),
        'label': ((), 'int64'), 'index': ((), 'int64')}
    assert (clip.label, clip.index, clip.image_size.tolist()) == (4, 0, [160, 120])
    batch = default_collate([clip, clip])
    assert batch.frames.shape == (2, 2, 8, 32, 24, 3) and batch.label.tolist() == [4, 4]


def test_absent_person_is_empty_but_has_a_usable_affine(make_record, make_frames):
    clip = make([make_record(persons=1)], make_frames(), num_persons=2)[0]
    assert clip.person_mask.tolist() == [1, 0]
    assert clip.frames[0].any() and not clip.frames[1].any() and not clip.visible[1].any()
    assert np.all(np.abs(np.linalg.det(clip.crop_to_image[..., :2])) > 0)


def test_two_persons_each_have_their_own_crop(make_record, make_frames):
    record = make_record(persons=3)
    clip = make([record], make_frames(), num_persons=2)[0]
    assert clip.person_mask.tolist() == [1, 1] and clip.visible.all()
    assert np.allclose(clip.keypoints_image[:, 0], record.keypoints[:2, 0].astype(float) / 2, atol=1e-3)
    assert not np.array_equal(clip.frames[0], clip.frames[1])


def test_persons_seen_in_the_clip_come_first_in_file_order(make_record, make_frames):
    record = make_record(persons=3)
    record.keypoints[0] = 0
    clip = make([record], make_frames(), num_persons=2)[0]
    assert np.allclose(clip.keypoints_image[:, 0], record.keypoints[1:, 0].astype(float) / 2, atol=1e-3)


def test_nobody_visible_shows_the_whole_frame(make_record, make_frames):
    record = make_record()
    record.scores[:] = 0
    clip = make([record], make_frames(frames=[np.full((120, 160, 3), 200, np.uint8)] * 12))[0]
    assert clip.person_mask.tolist() == [1] and not clip.visible.any() and not clip.keypoints_crop.any()
    left_to_right = clip.frames[0, 0, 16]
    assert np.all(np.abs(left_to_right.astype(int) - 200) < 5) and not clip.frames[0, 0, 0].any()


def test_visibility_needs_a_score_and_a_position(make_record, make_frames):
    record = make_record()
    keypoints = record.keypoints.astype(np.float32)
    keypoints[:, :, 0], keypoints[:, :, 1], keypoints[:, :, 2] = 0, np.nan, (-30, 20)
    record.scores[:, :, 3] = 0.25
    record = dataclasses.replace(record, keypoints=keypoints)
    root = make_frames()
    assert make([record], root)[0].visible[0, 0].tolist() == [0, 0] + [1] * 15
    assert make([record], root, visible_above=0.25)[0].visible[0, 0].tolist() == [0, 0, 1, 0] + [1] * 13
    assert np.isfinite(make([record], root)[0].keypoints_crop).all()


@pytest.mark.parametrize('mode', ['1-frame', '1-frame+', 'clip'])
@pytest.mark.parametrize('mirrored', [False, True])
def test_picture_and_joints_agree_through_every_transform(make_record, make_frames, mirrored, mode):
    """A dot drawn at the left wrist (joint 9) lies at the left wrist of the crop, or at the right one of its mirror."""
    record = make_record()
    record.keypoints[..., 9, :] = (120, 136)
    picture = cv2.GaussianBlur(cv2.circle(np.zeros((120, 160, 3), np.uint8), (60, 68), 3, (255,) * 3, -1), (0, 0), 1)
    augmentation = Augmentation(scale_prob=1, rotation_prob=1, flip_prob=float(mirrored))
    root = make_frames(frames=[picture] * 12)
    for seed in range(3):
        clip = make([record], root, training=True, augmentation=augmentation, image_size=(96, 128), seed=seed,
                    boxes=BoxSettings(mode=mode))[0]
        joint = 10 if mirrored else 9
        assert np.allclose(centroid(clip.frames[0, 4]), clip.keypoints_crop[0, 4, joint], atol=0.4)
        assert np.allclose(apply_affine(clip.crop_to_image, clip.keypoints_crop), clip.keypoints_image, atol=1e-3)
        assert np.allclose(clip.keypoints_image[0, 4, joint], (159 - 60 if mirrored else 60, 68))


def test_coordinates_follow_the_stored_size(make_record, make_frames):
    make_frames('A')
    root = make_frames('B', frames=[np.zeros((240, 320, 3), np.uint8)] * 12)
    half, full = make([make_record(name) for name in 'AB'], root)
    assert np.allclose(half.keypoints_image * 2, full.keypoints_image)
    assert np.allclose(half.keypoints_crop, full.keypoints_crop, atol=1e-3)


def test_a_clip_depends_on_seed_epoch_and_index_only(make_record, make_frames):
    root = make_frames(count=40)
    records = [make_record(total_frames=40)] * 2
    settings = {'training': True, 'augmentation': Augmentation()}
    first, second = (make(records, root, **settings) for _ in range(2))
    second[1], second[0]
    assert same(first[0], second[0])
    assert not same(first[0], first[1]) and not same(first[0], make(records, root, seed=1, **settings)[0])
    second.set_epoch(1)
    assert not same(first[0], second[0])
    second.set_epoch(0)
    assert same(first[0], second[0])


def test_testing_ignores_epoch_and_augmentation_but_may_jitter_boxes(make_record, make_frames):
    root, records = make_frames(), [make_record()] * 2
    plain = make(records, root, augmentation=Augmentation(flip_prob=1))
    before = plain[0]
    plain.set_epoch(3)
    assert same(before, plain[0]) and same(before, make(records, root)[0])
    jittered = make(records, root, boxes=BoxSettings(source='jitter'))
    clips = jittered[0], jittered[1]
    assert not np.array_equal(clips[0].crop_to_image, clips[1].crop_to_image)
    jittered.set_epoch(3)
    assert same(clips[0], jittered[0]) and not np.array_equal(clips[0].crop_to_image, before.crop_to_image)


def test_training_without_augmentation_only_samples(make_record, make_frames):
    records, root = [make_record()], make_frames()
    assert same(make(records, root, training=True, sampler=uniform)[0], make(records, root, sampler=uniform)[0])


@pytest.mark.parametrize('total_frames, clip_size', [(1, 8), (2, 500), (3, 1), (12, 1), (12, 500)])
def test_clips_of_any_length_from_sequences_of_any_length(make_record, make_frames, total_frames, clip_size):
    record = make_record(total_frames=total_frames)
    clip = make([record], make_frames(count=total_frames), clip_size=clip_size)[0]
    assert clip.frames.shape == (1, clip_size, 32, 24, 3) and clip.visible.all()
    assert np.array_equal(clip.frames[0, total_frames:], clip.frames[0, :max(0, clip_size - total_frames)])
    assert total_frames == 1 or clip_size == 1 or not np.array_equal(*clip.frames[0, :2])


@pytest.mark.parametrize('mode', ['1-frame', '1-frame+', 'clip'])
def test_several_clips_of_a_sequence_are_each_as_if_alone(make_record, make_frames, mode):
    """The person grows, so that boxes over all frames of a clip tell which clip it is."""
    root, record = make_frames(count=40), make_record(total_frames=40)
    keypoints = (record.keypoints * np.linspace(0.5, 1, 40)[:, None, None]).astype(np.float32)
    records, samplers = [dataclasses.replace(record, keypoints=keypoints)], clip_samplers(centered, 3)
    settings = {'boxes': BoxSettings(mode=mode), 'clip_size': 4}
    several = make(records, root, sampler=partial(clip_after_clip, samplers=samplers), **settings)[0]
    assert several.frames.shape == (1, 12, 32, 24, 3)
    for clip, sampler in enumerate(samplers):
        alone, times = make(records, root, sampler=sampler, **settings)[0], slice(4 * clip, 4 * clip + 4)
        for name in ('frames', 'keypoints_crop', 'visible', 'keypoints_image', 'crop_to_image'):
            assert np.array_equal(getattr(several, name)[:, times], getattr(alone, name))


def test_missing_and_damaged_frames_are_replaced_and_counted(make_record, make_frames):
    root = make_frames()
    whole = make([make_record()], root, clip_size=12)[0]
    (root / 'images' / 'A' / '00004.jpg').unlink()
    (root / 'images' / 'A' / '00008.jpg').write_bytes(b'')
    clips = make([make_record()], root, clip_size=12)
    assert clips.frame_log.take(['A']).read == 0
    clip = clips[0]
    assert np.array_equal(clip.frames[0, 8:], whole.frames[0, 8:]) and np.array_equal(clip.keypoints_crop,
                                                                                      whole.keypoints_crop)
    assert not np.array_equal(clip.frames[0, 3], whole.frames[0, 3])
    assert clips.frame_log.take(['A']) == FrameReport(12, {'A': 2})
    assert same(clip, clips[0])


def test_a_tube_shows_what_the_uncut_frame_shows(make_record, make_frames):
    noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)
    frame = cv2.GaussianBlur(noise, (0, 0), 4)
    root, record = make_frames(frames=[frame] * 12), make_record()
    uncut = make([record], root)[0]
    (x0, y0, x1, y1), shown = person_cut(record, (160, 120), (160, 120), aspect=4 / 3)
    assert (x1 - x0) * (y1 - y0) < 160 * 120
    files = [encode_jpeg(cv2.resize(frame[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA), 100)
             for size in shown.sizes]
    write_tube(root / 'images' / 'A', shown, [files] * 12)
    tube = make([record], root)[0]
    assert np.array_equal(tube.crop_to_image, uncut.crop_to_image)
    assert np.abs(tube.frames.astype(int) - uncut.frames).max() < 6


def test_bad_input_is_refused(make_record, make_frames):
    root = make_frames()
    with pytest.raises(ValueError, match='B: no readable frame'):
        make([make_record('B')], root)[0]
    with pytest.raises(ValueError, match="record 'A' has 17 joints, but layout 'ntu25' has 25"):
        ClipDataset([make_record()], FrameFolder(root), get_layout('ntu25'), clip_size=8, image_size=(24, 32),
                    training=False)
    with pytest.raises(ValueError, match='must be at least 1'):
        make([make_record()], root, clip_size=0)


@pytest.mark.parametrize('source', ['annotation', 'jitter'])
@pytest.mark.parametrize('mode', ['1-frame', 'clip'])
def test_a_clip_of_all_frames_is_that_of_a_dataset_of_the_record_alone(make_record, make_frames, mode, source):
    make_frames('A')
    root, settings = make_frames('B', count=7), {'boxes': BoxSettings(mode=mode, source=source), 'seed': 3}
    records = [make_record('A', label=1), make_record('B', total_frames=7, label=2)]
    shared = make(records, root, **settings)
    for record in records:
        alone = make([record], root, clip_size=record.total_frames, **settings)[0]
        assert same(shared.clip(record, np.arange(record.total_frames), shared.generator(0)), alone)
    assert shared.frame_log.take(['A', 'B']) == FrameReport(0, {})


def test_a_clip_shows_the_frames_that_were_asked_for(make_record, make_frames):
    clips, record = make([make_record()], make_frames()), make_record()
    whole = clips.clip(record, np.arange(12), clips.generator(0))
    chosen = clips.clip(record, np.array([7, 2, 7]), clips.generator(0))
    assert np.array_equal(chosen.frames, whole.frames[:, [7, 2, 7]])
