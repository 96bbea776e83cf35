import numpy as np
import pytest
import torch

from core.compat import torchvision
from core.people import keypoint_rcnn
from core.people.keypoint_rcnn import KeypointRCNN, joint_scores

FRAME = np.full((60, 80, 3), (255, 0, 51), np.uint8)


class Fake:
    def __call__(self, images):
        self.image = images[0]
        joints = torch.zeros(2, 17, 3)
        joints[0, :, 0], joints[0, :, 1] = torch.linspace(10, 30, 17), torch.linspace(5, 55, 17)
        return [{'boxes': torch.zeros(2, 4), 'scores': torch.tensor([0.95, 0.4]), 'keypoints': joints,
                 'keypoints_scores': torch.full((2, 17), 2.0)}]


def test_sure_people_are_returned():
    network = Fake()
    people = KeypointRCNN(network)(FRAME)
    assert len(people) == 1 and people[0].score == pytest.approx(0.95)
    assert np.allclose(people[0].keypoints[[0, -1]], [(10, 5), (30, 55)]) and np.allclose(people[0].scores, 0.5)
    assert network.image.shape == (3, 60, 80) and torch.allclose(network.image[:, 0, 0], torch.tensor([1, 0, 0.2]))


def test_joint_scores_rise_from_zero_to_one():
    scores = joint_scores(np.array([-20.0, 0.0, 2.0, 10.0]))
    assert (np.diff(scores) > 0).all() and scores[0] < 0.01 and scores[2] == 0.5 and 0.98 < scores[3] <= 1


def test_weights_that_cannot_be_had_end_in_one_sentence(monkeypatch):
    def no_weights(weights):
        raise OSError('no connection')

    monkeypatch.setattr(torchvision.models.detection, 'keypointrcnn_resnet50_fpn', no_weights)
    monkeypatch.setattr(torchvision.ops, 'nms', lambda *_: None)
    with pytest.raises(ValueError, match=r'cannot be had \(no connection\); use blazepose instead'):
        KeypointRCNN()


def test_operators_that_do_not_work_end_in_one_sentence(monkeypatch):
    def broken(*_):
        raise RuntimeError('no extension')

    monkeypatch.setattr(keypoint_rcnn.torchvision.ops, 'nms', broken)
    with pytest.raises(ValueError, match='operators do not work here.*use blazepose instead'):
        KeypointRCNN()
