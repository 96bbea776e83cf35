"""Poses as maps: heatmaps of the joints and vector fields of the limbs, drawn for all frames at once on the device.

Source: IntegralAction ``common/nets/module.py`` (``Pose2Feat``'s input). Positions are in map pixels from the middle of
the map. Unlike in the source, heatmaps and fields draw the same joints: those above the threshold.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.layouts import Layout, Pair

PUBLISHED_LIMBS: dict[str, tuple[Pair, ...]] = {
    'openpose18': ((0, 1), (1, 2), (2, 3), (3, 4), (1, 5), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12),
                   (12, 13), (0, 14), (0, 15), (14, 16), (15, 17)),
    'ntu25': ((0, 1), (1, 2), (2, 3), (4, 20), (4, 5), (5, 6), (6, 7), (7, 21), (21, 22), (8, 20), (8, 9), (9, 10),
              (10, 11), (11, 23), (23, 24), (0, 12), (12, 13), (13, 14), (14, 15), (0, 16), (16, 17), (17, 18),
              (18, 19), (1, 20)),
}
"""Published limbs ``(from, to)`` by layout; order and direction match the channels of the published checkpoints."""


def limbs_of(layout: Layout) -> tuple[Pair, ...]:
    """Return the limbs ``(from, to)`` to draw for a layout: the published ones, else its links."""
    return PUBLISHED_LIMBS.get(layout.name, layout.links)


def centered_grid(size: int) -> Tensor:
    """Return the pixels of one axis relative to its middle, ``(size,)``.

    Example:
        >>> centered_grid(4)
        tensor([-1.5000, -0.5000,  0.5000,  1.5000])
    """
    return torch.arange(size, dtype=torch.float32) - (size - 1) / 2


class PoseMaps(nn.Module):
    """Keypoints ``(B, M, T, V, 3)`` → maps ``(B * T, V + 2 * S, H, W)``: V heatmaps, then an x and a y field a limb.

    Args:
        limbs: S joint pairs ``(from, to)``.
        size: ``(H, W)`` of the maps, pixels.
        sigma: standard deviation of a joint's Gaussian, pixels.
        radius: largest distance of a limb's pixel from its axis, pixels.
        score_thr: joints at or below this score are not drawn, nor the limbs that end there.
    """

    grid_x: Tensor
    grid_y: Tensor
    limbs: Tensor

    def __init__(self, limbs: Sequence[Pair], size: tuple[int, int], sigma: float = 0.5, radius: float = 1.0,
                 score_thr: float = 0.1) -> None:
        super().__init__()
        self.sigma, self.radius, self.score_thr = sigma, radius, score_thr
        height, width = size
        self.register_buffer('grid_x', centered_grid(width), persistent=False)
        self.register_buffer('grid_y', centered_grid(height), persistent=False)
        self.register_buffer('limbs', torch.tensor(limbs, dtype=torch.long), persistent=False)

    def forward(self, keypoints: Tensor) -> Tensor:
        """Draw keypoints ``(B, M, T, V, 3)``: x, y in map pixels from the middle, score; float32 under autocast too."""
        with torch.autocast(keypoints.device.type, enabled=False):
            frames = keypoints.to(self.grid_x.dtype).transpose(1, 2).flatten(0, 1)           # (BT, M, V, 3)
            points, drawn = frames[..., :2], frames[..., 2] > self.score_thr
            return torch.cat([self.joints(points, drawn), self.fields(points, drawn)], dim=1)

    def joints(self, points: Tensor, drawn: Tensor) -> Tensor:
        """Return the sum of all persons' Gaussians, cut at 1.

        Args:
            points: ``(N, M, V, 2)``, pixels from the middle.
            drawn: whether a joint counts, ``(N, M, V)``.

        Returns:
            ``(N, V, H, W)``.
        """
        bell_x, bell_y = (torch.exp(-0.5 * ((grid - points[..., axis, None]) / self.sigma) ** 2)
                          for axis, grid in enumerate((self.grid_x, self.grid_y)))           # (N, M, V, W or H)
        return torch.einsum('nmvh,nmvw->nvhw', bell_y * drawn[..., None], bell_x).clamp(max=1)

    def fields(self, points: Tensor, drawn: Tensor) -> Tensor:
        """Return part affinity fields (1611.08050): each limb's direction on its pixels, 0 elsewhere.

        Where several persons cover a pixel, their directions are averaged. A limb without length has no pixels.

        Args:
            points: ``(N, M, V, 2)``, pixels from the middle.
            drawn: whether a joint counts, ``(N, M, V)``.

        Returns:
            ``(N, 2 * S, H, W)``, x and y of one limb after the other.
        """
        start, end = (points[:, :, joints] for joints in self.limbs.unbind(dim=1))           # (N, M, S, 2)
        length = (end - start).square().sum(dim=-1).sqrt()                                   # (N, M, S)
        ends = drawn[:, :, self.limbs].all(dim=-1) & (length > 0)
        unit = (end - start) / length.where(ends, 1)[..., None]                              # (N, M, S, 2)
        inside = self._cover(start, unit, length.where(ends, -1))                            # (N, M, S, H, W)
        total = torch.einsum('nmshw,nmsc->nschw', inside.to(unit.dtype), unit)
        return (total / inside.sum(dim=1).clamp(min=1)[:, :, None]).flatten(1, 2)

    def _cover(self, start: Tensor, unit: Tensor, length: Tensor) -> Tensor:
        """Whether a pixel lies on a limb, ``(N, M, S, H, W)``; a limb of negative length covers none."""
        unit_x, unit_y = (part[..., None] for part in unit.unbind(dim=-1))                   # (N, M, S, 1)
        x, y = self.grid_x - start[..., :1], self.grid_y - start[..., 1:]                    # (N, M, S, W or H)
        along = (unit_x * x)[..., None, :] + (unit_y * y)[..., None]
        across = (unit_y * x)[..., None, :] - (unit_x * y)[..., None]
        return (along >= 0) & (along <= length[..., None, None]) & (across.abs() <= self.radius)
