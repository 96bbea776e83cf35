"""The three stages of IntegralAction as one model: the RGB stream, the pose stream, and both under the gate.

Parameter names are the published ones. A model has only the parts that its mode uses. Two things differ from the
published code: dropout is active; streams that do not learn keep their BatchNorm statistics and store no activations.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.layouts import Pair
from core.models.integral.aggregator import Aggregated, Aggregator, conv_norm_relu, init_layers
from core.models.integral.render import PoseMaps
from core.models.integral.tsm import STEM_CHANNELS, TSMResNet
from core.models.output import JointOutput

STREAMS_OF_MODE: dict[str, tuple[str, ...]] = {
    'rgb_only': ('rgb',), 'pose_only': ('pose',), 'rgb+pose': ('rgb', 'pose')}
"""Mode → the streams that it has."""


class ScaleFrames(nn.Module):
    """uint8 RGB ``(N, H, W, 3)`` → 0..1 ``(N, 3, H, W)``, channels last in memory; no ImageNet mean, as published."""

    def forward(self, frames: Tensor) -> Tensor:
        """Scale."""
        return frames.permute(0, 3, 1, 2) / 255


class IntegralAction(nn.Module):
    """Recognizes actions from whole frames and from the keypoints of all persons (2007.06317).

    Args:
        num_classes: K.
        num_joints: V.
        limbs: joint pairs whose fields are drawn, see ``core.models.integral.render``.
        map_size: ``(H, W)`` of the pose maps, pixels; a quarter of the frame size in every published configuration.
        mode: key of ``STREAMS_OF_MODE``; in ``rgb+pose`` only the aggregator and the classifier learn.
        num_frames: T.
        frame_factor: pose frames from one RGB frame to the next; T_p = (T - 1) · factor + 1.
        rgb_depth: depth of the RGB stream's ResNet.
        pose_depth: depth of the pose stream's ResNet.
        width: D, channels of the aggregated features.
        gate: whether the pose weighs the streams in ``rgb+pose``.
        sigma: standard deviation of a joint's Gaussian, map pixels.
        limb_radius: largest distance of a limb's pixel from its axis, map pixels.
        score_thr: joints at or below this score are not drawn.
        dropout: dropout rate before the classifier.

    Raises:
        ValueError: for an unknown mode or depth.
    """

    img_backbone: TSMResNet | None
    pose_backbone: TSMResNet | None
    aggregator: Aggregator | None
    scale: nn.Module

    def __init__(self, num_classes: int, num_joints: int, limbs: Sequence[Pair], map_size: tuple[int, int],
                 mode: str = 'rgb+pose', *, num_frames: int = 8, frame_factor: int = 1, rgb_depth: int = 18,
                 pose_depth: int = 18, width: int = 512, gate: bool = True, sigma: float = 0.5,
                 limb_radius: float = 1.0, score_thr: float = 0.1, dropout: float = 0.5) -> None:
        super().__init__()
        if mode not in STREAMS_OF_MODE:
            raise ValueError(f"IntegralAction has no mode '{mode}'; choose one of {', '.join(STREAMS_OF_MODE)}")
        self.img_backbone = self.pose_backbone = self.aggregator = None
        self.num_frames, self.frozen = num_frames, len(STREAMS_OF_MODE[mode]) > 1
        self.num_pose_frames = (num_frames - 1) * frame_factor + 1
        if 'rgb' in STREAMS_OF_MODE[mode]:
            self.scale = ScaleFrames()
            self.img_backbone = TSMResNet(rgb_depth, num_frames)
        if 'pose' in STREAMS_OF_MODE[mode]:
            self.render = PoseMaps(limbs, map_size, sigma, limb_radius, score_thr)
            self.pose2feat = nn.Sequential(OrderedDict(
                conv=conv_norm_relu(num_joints + 2 * len(limbs), STEM_CHANNELS, 3)))
            self.pose_backbone = TSMResNet(pose_depth, self.num_pose_frames, stem=False)
            init_layers(self.pose2feat)
        channels = [stream.channels for stream in (self.img_backbone, self.pose_backbone) if stream is not None]
        if self.frozen:
            self.requires_grad_(False)
            rgb_channels, pose_channels = channels
            self.aggregator = Aggregator(rgb_channels, pose_channels, width, gate, frame_factor)
            channels = [width]
        self.classifier = nn.Sequential(OrderedDict(
            dropout=nn.Dropout(dropout), fc=nn.Sequential(nn.Linear(channels[0], num_classes))))
        init_layers(self.classifier)

    def train(self, mode: bool = True) -> IntegralAction:
        """Switch training mode; frozen streams stay in evaluation mode."""
        super().train(mode)
        if self.frozen:
            for stream in (self.img_backbone, self.pose2feat, self.pose_backbone):
                if stream is not None:
                    stream.eval()
        return self

    def observe(self, frames: Tensor, keypoints: Tensor) -> list[Tensor]:
        """Return each stream's features by frame, averaged over space: ``(B, T, C_v)``, then ``(B, T_p, C_p)``."""
        features = []
        if self.img_backbone is not None:
            maps = self.img_backbone(self.scale(frames.flatten(0, -4)))                       # (BT, C_v, h, w)
            features.append(maps.mean(dim=(-2, -1)).unflatten(0, (-1, self.num_frames)))
        if self.pose_backbone is not None:
            maps = self.pose_backbone(self.pose2feat(self.render(keypoints)))                # (BT_p, C_p, h, w)
            features.append(maps.mean(dim=(-2, -1)).unflatten(0, (-1, self.num_pose_frames)))
        return features

    def forward(self, frames: Tensor, keypoints: Tensor) -> JointOutput:
        """Recognize the actions of a batch of clips; logits are averaged over the frames.

        Args:
            frames: uint8 RGB ``(B, 1, T, H, W, 3)``; not read in ``pose_only``.
            keypoints: ``(B, M, T_p, V, 3)``, x and y in pixels of the pose map from its middle, and score; not read
                in ``rgb_only``.

        Returns:
            Logits ``(B, K)`` and, in ``rgb+pose`` with a gate, the gate ``(B, T, D)``.
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            features = self.observe(frames, keypoints)
        joined = Aggregated(*features) if self.aggregator is None else self.aggregator(*features)
        return JointOutput(logits=self.classifier(joined.feature).mean(dim=1), gate=joined.gate)
