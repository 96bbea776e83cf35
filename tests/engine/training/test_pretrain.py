"""Pretraining on rendered people: repeatable pictures, a loss that falls, an honest measure."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from core.engine.training.pretrain import PersonCrop, PersonCrops, crop_pck, pose_loss, train_pose
from core.models.pose.coding import SimCCCoding
from core.models.pose.pose_net import PoseOutput
from core.models.pose.simcc import SimCC

SIZE = (32, 32)


class Constant(torch.nn.Module):
    """A pose network that answers every picture alike."""

    def __init__(self):
        super().__init__()
        self.coding = SimCCCoding(SIZE)
        self.x, self.y = (torch.nn.Parameter(torch.zeros(17, 64)) for _ in range(2))

    def forward(self, images):
        return PoseOutput(SimCC(self.x.expand(len(images), 17, 64), self.y.expand(len(images), 17, 64)), [])


def test_a_picture_depends_on_seed_and_number_alone():
    crops, shifted, other = PersonCrops(0, 8, SIZE), PersonCrops(3, 8, SIZE), PersonCrops(0, 8, SIZE, seed=1)
    assert np.array_equal(crops[3].frame, shifted[0].frame)
    assert np.array_equal(crops[3].keypoints_crop, shifted[0].keypoints_crop)
    assert not np.array_equal(crops[3].frame, crops[4].frame)
    assert not np.array_equal(crops[3].frame, other[3].frame)


def test_the_person_fills_the_crop():
    crops = [PersonCrops(0, 32, (64, 96))[index] for index in range(32)]
    inside = [((crop.keypoints_crop >= 0) & (crop.keypoints_crop < (64, 96))).all(axis=1).mean() for crop in crops]
    assert np.mean(inside) > 0.9
    heights = [np.ptp(crop.keypoints_crop[:, 1]) for crop in crops]
    assert 30 < np.median(heights) < 96


def test_training_lowers_the_loss():
    torch.manual_seed(0)
    batch = next(iter(DataLoader(PersonCrops(0, 16, SIZE), 16)))
    model, images = Constant(), torch.zeros(16, 3, 32, 32)
    before = pose_loss(model, images, batch.keypoints_crop)
    train_pose(model, DataLoader(PersonCrops(0, 64, SIZE), 16), torch.device('cpu'), lr=0.3)
    assert pose_loss(model, images, batch.keypoints_crop) < before


@pytest.mark.parametrize(('shift', 'pck'), [(0.0, 100.0), (4.0, 0.0)])
def test_pck_counts_joints_within_five_percent(shift, pck):
    model = Constant()
    with torch.no_grad():
        model.x[:, 20] = model.y[:, 30] = 50.0                       # all joints at pixel (10, 15)
    keypoints = torch.tensor([10.0 + shift, 15.0]).expand(4, 17, 2)
    batch = PersonCrop(torch.zeros(4, 32, 32, 3, dtype=torch.uint8), keypoints)
    assert crop_pck(model, [batch], torch.device('cpu')) == pytest.approx(pck)
