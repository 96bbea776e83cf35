import numpy as np
import pytest
import torch

from core.config import load_config
from core.data.clips.sampling import centered
from core.inference.build import build_keypoint_clips, build_recognizer, load_clip_recognizer
from core.inference.follow import TrackedPerson, follow_people
from core.inference.footage import Footage
from core.inference.keypoint_windows import window_record
from core.inference.video_actions import recognize_video
from core.inference.windows import cut_windows
from core.systems.build import build_model

SMALL = ['MODEL.NAME', 'skeleton', 'CLIP_SIZE', '4', 'NUM_ACTION', '3', 'SKELETON.NAME', 'stgcnpp']


def make(*overrides):
    """An untrained network on keypoints; its answers depend on what it reads."""
    torch.manual_seed(0)
    cfg = load_config(overrides=[*SMALL, *overrides])
    model, persons = build_model(cfg), cfg.MODEL.NUM_PERSONS
    with torch.no_grad():
        model.train()
        for _ in range(20):
            model(torch.randn(8, persons, 4, cfg.DATASET.NUM_JOINTS, 3), torch.ones(8, persons))
    return build_recognizer(cfg, model, ('sit', 'stand', 'walk'))


def read_inputs(recognizer, footage, people, windows):
    """What the network reads (N, M, T, V, 3), its masks (N, M), and what is answered."""
    seen = []
    hook = recognizer.model.register_forward_hook(lambda model, inputs, output: seen.append(inputs))
    answers = build_keypoint_clips(recognizer).answer(footage, people, windows)
    hook.remove()
    return *(torch.cat(values).cpu().numpy() for values in zip(*seen, strict=True)), answers


@pytest.fixture
def scene(walking, make_video, estimator):
    """A video in which somebody walks, and somebody else comes later; the people in it."""
    frames = walking(40, persons=2, step=1)
    frames[:6, :, 55:] = 0
    footage = Footage(make_video(frames))
    return footage, follow_people(footage, estimator, 10)


def cut_all(people, length=10.0):
    return [cut_windows(len(person.keypoints), 4, length, centered) for person in people]


def test_every_window_is_normalized_and_sampled_as_a_sequence_in_testing(scene):
    footage, people = scene
    windows, recognizer = cut_all(people), make()
    features, mask, answers = read_inputs(recognizer, footage, people, windows)
    assert len(answers) == sum(len(cut.first) for cut in windows) > 10 and (mask == 1).all() and mask.shape[1] == 1
    expected = []
    for person, cut in zip(people, windows, strict=True):
        for first, stop in zip(cut.first, cut.stop, strict=True):
            times = first + centered(stop - first, 4)
            expected.append(person.keypoints[times] / (80, 60) - 1)
    np.testing.assert_allclose(features[:, 0, ..., :2], expected, atol=1e-5)
    np.testing.assert_allclose(answers.sum(1), 1, atol=1e-5)
    with torch.no_grad():
        again = recognizer.model(torch.from_numpy(features), torch.from_numpy(mask)).logits.softmax(-1)
    np.testing.assert_allclose(answers, again, atol=1e-5)
    assert np.ptp(answers, axis=0).max() > 1e-3                     # or any answer would do


def test_motion_is_that_of_neighboring_frames(scene):
    footage, people = scene
    features, *_ = read_inputs(make('STREAM', 'jm'), footage, people[:1], cut_all(people[:1]))
    np.testing.assert_allclose(features[1:-1, 0, ..., 0], 1 / 80, atol=1e-3)            # a pixel a frame


def test_whoever_is_near_is_in_the_clip_where_the_run_has_room(scene):
    footage, people = scene
    _, mask, _ = read_inputs(make('NUM_PERSONS', '3'), footage, people, cut_all(people))
    assert mask[0].tolist() == [1, 1, 0] and (mask[:, 0] == 1).all()
    late = max(people, key=lambda person: person.first)
    early = next(person for person in people if person is not late)
    record = window_record(early, people, 4, 10, 2, (160, 120))
    assert record.keypoints.shape == (2, 6, 17, 3) and record.image_size == (160, 120)
    np.testing.assert_array_equal(record.keypoints[0, ..., :2], early.keypoints[4:10])
    np.testing.assert_array_equal(record.keypoints[1, 2:, ..., 2], late.scores[:4])
    assert not record.keypoints[1, :2].any()


def test_a_window_in_which_nobody_is_seen_has_an_answer():
    hidden = TrackedPerson(1, 0, np.zeros((8, 17, 2), np.float32), np.zeros((8, 17), np.float32))

    class Video:
        size = (160, 120)

    answers = build_keypoint_clips(make()).answer(Video, [hidden], cut_all([hidden]))
    assert answers.shape == (1, 3) and np.isfinite(answers).all()


def test_videos_are_labeled_by_a_checkpoint(walking, make_video, estimator, tmp_path):
    trained = make()
    torch.save({'model': trained.model.state_dict(), 'config': trained.config}, tmp_path / 'best.pth')
    recognizer = load_clip_recognizer(tmp_path / 'best.pth')
    actions = recognize_video(make_video(walking(30)), recognizer, estimator, 1.0)
    timeline, = actions.timelines
    assert timeline.probabilities.shape == (30, 3) and timeline.spans[-1].last == 29
    assert len(np.unique(timeline.probabilities, axis=0)) > 1
