import numpy as np
import pytest
import torch

from core.inference.crop_plan import cut_crops, plan_crops
from core.inference.follow import TrackedPerson
from core.inference.live import LiveRecognizer

RATE = 10.0


def run(live, frames):
    return [live.push(frame, time / RATE) for time, frame in enumerate(frames)]


def test_the_answer_is_that_of_the_clip_of_the_last_frames(walking, estimator, make_recognizer):
    recognizer, frames = make_recognizer('BBOX_MODE', '1-frame'), walking(12)
    live = LiveRecognizer(recognizer, estimator, 0.8, RATE)                     # a frame of the clip every 0.2 s
    last = run(live, frames)[-1]
    people = [estimator(frame)[0] for frame in frames]
    track = TrackedPerson(1, 0, np.stack([one.keypoints for one in people]), np.stack([one.scores for one in people]))
    plan = plan_crops([track], [np.array([[4, 6, 8, 10]])], recognizer.view, (160, 120))
    crops = np.stack(list(cut_crops(frames, plan, (32, 32))))[plan.shown]
    with torch.no_grad():
        whole = recognizer.model(*(torch.from_numpy(values) for values in (
            crops, plan.mask, plan.to_image[plan.shown].astype(np.float32), np.float32([[160, 120]])))).logits
    expected = whole.softmax(-1)[0].numpy()
    timeline, = live.actions('walk').timelines
    np.testing.assert_allclose(timeline.probabilities[-1], expected, atol=1e-4)
    assert last[0].text == f'{recognizer.class_names[expected.argmax()]} {expected.max():.0%}'


def test_the_backbone_sees_a_frame_when_one_is_due(walking, estimator, make_recognizer):
    recognizer, seen = make_recognizer(), []
    hook = recognizer.model.pose.register_forward_hook(lambda pose, inputs, output: seen.append(len(inputs[0])))
    run(LiveRecognizer(recognizer, estimator, 1.0, RATE), walking(20))          # due every 0.25 s, or 2.5 frames
    hook.remove()
    assert len(seen) == 8


@pytest.mark.parametrize('num_persons', [1, 2])
def test_everybody_has_a_track_and_an_answer(walking, estimator, make_recognizer, num_persons):
    frames = walking(24, persons=2, step=1)
    frames[:8, :, 55:] = 0                                                      # the second comes later
    frames[20:22, 100:118, 130:150] = 255                                       # a ghost
    live = LiveRecognizer(make_recognizer('NUM_PERSONS', str(num_persons)), estimator, 1.0, RATE)
    numbers = [[person.number for person in people] for people in run(live, frames)]
    assert numbers[:8] == [[1]] * 8 and numbers[8:20] == [[1, 2]] * 12 and numbers[20] == [1, 2, 3]
    actions = live.actions('walk')
    people = [timeline.person for timeline in actions.timelines]
    assert [(person.number, person.first, person.last) for person in people] == [(1, 0, 23), (2, 8, 23)]
    assert actions.size == (160, 120) and actions.edges[-1] == pytest.approx(2.4)


def test_answers_last_while_somebody_is_hidden(walking, estimator, make_recognizer):
    frames = walking(16, step=1)
    frames[8:11] = 0
    live = LiveRecognizer(make_recognizer(), estimator, 1.0, RATE)
    assert [len(people) for people in run(live, frames)] == [1] * 8 + [0] * 3 + [1] * 5
    timeline, = live.actions('walk').timelines
    assert (timeline.probabilities[7:11] == timeline.probabilities[7]).all() and len(timeline.probabilities) == 16


def test_nobody_is_said_in_a_sentence(estimator, make_recognizer):
    live = LiveRecognizer(make_recognizer(), estimator, 1.0, RATE)
    run(live, np.zeros((3, 40, 40, 3), np.uint8))
    with pytest.raises(ValueError, match='camera_0: nobody was found in it'):
        live.actions('camera_0')
