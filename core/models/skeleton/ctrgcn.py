"""Graph convolution of CTR-GCN (2107.12213; PYSKL ``pyskl/models/gcns/utils/gcn.py``, class ``unit_ctrgcn``)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

MIN_RELATION, REDUCTION = 8, 8


class ChannelTopology(nn.Module):
    """One subset: a graph per output channel, refined by the differences between joints.

    Args:
        in_channels: C_in.
        out_channels: C_out.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        relation = MIN_RELATION if in_channels <= 2 * MIN_RELATION else in_channels // REDUCTION
        self.conv1 = nn.Conv2d(in_channels, relation, 1)
        self.conv2 = nn.Conv2d(in_channels, relation, 1)
        self.conv3 = nn.Conv2d(in_channels, out_channels, 1)
        self.conv4 = nn.Conv2d(relation, out_channels, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return features ``(N, C_out, T, V)`` and the refinement ``(N, C_out, V, V)`` of ``(N, C_in, T, V)``."""
        mean = x.mean(dim=2, keepdim=True)                                               # (N, C_in, 1, V)
        relation = (self.conv1(mean).transpose(2, 3) - self.conv2(mean)).tanh()          # (N, R, V, V)
        return self.conv3(x), self.conv4(relation)


class UnitCTRGCN(nn.Module):
    """Sum over the subsets, BatchNorm, residual: ``(N, C_in, T, V) → (N, C_out, T, V)``.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        adjacency: graph ``(K, V, V)``; copied, learned.
    """

    def __init__(self, in_channels: int, out_channels: int, adjacency: Tensor) -> None:
        super().__init__()
        self.A = nn.Parameter(adjacency.clone())
        self.alpha = nn.Parameter(torch.zeros(1))
        self.convs = nn.ModuleList(ChannelTopology(in_channels, out_channels) for _ in adjacency)
        self.down: nn.Module = nn.Identity()
        if in_channels != out_channels:
            self.down = nn.Sequential(nn.Conv2d(in_channels, out_channels, 1), nn.BatchNorm2d(out_channels))
        self.bn = nn.BatchNorm2d(out_channels)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C_out, T, V)`` of ``(N, C_in, T, V)``, at least 0."""
        subsets = (conv(x) for conv in self.convs)
        joints = sum(features @ (refinement * self.alpha + graph)                        # (N, C_out, T, V)
                     for (features, refinement), graph in zip(subsets, self.A, strict=True))
        return self.act(self.bn(joints) + self.down(x))
