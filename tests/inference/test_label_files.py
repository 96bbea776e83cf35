import csv
import json

import numpy as np
import pytest

from core.inference.follow import TrackedPerson
from core.inference.label_files import COLUMNS, write_label_csv, write_label_json
from core.inference.video_actions import Timeline, VideoActions


@pytest.fixture
def actions():
    """Two people: the first walks, then sits; the second, who comes later, walks and is hidden in one frame."""
    scores = np.ones((3, 17), np.float32)
    scores[1] = 0
    first = Timeline(TrackedPerson(1, 0, np.ones((4, 17, 2)), np.ones((4, 17))),
                     np.array([[0.2, 0.8], [0.4, 0.6], [0.9, 0.1], [0.9, 0.1]]))
    second = Timeline(TrackedPerson(2, 1, np.ones((3, 17, 2)), scores), np.array([[0.3, 0.7]] * 3))
    return VideoActions((160, 120), np.array([0, 0.1, 0.3, 0.6, 1.0]), [first, second])


def test_every_segment_is_a_line(actions, tmp_path):
    write_label_csv(tmp_path / 'new' / 'walk.csv', 'walk', actions, ('sit', 'walk, slowly'))
    with open(tmp_path / 'new' / 'walk.csv', newline='') as file:
        lines = list(csv.DictReader(file))
    assert tuple(lines[0]) == COLUMNS
    assert [tuple(line.values()) for line in lines] == [
        ('walk', '1', '0.0', '0.3', '0', '1', '1', 'walk, slowly', '0.7'),
        ('walk', '1', '0.3', '1.0', '2', '3', '0', 'sit', '0.9'),
        ('walk', '2', '0.1', '1.0', '1', '3', '1', 'walk, slowly', '0.7')]


def test_json_has_the_tracks_and_all_probabilities(actions, tmp_path):
    write_label_json(tmp_path / 'walk.json', 'walk', actions, ('sitzen', 'schräg gehen'))
    found = json.loads((tmp_path / 'walk.json').read_text(encoding='utf-8'))
    assert (found['video'], found['frames'], found['seconds'], found['size']) == ('walk', 4, 1.0, [160, 120])
    first, second = found['tracks']
    assert (second['first_frame'], second['last_frame'], second['frames_seen']) == (1, 3, 2)
    assert first['segments'][0] == {'start_s': 0.0, 'end_s': 0.3, 'first_frame': 0, 'last_frame': 1, 'label': 1,
                                    'class_name': 'schräg gehen', 'confidence': 0.7, 'probabilities': [0.3, 0.7]}
