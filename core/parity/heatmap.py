"""2-D heatmaps of joints: targets, undoing a mirror, head and loss (Xiao et al., arXiv 1804.06208).

Heatmap pixel ``p`` covers crop pixel ``p · stride``; COCO pose models have a stride of 4.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.models.pose.blocks import init_weights


def _axis_patch(center: Tensor, length: int, sigma: float) -> tuple[Tensor, Tensor]:
    """1-D Gaussian, cut at 3 sigma: centers ``(..., J)`` → values ``(..., J, length)``; whether any lies inside."""
    radius = 3 * sigma
    low, high = torch.trunc(center - radius), torch.trunc(center + radius + 1)
    grid = torch.arange(length, device=center.device, dtype=center.dtype)
    peak = low + (2 * radius + 1) // 2                              # center itself where 3 sigma is whole
    values = torch.exp(-0.5 * ((grid - peak[..., None]) / sigma) ** 2)
    inside = (grid >= low[..., None]) & (grid < high[..., None])
    return values * inside, (low < length) & (high >= 0)


def encode_heatmap(keypoints_crop: Tensor, visible: Tensor, *, image_size: tuple[int, int],
                   heatmap_size: tuple[int, int], sigma: float = 2.0) -> tuple[Tensor, Tensor]:
    """Gaussian patches of peak 1 around joints rounded to heatmap pixels.

    Args:
        keypoints_crop: ``(..., J, 2)`` as (x, y), crop pixels; anything, even NaN, where not visible.
        visible: ``(..., J)``, above 0.5 where the joint is annotated.
        image_size: crop ``(width, height)``, pixels.
        heatmap_size: heatmap ``(width, height)``, pixels.
        sigma: standard deviation, heatmap pixels; the patch ends at 3 sigma.

    Returns:
        targets ``(..., J, height, width)`` and weights ``(..., J)``, 0 for joints whose patch misses the heatmap.
    """
    known = visible > 0.5                                           # (..., J)
    keypoints = torch.where(known[..., None], keypoints_crop, 0).float()
    stride = keypoints.new_tensor(image_size) / keypoints.new_tensor(heatmap_size)
    center = torch.trunc(keypoints / stride + 0.5)                  # (..., J, 2)
    (columns, near_x), (rows, near_y) = (_axis_patch(center[..., axis], length, sigma)
                                         for axis, length in enumerate(heatmap_size))
    weight = (known & near_x & near_y).to(columns.dtype)
    return rows[..., :, None] * columns[..., None, :] * weight[..., None, None], weight


def flip_back_heatmap(heatmaps: Tensor, flip_order: Sequence[int]) -> Tensor:
    """Turn heatmaps ``(..., J, height, width)`` of a mirrored crop into heatmaps of the unmirrored crop.

    Args:
        heatmaps: predicted from the mirrored crop.
        flip_order: joint order after a mirror (``Layout.flip_order``).
    """
    return heatmaps.flip(-1).index_select(-3, torch.as_tensor(flip_order, device=heatmaps.device))


class HeatmapHead(nn.Module):
    """Features at 1/4 of the crop → one heatmap per joint, by one convolution.

    Args:
        in_channels: channels of the features.
        num_joints: J.
        kernel: side of the convolution, 1 or 3.
    """

    def __init__(self, in_channels: int, num_joints: int, kernel: int = 1) -> None:
        super().__init__()
        self.final_layer = nn.Conv2d(in_channels, num_joints, kernel, padding=kernel // 2)
        init_weights(self)

    def forward(self, features: Tensor) -> Tensor:
        """``(N, C, H/4, W/4)`` → ``(N, J, H/4, W/4)``."""
        return self.final_layer(features)


def joints_mse_loss(heatmaps: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Half the mean of ``(weight · heatmaps - weight · target)²`` over samples, joints and pixels.

    Args:
        heatmaps: ``(N, J, ...)``.
        target: same shape.
        weight: ``(N, J)``, or None to count every joint.

    Returns:
        Scalar loss.
    """
    difference = (heatmaps - target).flatten(2)                     # (N, J, pixels)
    if weight is not None:
        difference = difference * weight[..., None]
    return 0.5 * difference.square().mean()
