"""The models of the joint system; both answer with a ``JointOutput``.

``PoseModel``: frames → x/y distributions. ``JointModel``: the same, then implicit pose → action, one differentiable
chain. Parameter names agree, so that weights pass from one to the other.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.models.distributions import moment, scale_gradient
from core.models.implicit import ImplicitPose
from core.models.output import JointOutput, Observation
from core.models.persons import repeat_first_person
from core.models.pose.coding import SimCCCoding
from core.models.pose.pose_net import PoseNet
from core.models.skeleton.recognizer import SkeletonRecognizer
from core.models.visual.cross_attention import CrossAttentionBranch
from core.models.visual.fusion import Fusion
from core.models.visual.late_conv import LateConvBranch

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

VisualBranch = CrossAttentionBranch | LateConvBranch


class NormalizeFrames(nn.Module):
    """uint8 RGB ``(N, H, W, 3)`` → ImageNet-normalized float ``(N, 3, H, W)``, channels last in memory."""

    gain: Tensor
    offset: Tensor

    def __init__(self) -> None:
        super().__init__()
        mean, std = torch.tensor(IMAGENET_MEAN), torch.tensor(IMAGENET_STD)
        self.register_buffer('gain', 1 / (255 * std), persistent=False)
        self.register_buffer('offset', mean / std, persistent=False)

    def forward(self, frames: Tensor) -> Tensor:
        """Normalize; one fused multiply-add per value."""
        return (frames * self.gain - self.offset).permute(0, 3, 1, 2)


class PoseModel(nn.Module):
    """Pose of clips (``TRAIN.MODE pose``).

    Persons share the pose network as extra frames. Person 0's frames replace an absent person's, so that blank
    crops never enter the BatchNorm statistics.

    Args:
        pose: ``(N, 3, H, W) → PoseOutput(simcc, taps)``.
    """

    normalize: nn.Module

    def __init__(self, pose: PoseNet) -> None:
        super().__init__()
        self.normalize = NormalizeFrames()
        self.pose = pose

    @property
    def coding(self) -> SimCCCoding:
        """How the answered distributions write joints."""
        return self.pose.coding

    def estimate(self, frames: Tensor, person_mask: Tensor) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        """Return x logits ``(B, M, T, V, N_x)``, y logits ``(B, M, T, V, N_y)`` and the backbone's taps."""
        batch, persons, clip = frames.shape[:3]
        if persons > 1:
            frames = repeat_first_person(frames, person_mask)
        simcc, taps = self.pose(self.normalize(frames.flatten(0, 2)))                    # (BMT, V, N_x), (BMT, V, N_y)
        simcc_x, simcc_y = (axis.unflatten(0, (batch, persons, clip)) for axis in simcc)
        return simcc_x, simcc_y, taps

    def forward(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> JointOutput:
        """Estimate the poses of a batch of clips; arguments as in ``JointModel.forward``, the last two unused."""
        simcc_x, simcc_y, _ = self.estimate(frames, person_mask)
        return JointOutput(simcc_x, simcc_y)


class JointModel(PoseModel):
    """Pose network, implicit pose, skeleton network and an optional visual branch, trained as one.

    Args:
        pose: ``(N, 3, H, W) → PoseOutput(simcc, taps)``.
        implicit: distributions → skeleton features ``(B, M, T, V, C)``, 0 for absent persons.
        skeleton: recognizer with ``features`` and ``head``.
        visual: its ``see`` reads the backbone maps frame by frame. Called with that, the skeleton maps and the mask, it
            returns logits ``(B, K)``. It needs ``fusion``.
        fusion: skeleton and visual logits → fused logits.
        tap_grad: factor on the gradient that passes from the visual branch through the taps; 0 cuts it.
        freeze_pose: the pose network neither learns nor updates its BatchNorm statistics (the second stage of
            ``TRAIN.MODE two_stage``).
    """

    def __init__(self, pose: PoseNet, implicit: ImplicitPose, skeleton: SkeletonRecognizer,
                 visual: VisualBranch | None = None, fusion: Fusion | None = None, tap_grad: float = 1.0,
                 freeze_pose: bool = False) -> None:
        super().__init__(pose)
        self.implicit = implicit
        self.skeleton = skeleton
        self.visual = visual
        self.fusion = fusion
        self.tap_grad = tap_grad
        self.freeze_pose = freeze_pose
        if freeze_pose:
            pose.requires_grad_(False)

    def train(self, mode: bool = True) -> JointModel:
        """Switch training mode; a frozen pose network stays in evaluation mode."""
        super().train(mode)
        if self.freeze_pose:
            self.pose.eval()
        return self

    def observe(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> Observation:
        """Do all work on pixels, each frame by itself; arguments as in ``forward``."""
        simcc_x, simcc_y, taps = self.estimate(frames, person_mask)
        pose = self.implicit(simcc_x, simcc_y, crop_to_image, image_size, person_mask)   # (B, M, T, V, C)
        if self.visual is None:
            return Observation(simcc_x, simcc_y, pose)
        positions = torch.stack([moment(axis.softmax(dim=-1)) for axis in (simcc_x, simcc_y)], dim=-1)
        taps = tuple(scale_gradient(tap, self.tap_grad) for tap in taps)
        return Observation(simcc_x, simcc_y, pose, self.visual.see(taps, positions))

    def recognize(self, pose: Tensor, seen: Tensor | None, person_mask: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return action logits ``(B, K)``: final, of the skeleton network alone, of the visual branch alone.

        Args:
            pose: as in ``Observation``, for the frames of a whole clip.
            seen: as in ``Observation``.
            person_mask: 1 where the person exists, ``(B, M)``.
        """
        maps = self.skeleton.features(pose, person_mask)                                 # [(B, M, C_s, T_s, V_s)]
        skeleton_logits = self.skeleton.head(maps, person_mask)                          # (B, K)
        if self.visual is None or self.fusion is None:
            return skeleton_logits, skeleton_logits, None
        visual_logits = self.visual(seen, maps, person_mask)                             # (B, K)
        return self.fusion(skeleton_logits, visual_logits), skeleton_logits, visual_logits

    def forward(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> JointOutput:
        """Recognize poses and actions of a batch of clips.

        Args:
            frames: uint8 RGB person crops ``(B, M, T, H, W, 3)``.
            person_mask: 1 where the person exists, ``(B, M)``; person 0 always does.
            crop_to_image: affine crop pixels → image pixels, ``(B, M, T, 2, 3)``.
            image_size: ``(width, height)`` of the stored frames, ``(B, 2)``.
        """
        observed = self.observe(frames, person_mask, crop_to_image, image_size)
        answers = self.recognize(observed.pose, observed.seen, person_mask)
        return JointOutput(observed.simcc_x, observed.simcc_y, *answers)
