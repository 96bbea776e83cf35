"""The joint model: frames → x/y distributions → implicit pose → action, one differentiable chain."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class JointOutput(NamedTuple):
    """What one forward pass answers.

    Attributes:
        simcc_x: logits over x bins, ``(B, M, T, V, N_x)``.
        simcc_y: logits over y bins, ``(B, M, T, V, N_y)``.
        logits: action logits, ``(B, K)``; those of the fusion where there is a visual branch.
        skeleton_logits: action logits of the skeleton network alone, ``(B, K)``.
        visual_logits: action logits of the visual branch alone, ``(B, K)``, or ``None``.
    """

    simcc_x: Tensor
    simcc_y: Tensor
    logits: Tensor
    skeleton_logits: Tensor
    visual_logits: Tensor | None


class NormalizeFrames(nn.Module):
    """uint8 RGB ``(N, H, W, 3)`` → ImageNet-normalised float ``(N, 3, H, W)``, channels last in memory."""

    def __init__(self) -> None:
        super().__init__()
        mean, std = torch.tensor(IMAGENET_MEAN), torch.tensor(IMAGENET_STD)
        self.register_buffer('gain', 1 / (255 * std), persistent=False)
        self.register_buffer('offset', mean / std, persistent=False)

    def forward(self, frames: Tensor) -> Tensor:
        """Normalise; one fused multiply-add per value."""
        return (frames * self.gain - self.offset).permute(0, 3, 1, 2)


class JointModel(nn.Module):
    """Pose network, implicit pose, skeleton network and an optional visual branch, trained as one.

    Persons share the pose network as extra frames. An absent person's frames are replaced by those of person 0, so
    that blank crops never enter the BatchNorm statistics, and its features are masked out afterwards.

    Args:
        pose: ``(N, 3, H, W) → PoseOutput(simcc, features)``.
        implicit: distributions → skeleton features ``(B, M, T, V, C)``.
        skeleton: ``(B, M, T, V, C), person_mask → (B, K)`` logits.
        visual: backbone maps of person 0 and the number of clips → ``(B, K)`` logits; needs ``fusion``.
        fusion: skeleton and visual logits → fused logits.
    """

    def __init__(self, pose: nn.Module, implicit: nn.Module, skeleton: nn.Module,
                 visual: nn.Module | None = None, fusion: nn.Module | None = None) -> None:
        super().__init__()
        self.normalize = NormalizeFrames()
        self.pose = pose
        self.implicit = implicit
        self.skeleton = skeleton
        self.visual = visual
        self.fusion = fusion

    def forward(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> JointOutput:
        """Recognise poses and actions of a batch of clips.

        Args:
            frames: uint8 RGB person crops ``(B, M, T, H, W, 3)``.
            person_mask: 1 where the person exists, ``(B, M)``; person 0 always does.
            crop_to_image: affine crop pixels → image pixels, ``(B, M, T, 2, 3)``.
            image_size: ``(width, height)`` of the stored frames, ``(B, 2)``.
        """
        batch, persons, clip = frames.shape[:3]
        if persons > 1:
            frames = torch.where(person_mask.view(batch, persons, 1, 1, 1, 1) > 0, frames, frames[:, :1])
        simcc, features = self.pose(self.normalize(frames.flatten(0, 2)))                # (BMT, V, N_x), (BMT, V, N_y)
        simcc_x, simcc_y = (axis.unflatten(0, (batch, persons, clip)) for axis in simcc)
        pose_features = self.implicit(simcc_x, simcc_y, crop_to_image, image_size, person_mask)  # (B, M, T, V, C)
        skeleton_logits = self.skeleton(pose_features, person_mask)                      # (B, K)
        if self.visual is None:
            return JointOutput(simcc_x, simcc_y, skeleton_logits, skeleton_logits, None)
        first = [level.unflatten(0, (batch, persons, clip))[:, 0].flatten(0, 1) for level in features]
        visual_logits = self.visual(first, batch)                                        # (B, K)
        fused = self.fusion(skeleton_logits, visual_logits)                              # (B, K)
        return JointOutput(simcc_x, simcc_y, fused, skeleton_logits, visual_logits)
