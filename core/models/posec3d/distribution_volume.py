"""Distributions of joints → volume of heatmaps, differentiable, so that the action loss reaches the pose network."""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.nn import functional

from core.models.posec3d.volume import merge_persons


class DistributionVolume(nn.Module):
    """Implicit pose in mode 'probs' ``(B, M, T, V, N_x + N_y)`` → volume ``(B, V, T, S, S)``.

    A joint's heatmap is the outer product of its x and y distributions, each summed over the bins of a cell. It covers
    the person's crop. Absent persons, whose features are 0, leave no trace.

    Args:
        n_x: N_x, bins of x.
        n_y: N_y, bins of y.
        num_joints: V.
        size: S, side of the heatmaps, cells.
        sigma: standard deviation of the pose targets in bins; a perfect prediction at the center of a cell has the
            value 1 there.

    Attributes:
        channels: V.
    """

    def __init__(self, n_x: int, n_y: int, num_joints: int = 17, size: int = 56, sigma: float = 4.0) -> None:
        super().__init__()
        self.bins = n_x, n_y
        self.channels, self.size, self.sigma = num_joints, size, sigma

    def forward(self, probabilities: Tensor) -> Tensor:
        """Return the volume of ``(B, M, T, V, N_x + N_y)``."""
        columns, rows = (self._pool(axis) for axis in probabilities.split(self.bins, dim=-1))
        return merge_persons(rows, columns)

    def _pool(self, p: Tensor) -> Tensor:
        """``(B, M, T, V, N)`` → ``(B, M, T, S, V)``."""
        cell = p.shape[-1] / self.size                                                   # bins
        share = math.erf(cell / (2 * math.sqrt(2) * self.sigma))                         # of a peak, in its cell
        pooled = functional.adaptive_avg_pool1d(p.flatten(0, 2), self.size).unflatten(0, p.shape[:3])
        return pooled.mT * (cell / share)
