"""Spatial graph convolution of ST-GCN and ST-GCN++ (PYSKL ``pyskl/models/gcns/utils/gcn.py``).

Maps are ``(N, C, T, V)`` with N = B * M. The networks keep them channels last in memory, which makes the sum over
joints one matrix product without a copy; any other memory layout gives the same result.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

ADAPTIVE = (None, 'init', 'offset', 'importance')
CONV_POSITIONS = ('pre', 'post')


def _mix_rows(x: Tensor, weights: Tensor, joints: int) -> Tensor:
    batch, _, frames, _ = x.shape
    rows = x.permute(0, 2, 3, 1).reshape(batch * frames, weights.shape[1], -1)
    mixed = torch.bmm(weights.expand(batch * frames, -1, -1), rows)
    return mixed.view(batch, frames, joints, -1).permute(0, 3, 1, 2)


def aggregate_joints(x: Tensor, adjacency: Tensor) -> Tensor:
    """Sum over subsets and joints, ``einsum('nkctv,kvw->nctw')``, as one batched matrix product.

    Args:
        x: ``(N, K * C, T, V)``, subset-major channels.
        adjacency: ``(K, V, W)``.

    Returns:
        ``(N, C, T, W)``, channels last in memory.
    """
    return _mix_rows(x, adjacency.permute(2, 1, 0).flatten(1), adjacency.shape[2])       # weights (W, VK)


def spread_joints(x: Tensor, adjacency: Tensor) -> Tensor:
    """Sum over joints in every subset, ``einsum('nctv,kvw->nkctw')``, as one batched matrix product.

    Args:
        x: ``(N, C, T, V)``.
        adjacency: ``(K, V, W)``.

    Returns:
        ``(N, K * C, T, W)``, subset-major channels, channels last in memory.
    """
    return _mix_rows(x, adjacency.permute(2, 0, 1).flatten(0, 1), adjacency.shape[2])    # weights (WK, V)


def add_learned_matrix(module: nn.Module, weights: Tensor, adaptive: str | None, names: tuple[str, str]) -> None:
    """Give ``module`` a matrix, a parameter or a buffer, and the parameter that changes it, if there is one.

    Args:
        module: receives both; the second is ``None`` where there is none.
        weights: first value of the matrix; copied.
        adaptive: see ``core.models.skeleton.block.BlockOptions``.
        names: names of the matrix, and of the learned offset or importance.

    Raises:
        ValueError: for an unknown ``adaptive``.
    """
    if adaptive not in ADAPTIVE:
        raise ValueError(f'a graph is learned in one of the ways {ADAPTIVE}, got {adaptive!r}')
    if adaptive == 'init':
        module.register_parameter(names[0], nn.Parameter(weights.clone()))
    else:
        module.register_buffer(names[0], weights.clone())
    change = {'importance': torch.ones_like, 'offset': lambda like: torch.empty_like(like).uniform_(-1e-6, 1e-6)}
    module.register_parameter(names[1], nn.Parameter(change[adaptive](weights)) if adaptive in change else None)


def learned_matrix(matrix: Tensor, change: Tensor | None, adaptive: str | None) -> Tensor:
    """Return the matrix in use, from both tensors that ``add_learned_matrix`` made."""
    if change is None:
        return matrix
    return matrix * change if adaptive == 'importance' else matrix + change


class UnitGCN(nn.Module):
    """Spatial graph convolution ``(N, C_in, T, V) → (N, C_out, T, V)``.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        adjacency: graph ``(K, V, V)``; copied.
        adaptive: see ``core.models.skeleton.block.BlockOptions``.
        conv_pos: see ``BlockOptions``.
        with_res: see ``BlockOptions``.

    Raises:
        ValueError: for an unknown ``adaptive`` or ``conv_pos``.
    """

    A: Tensor
    PA: Tensor | None
    down: nn.Module

    def __init__(self, in_channels: int, out_channels: int, adjacency: Tensor, adaptive: str | None = 'importance',
                 conv_pos: str = 'pre', with_res: bool = False) -> None:
        super().__init__()
        if conv_pos not in CONV_POSITIONS:
            raise ValueError(f'graph convolution: conv_pos must be one of {CONV_POSITIONS}, got {conv_pos!r}')
        self.adaptive = adaptive
        self.conv_pos = conv_pos
        add_learned_matrix(self, adjacency, adaptive, ('A', 'PA'))
        subsets = adjacency.shape[0]
        widths = (in_channels, out_channels * subsets) if conv_pos == 'pre' else (in_channels * subsets, out_channels)
        self.conv = nn.Conv2d(*widths, 1)
        self.bn = nn.BatchNorm2d(out_channels)
        self.act = nn.ReLU(inplace=True)
        self.with_res = with_res
        if with_res and in_channels != out_channels:
            self.down = nn.Sequential(nn.Conv2d(in_channels, out_channels, 1), nn.BatchNorm2d(out_channels))
        else:
            self.down = nn.Identity()

    def adjacency(self) -> Tensor:
        """Return the graph in use, ``(K, V, V)``."""
        return learned_matrix(self.A, self.PA, self.adaptive)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C_out, T, V)`` of ``(N, C_in, T, V)``, at least 0."""
        graph = self.adjacency()
        if self.conv_pos == 'pre':
            mixed = aggregate_joints(self.conv(x), graph)                                # (N, C_out, T, V)
        else:
            mixed = self.conv(spread_joints(x, graph))
        mixed = self.bn(mixed)
        return self.act(mixed + self.down(x) if self.with_res else mixed)
