"""A skeleton network answers as the joint model does, with action logits alone."""

import torch
from torch import nn

from core.models.skeleton.skeleton_model import SkeletonModel


class Count(nn.Module):
    """Two logits: the sum of the features and the number of persons."""

    def forward(self, keypoints, person_mask):
        return torch.stack([keypoints.sum((1, 2, 3, 4)), person_mask.sum(1)], 1)


def test_only_action_logits_are_answered():
    output = SkeletonModel(Count())(torch.ones(2, 1, 3, 17, 3), torch.ones(2, 1))
    assert output.logits.tolist() == [[153, 1]] * 2 and output.skeleton_logits is output.logits
    assert output.simcc_x is None and output.visual_logits is None and output.gate is None
