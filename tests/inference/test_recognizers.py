import numpy as np
import pytest
import torch

from core.inference import recognizers
from core.inference.crop_plan import CropPlan, cut_crops, plan_crops
from core.inference.follow import follow_people
from core.inference.recognizers import CheckpointClips, WholeClips, recognize_clips
from core.inference.windows import cut_windows

VISUAL = ('MULTI_FUSE', 'True', 'VISUAL.DIM', '16', 'VISUAL.LAYERS', '1', 'VISUAL.T_STRIDE', '2')
SIZE = (160, 120)


@pytest.fixture
def scene(walking, estimator):
    """Frames in which two people walk, the people, and the frames of their clips."""
    frames = walking(40, persons=2, step=1)
    frames[:6, :, 55:] = 0                                          # the second comes later
    people = follow_people(frames, estimator, 10)
    return frames, people, [person.first + cut_windows(len(person.keypoints), 4, 10.0, None).times
                            for person in people]


@pytest.mark.parametrize('overrides', [(), ('NUM_PERSONS', '2'), ('BBOX_MODE', '1-frame+', 'NUM_PERSONS', '2', *VISUAL),
                                       ('MULTI_FUSE', 'True', 'VISUAL.NAME', 'late_conv', 'NUM_PERSONS', '2')])
def test_clips_of_shared_crops_answer_as_whole_clips(scene, make_recognizer, monkeypatch, overrides):
    monkeypatch.setattr(recognizers, 'CLIPS_AT_ONCE', 3)            # crops are carried over from batch to batch
    monkeypatch.setattr(recognizers, 'CROPS_AT_ONCE', 5)
    frames, people, clips = scene
    recognizer = make_recognizer(*overrides)
    view = recognizer.view
    plan = plan_crops(people, clips, view, SIZE)
    answers = [recognize_clips(way(recognizer), plan, cut_crops(frames, plan, view.image_size), SIZE)
               for way in (CheckpointClips, WholeClips)]
    crops = np.stack(list(cut_crops(frames, plan, view.image_size)))
    to_image = plan.to_image[plan.shown].astype(np.float32)
    inputs = crops[plan.shown], plan.mask, to_image, np.float32([SIZE] * len(plan.mask))
    with torch.no_grad():
        whole = recognizer.model(*(torch.from_numpy(values) for values in inputs)).logits.softmax(-1).numpy()
    np.testing.assert_allclose(answers[0], whole, atol=1e-5)
    np.testing.assert_allclose(answers[1], whole, atol=1e-5)
    assert np.ptp(whole, axis=0).max() > 1e-3                       # or any answer would do
    assert len(plan.mask) == sum(map(len, clips)) > 6


def test_the_backbone_sees_every_frame_once(scene, make_recognizer, monkeypatch):
    frames, people, clips = scene
    recognizer = make_recognizer('BBOX_MODE', '1-frame')
    seen = []
    recognizer.model.pose.register_forward_hook(lambda pose, inputs, output: seen.append(len(inputs[0])))
    plan = plan_crops(people[:1], clips[:1], recognizer.view, SIZE)
    recognize_clips(CheckpointClips(recognizer), plan, cut_crops(frames, plan, (32, 32)), SIZE)
    assert sum(seen) == len(np.unique(clips[0])) < clips[0].size / 2


class Numbers:
    """Sees the number of each crop, answers with sums of them, and notes how many crops are looked at and kept."""

    def __init__(self):
        self.looked = []

    def look(self, crops, to_image, frame_size):
        self.looked.append(len(crops))
        np.testing.assert_array_equal(crops[:, 0, 0, 0], to_image[:, 0, 0])
        return crops[:, 0, 0].astype(np.float64), to_image

    def recognize(self, sights, mask, frame_size):
        crops, to_image = sights
        assert to_image.shape == (*crops.shape[:3], 2, 3) and mask.shape == crops.shape[:2]
        return np.stack([(crops[..., 0] * mask[..., None]).sum((1, 2)), mask.sum(1)], axis=1)


def random_plan(num_clips, num_crops, reach, rng):
    """A plan in any order whose clips show crops within ``reach`` of each other; every crop is shown."""
    first = rng.permutation(np.linspace(0, num_crops - reach, num_clips).astype(int))
    shown = first[:, None, None] + rng.integers(0, reach, (num_clips, 2, 5))
    numbers, shown = np.unique(shown, return_inverse=True)
    to_image = np.zeros((len(numbers), 2, 3))
    to_image[:, 0, 0] = np.arange(len(numbers))
    return CropPlan(numbers, to_image, shown.reshape(num_clips, 2, 5), rng.integers(0, 2, (num_clips, 2)).astype('f4'))


@pytest.mark.parametrize(('num_clips', 'num_crops', 'reach'), [(1, 9, 9), (50, 200, 12), (200, 900, 60), (40, 60, 60)])
def test_answers_are_bit_equal_to_those_of_clips_answered_one_by_one(num_clips, num_crops, reach):
    plan, model = random_plan(num_clips, num_crops, reach, np.random.default_rng(0)), Numbers()
    crops = np.zeros((len(plan.times), 1, 1, 3)) + np.arange(len(plan.times))[:, None, None, None]
    answers = recognize_clips(model, plan, iter(crops), SIZE)
    expected = np.concatenate([model.recognize((crops[numbers][None, ..., 0, 0, :], plan.to_image[numbers][None]),
                                               plan.mask[clip:clip + 1], None)
                               for clip, numbers in enumerate(plan.shown)])
    assert np.array_equal(answers, expected)
    assert sum(model.looked) == len(plan.times) and max(model.looked) <= recognizers.CROPS_AT_ONCE


def test_what_no_later_clip_shows_is_forgotten(monkeypatch):
    kept, gather = [], recognizers._sights_of

    def note(seen, numbers):
        kept.append(len(seen))
        return gather(seen, numbers)

    monkeypatch.setattr(recognizers, '_sights_of', note)
    plan = random_plan(800, 4000, 30, np.random.default_rng(0))
    crops = np.zeros((len(plan.times), 1, 1, 3)) + np.arange(len(plan.times))[:, None, None, None]
    recognize_clips(Numbers(), plan, iter(crops), SIZE)
    shown_by_a_batch = recognizers.CLIPS_AT_ONCE * len(plan.times) / len(plan.mask)
    assert max(kept) < shown_by_a_batch + 4 * 30 < len(plan.times) / 10


def test_a_plan_names_what_is_new_and_what_is_needed_later():
    shown = np.array([[[3, 5]], [[0, 1]], [[2, 4]], [[0, 2]]])
    plan = CropPlan(np.arange(6), np.zeros((6, 2, 3)), shown, np.ones((4, 1), np.float32))
    batches = [(batch.clips.tolist(), batch.new, batch.needed) for batch in plan.batches(2)]
    assert batches == [([1, 3], range(0, 3), 2), ([2, 0], range(3, 6), 6)]
