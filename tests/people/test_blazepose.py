import sys

import numpy as np
import pytest

from core.people.blazepose import DETECTION_FILE, LANDMARK_FILE, MODEL_FOLDER, BlazePose, load_network, paint_over
from core.people.blazepose_landmarks import COCO_LANDMARKS
from core.people.person import person_within

HEIGHT, WIDTH = 448, 448
LEFT, RIGHT = 100, 330
STANDING = np.linspace(-70, 70, 17)[:, None] * (0.1, 1)


def frame_of(*people):
    """A black frame with a white block at every person's hips, x pixels from the left."""
    frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for x in people:
        frame[190:260, x - 12:x + 12] = 255
    return frame


class Networks:
    """Stand-ins that see white blocks: a detector of the leftmost one, and joints around a block in the middle."""

    def __init__(self, blind=False):
        self.blind, self.detections = blind, 0

    def load(self, path, threads):
        return self.detect if path.name == DETECTION_FILE else self.find_joints

    def detect(self, picture):
        self.detections += 1
        values, logits = np.zeros((1, 2254, 12), np.float32), np.full((1, 2254, 1), -9, np.float32)
        columns = np.flatnonzero(picture[0, 112, :, 0] > 0.9)
        if len(columns) and not self.blind:
            hips = np.array([columns[0] + 6.0, 112]) - 4                # anchor 0 is at 4, 4
            values[0, 0, 2:8], logits[0, 0] = (40, 40, *hips, *(hips - (0, 40))), 5
        return values, logits

    def find_joints(self, picture):
        values = np.zeros((39, 5), np.float32)
        values[COCO_LANDMARKS, :2] = 128 + STANDING
        presence = np.array([[picture[0, 120:136, 120:136].mean() > 0.5]], np.float32)
        return values.reshape(1, 195), presence, None, np.full((1, 64, 64, 39), -9, np.float32)


def person_at(x):
    return person_within(STANDING + (x, 224), np.ones(17), 1, (WIDTH, HEIGHT))


def places(people):
    return sorted(round(float(person.keypoints[:, 0].mean())) for person in people)


def test_a_detector_of_one_person_finds_all_by_painting_over():
    networks = Networks()
    people = BlazePose(load=networks.load)(frame_of(LEFT, RIGHT))
    assert places(people) == pytest.approx([LEFT, RIGHT], abs=3)
    assert networks.detections == 3


def test_nobody_costs_one_look():
    networks = Networks()
    assert BlazePose(load=networks.load)(frame_of()) == []
    assert networks.detections == 1


def test_whom_the_detector_misses_is_looked_for_where_he_was():
    estimator, frame = BlazePose(load=Networks(blind=True).load), frame_of(RIGHT)
    assert estimator(frame) == []
    assert places(estimator(frame, [person_at(LEFT), person_at(RIGHT + 2)])) == pytest.approx([RIGHT], abs=5)


def test_whom_the_detector_finds_is_not_there_twice():
    people = BlazePose(load=Networks().load)(frame_of(LEFT), [person_at(LEFT + 3)])
    assert places(people) == pytest.approx([LEFT], abs=3)


def test_painting_over_leaves_the_frame_and_what_is_around():
    frame = frame_of(LEFT, RIGHT)
    painted = paint_over(frame, [person_at(LEFT)])
    assert painted[200, LEFT].tolist() == [int(frame.mean())] * 3
    assert painted[200, RIGHT].tolist() == [255] * 3 and frame[200, LEFT].tolist() == [255] * 3


def test_a_missing_package_is_named_with_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, 'ai_edge_litert', None)
    monkeypatch.setitem(sys.modules, 'ai_edge_litert.interpreter', None)
    with pytest.raises(ValueError, match='needs the package ai-edge-litert; run pip install -r requirements-annotate'):
        BlazePose()


def test_a_missing_model_file_is_named_with_the_command(monkeypatch, tmp_path):
    module = type(sys)('ai_edge_litert.interpreter')
    module.Interpreter = None
    monkeypatch.setitem(sys.modules, 'ai_edge_litert', type(sys)('ai_edge_litert'))
    monkeypatch.setitem(sys.modules, 'ai_edge_litert.interpreter', module)
    with pytest.raises(ValueError, match=f'{DETECTION_FILE}: no such model file; run pose-action fetch-blazepose'):
        load_network(tmp_path / DETECTION_FILE, 1)


def test_the_real_networks_have_the_shapes_that_the_code_expects():
    pytest.importorskip('ai_edge_litert')
    if not (MODEL_FOLDER / DETECTION_FILE).is_file():
        pytest.skip('run pose-action fetch-blazepose')
    found = load_network(MODEL_FOLDER / DETECTION_FILE, 1)(np.zeros((1, 224, 224, 3), np.float32))
    seen = load_network(MODEL_FOLDER / LANDMARK_FILE, 1)(np.zeros((1, 256, 256, 3), np.float32))
    assert [output.shape for output in found] == [(1, 2254, 12), (1, 2254, 1)]
    assert [output.shape for output in seen[:4]] == [(1, 195), (1, 1), (1, 256, 256, 1), (1, 64, 64, 39)]
    assert 0 <= seen[1].item() <= 1                                     # a probability already
    assert BlazePose()(np.full((90, 160, 3), 127, np.uint8), [person_at(80)]) == []
