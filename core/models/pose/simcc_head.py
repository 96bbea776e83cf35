"""The head of the pose network: features → one vector of logits over x bins and one over y bins, for each joint."""

from __future__ import annotations

from torch import Tensor, nn

from core.models.pose.coding import SimCCCoding
from core.models.pose.simcc import SimCC


class SimCCHead(nn.Module):
    """Features at 1/4 of the crop → logits over bins.

    Initialization is the published one: normal(0, 0.02) for the convolution, PyTorch's default for linear layers.

    Args:
        in_channels: channels of the features.
        num_joints: J.
        coding: size of the crop and number of bins; kept, so that the model's answers can be decoded.
        kernel: side of the convolution from features to joints, 1 or 3.

    Example:
        >>> import torch
        >>> SimCCHead(40, 17, SimCCCoding((96, 160)))(torch.zeros(2, 40, 40, 24)).y.shape
        torch.Size([2, 17, 320])
    """

    def __init__(self, in_channels: int, num_joints: int, coding: SimCCCoding, kernel: int = 1) -> None:
        super().__init__()
        self.coding = coding
        (bins_x, bins_y), (width, height) = coding.num_bins, coding.image_size
        pixels = (width // 4) * (height // 4)
        self.final_layer = nn.Conv2d(in_channels, num_joints, kernel, padding=kernel // 2)
        self.mlp_head_x = nn.Linear(pixels, bins_x)
        self.mlp_head_y = nn.Linear(pixels, bins_y)
        nn.init.normal_(self.final_layer.weight, std=0.02)
        assert self.final_layer.bias is not None
        nn.init.zeros_(self.final_layer.bias)

    def forward(self, features: Tensor) -> SimCC:
        """``(N, C, H/4, W/4)`` → logits ``(N, J, N_x)`` and ``(N, J, N_y)``."""
        joints = self.final_layer(features).flatten(2)              # (N, J, H/4 · W/4)
        return SimCC(self.mlp_head_x(joints), self.mlp_head_y(joints))
