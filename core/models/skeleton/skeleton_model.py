"""The model of every system that reads keypoints: a skeleton network that answers with a ``JointOutput``."""

from __future__ import annotations

from torch import Tensor, nn

from core.models.output import JointOutput
from core.models.skeleton.recognizer import SkeletonRecognizer


class SkeletonModel(nn.Module):
    """Actions of keypoint sequences (``TRAIN.MODE action``).

    Args:
        skeleton: ``(B, M, T, V, C), person_mask → (B, K)`` logits.
    """

    def __init__(self, skeleton: SkeletonRecognizer) -> None:
        super().__init__()
        self.skeleton = skeleton

    def forward(self, keypoints: Tensor, person_mask: Tensor) -> JointOutput:
        """Recognize the actions of keypoint features ``(B, M, T, V, C)``; ``person_mask`` is ``(B, M)``."""
        logits = self.skeleton(keypoints, person_mask)
        return JointOutput(logits=logits, skeleton_logits=logits)
