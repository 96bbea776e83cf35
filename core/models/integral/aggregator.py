"""Pose-driven aggregation of both streams (2007.06317 §3.3): the pose weighs them, channel by channel."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

CONV_STD, LINEAR_STD = 0.001, 0.01


def init_layers(module: nn.Module) -> None:
    """Draw convolutions and linear layers from the published normal distributions; biases 0."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Conv3d | nn.Linear):
            nn.init.normal_(layer.weight, std=LINEAR_STD if isinstance(layer, nn.Linear) else CONV_STD)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def conv_norm_relu(in_channels: int, out_channels: int, kernel: int) -> nn.Sequential:
    """Convolution with bias that keeps the size, BatchNorm, ReLU; the keys are 0 and 1."""
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, kernel, padding=kernel // 2),
                         nn.BatchNorm2d(out_channels), nn.ReLU())


class Aggregated(NamedTuple):
    """Joined features of both streams.

    Attributes:
        feature: ``(B, T, D)``.
        gate: share of the pose in ``feature``, 0..1, ``(B, T, D)``; ``None`` without a gate.
    """

    feature: Tensor
    gate: Tensor | None = None


class Aggregator(nn.Module):
    """Frame features of the RGB stream v and of the pose stream p → ``Aggregated``.

    With a gate g = σ(W p): ``g · LN(ReLU(BN(Conv p))) + (1 - g) · LN(ReLU(BN(Conv v)))``. Without a gate: the plain sum
    of both, without LayerNorm.

    Args:
        rgb_channels: C_v.
        pose_channels: C_p.
        width: D.
        gate: whether the pose weighs the two streams.
        frame_factor: f, pose frames from one RGB frame to the next, T_p = (T - 1) · f + 1. A convolution over 5 pose
            frames leaves one for each RGB frame.
    """

    def __init__(self, rgb_channels: int, pose_channels: int, width: int = 512, gate: bool = True,
                 frame_factor: int = 1) -> None:
        super().__init__()
        self.pose_temporal_conv = nn.Sequential(
            nn.Conv3d(pose_channels, pose_channels, (5, 1, 1), (frame_factor, 1, 1), (2, 0, 0)),
            nn.BatchNorm3d(pose_channels), nn.ReLU()) if frame_factor > 1 else None
        self.pose_gate_fc = nn.Sequential(nn.Linear(pose_channels, width), nn.Sigmoid()) if gate else None
        self.img_conv = conv_norm_relu(rgb_channels, width, 1)
        self.img_norm = nn.LayerNorm([width, 1, 1]) if gate else nn.Identity()
        self.pose_conv = conv_norm_relu(pose_channels, width, 1)
        self.pose_norm = nn.LayerNorm([width, 1, 1]) if gate else nn.Identity()
        init_layers(self)

    def forward(self, rgb: Tensor, pose: Tensor) -> Aggregated:
        """Aggregate ``rgb`` ``(B, T, C_v)`` and ``pose`` ``(B, T_p, C_p)``."""
        if self.pose_temporal_conv is not None:
            pose = self.pose_temporal_conv(pose.mT[..., None, None]).flatten(2).mT           # (B, T, C_p)
        v = _project(rgb, self.img_conv, self.img_norm)
        p = _project(pose, self.pose_conv, self.pose_norm)
        if self.pose_gate_fc is None:
            return Aggregated(p + v)
        gate = self.pose_gate_fc(pose)
        return Aggregated(gate * p + (1 - gate) * v, gate)


def _project(x: Tensor, conv: nn.Module, norm: nn.Module) -> Tensor:
    """``(B, T, C) → (B, T, D)``."""
    frames = x.flatten(0, 1)[..., None, None]
    return norm(conv(frames)).flatten(1).unflatten(0, x.shape[:2])
