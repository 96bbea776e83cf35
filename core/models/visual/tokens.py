"""Tokens of backbone maps: pooled over a grid of cells or read at the joints, then thinned out over time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

TOKEN_POOLS: dict[str, tuple[str, ...]] = {'grid': ('grid',), 'joint': ('joint',), 'grid+joint': ('grid', 'joint')}
TEMPORAL_KERNEL = 5


class SeparablePosition(nn.Module):
    """Learned code of a token: a code of its time plus a code of its place. Other clip lengths interpolate over time.

    Args:
        steps: time steps the codes are learned for.
        places: tokens per time step.
        dim: D.
    """

    def __init__(self, steps: int, places: int, dim: int) -> None:
        super().__init__()
        self.time = nn.Parameter(torch.empty(steps, dim))
        self.place = nn.Parameter(torch.empty(places, dim))
        for code in (self.time, self.place):
            nn.init.trunc_normal_(code, std=0.02)

    def forward(self, steps: int) -> Tensor:
        """Return the codes ``(steps, places, D)``."""
        time: Tensor = self.time
        if steps != len(time):
            time = F.interpolate(time.T[None], steps, mode='linear', align_corners=False)[0].T
        return time[:, None] + self.place


def sample_at_joints(level: Tensor, positions: Tensor) -> Tensor:
    """Read a map bilinearly; differentiable in both arguments, float32 under autocast too.

    Args:
        level: ``(N, C, H, W)``.
        positions: x and y, -1..1 over the map, ``(N, V, 2)``; beyond the border the nearest cell counts.

    Returns:
        ``(N, V, C)``.
    """
    with torch.autocast(level.device.type, enabled=False):
        exact = torch.promote_types(level.dtype, torch.float32)
        sampled = F.grid_sample(level.to(exact), positions[:, :, None].to(exact), padding_mode='border',
                                align_corners=False)                                     # (N, C, V, 1)
    return sampled[..., 0].mT


class TokenPool(nn.Module):
    """Backbone maps of T frames → tokens of ``ceil(T / t_stride)`` time steps.

    Every map is pooled first, so that the projections (one linear layer with BatchNorm per map) see few places only.
    Their sum is rectified and convolved over time, per channel.

    Args:
        tap_channels: C_i of the maps.
        grid: rows and columns of cells, usually the crop's height and width over 32.
        num_joints: V.
        clip_size: T that the position codes are learned for.
        pool: 'grid' one token per cell, 'joint' one per joint, 'grid+joint' both.
        dim: D of the tokens.
        t_stride: frames per time step.

    Attributes:
        places: P, tokens per time step.

    Raises:
        ValueError: for an unknown ``pool``.
    """

    def __init__(self, tap_channels: Sequence[int], grid: tuple[int, int], num_joints: int, clip_size: int,
                 pool: str = 'grid', dim: int = 128, t_stride: int = 4) -> None:
        super().__init__()
        if pool not in TOKEN_POOLS:
            raise ValueError(f"token pool '{pool}' is unknown; choose one of {', '.join(TOKEN_POOLS)}")
        self.grid, self.kinds = grid, TOKEN_POOLS[pool]
        self.places = math.prod(grid) * ('grid' in self.kinds) + num_joints * ('joint' in self.kinds)
        self.projects = nn.ModuleList(nn.Linear(channels, dim, bias=False) for channels in tap_channels)
        self.norms = nn.ModuleList(nn.BatchNorm1d(dim) for _ in tap_channels)
        self.temporal = nn.Conv2d(dim, dim, (TEMPORAL_KERNEL, 1), (t_stride, 1), (TEMPORAL_KERNEL // 2, 0), groups=dim)
        self.position = SeparablePosition(math.ceil(clip_size / t_stride), self.places, dim)

    def _pool(self, level: Tensor, positions: Tensor) -> Tensor:
        pooled = []
        if 'grid' in self.kinds:
            pooled.append(F.adaptive_avg_pool2d(level, self.grid).flatten(2).mT)         # (BMT, cells, C_i)
        if 'joint' in self.kinds:
            pooled.append(sample_at_joints(level, positions))                            # (BMT, V, C_i)
        return torch.cat(pooled, dim=1).flatten(0, 1)                                    # (BMT * P, C_i)

    def see(self, taps: Sequence[Tensor], positions: Tensor) -> Tensor:
        """Return the tokens of each frame by itself, ``(B, M, T, P, D)``.

        Args:
            taps: ``(B * M * T, C_i, H_i, W_i)`` each.
            positions: joint positions, -1..1 over the crop, ``(B, M, T, V, 2)``.
        """
        per_frame = positions.flatten(0, 2)                                              # (BMT, V, 2)
        embedded = [norm(project(self._pool(level, per_frame)))                          # (BMT * P, D)
                    for level, project, norm in zip(taps, self.projects, self.norms, strict=True)]
        return F.relu(sum(embedded)).view(*positions.shape[:3], self.places, -1)

    def forward(self, seen: Tensor) -> Tensor:
        """Return tokens ``(B * M, ceil(T / t_stride), P, D)`` of the frames' tokens ``(B, M, T, P, D)``."""
        frames = seen.flatten(0, 1)                                                      # (BM, T, P, D)
        steps = self.temporal(frames.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)            # (BM, T_v, P, D)
        return steps + self.position(steps.shape[1])
