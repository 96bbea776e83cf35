"""Squared error of heatmaps (Xiao et al., arXiv 1804.06208, ``JointsMSELoss``)."""

from __future__ import annotations

from torch import Tensor


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
