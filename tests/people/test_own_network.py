import numpy as np
import pytest
import torch
from torch import nn

from core.data.boxes import BoxSettings
from core.models.joint import PoseModel
from core.models.pose.coding import SimCCCoding
from core.models.pose.pose_net import PoseOutput
from core.models.pose.simcc import SimCC
from core.people.own_network import REFINEMENTS, CheckpointPose, search_windows
from core.people.person import person_within

SIZE = (64, 96)
CORNERS = np.array([(60, 40), (99, 119)])


class SquareFinder(nn.Module):
    """Sees the hull of what is bright in the crop and puts half of the joints at each of two corners."""

    def __init__(self):
        super().__init__()
        self.coding = SimCCCoding(SIZE)
        self.anchor = nn.Parameter(torch.zeros(1))
        self.looks = 0

    def forward(self, crops):
        self.looks += 1
        joints, visible = torch.zeros(len(crops), 17, 2), torch.zeros(len(crops), 17)
        for index, crop in enumerate(crops):
            places = (crop[0] > 0).nonzero().flip(-1).float()
            if len(places):
                joints[index, :8], joints[index, 8:] = places.amin(0), places.amax(0)
                visible[index] = 1
        target = self.coding.encode(joints, visible)
        return PoseOutput(SimCC((target.x + 1e-9).log(), (target.y + 1e-9).log()), ())


@pytest.fixture
def estimator():
    finder = SquareFinder()
    return CheckpointPose(PoseModel(finder), BoxSettings(scale=1.3)), finder


def frame_with_square():
    frame = np.zeros((200, 300, 3), np.uint8)
    frame[40:120, 60:100] = 255
    return frame


def test_without_expectations_the_whole_frame_is_searched_and_refined(estimator):
    find, finder = estimator
    [found] = find(frame_with_square())
    assert finder.looks == 1 + REFINEMENTS + 1
    assert np.allclose(found.keypoints[[0, -1]], CORNERS, atol=2.5)
    assert found.score > 0.8 and found.scores.shape == (17,)


def test_windows_cover_the_frame():
    windows = search_windows((960, 540), 1.5)
    assert windows.shape[1:] == (2, 2)
    width, height = (windows[:, 1] - windows[:, 0]).T
    assert np.allclose(height / width, 1.5) and sorted(set(height.round())) == [216, 324, 540]
    assert windows.min() == 0 and np.allclose(windows.max((0, 1)), (960, 540))


def test_an_expected_person_is_looked_for_where_he_was(estimator):
    find, finder = estimator
    moved = np.repeat(CORNERS - 5, [8, 9], axis=0)
    [found] = find(frame_with_square(), [person_within(moved, np.ones(17), 1.0, (300, 200))])
    assert finder.looks == 1 and np.allclose(found.keypoints[[0, -1]], CORNERS, atol=2.5)


def test_nobody_is_found_where_nothing_is(estimator):
    assert estimator[0](np.zeros((200, 300, 3), np.uint8)) == []


def test_two_expectations_that_find_the_same_are_one_person(estimator):
    person = person_within(np.repeat(CORNERS, [8, 9], axis=0), np.ones(17), 1.0, (300, 200))
    assert len(estimator[0](frame_with_square(), [person, person])) == 1
