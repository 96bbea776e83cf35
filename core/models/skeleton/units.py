"""Spatial and temporal units of ST-GCN and ST-GCN++ with PYSKL's parameter names.

Sources: PYSKL ``pyskl/models/gcns/utils/{gcn,tcn}.py`` and ``stgcn.py``; ST-GCN 1801.07455, ST-GCN++ 2205.09443.
Maps are ``(N, C, T, V)`` with N = B * M. The networks keep them channels last in memory, which makes the sum over
joints one matrix product without a copy; any other memory layout gives the same result.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

ADAPTIVE = (None, 'init', 'offset', 'importance')
CONV_POSITIONS = ('pre', 'post')
TEMPORAL_BRANCHES: tuple[tuple[str, int], ...] = (
    ('conv', 1), ('conv', 2), ('conv', 3), ('conv', 4), ('max', 3), ('1x1', 1))
"""Branches of ``MultiScaleTCN``: kind, and dilation of a convolution or kernel of a pooling."""


class BlockOptions(NamedTuple):
    """What distinguishes the members of the ST-GCN family.

    Attributes:
        adaptive: how the graph is learned: ``None`` fixed, ``'init'`` free from the graph on, ``'offset'`` graph plus a
            learned matrix, ``'importance'`` graph times a learned matrix.
        conv_pos: 1x1 convolution before (``'pre'``) or after (``'post'``) the aggregation over joints.
        with_res: residual path around the graph convolution.
        tcn_type: ``'unit_tcn'`` (one 9-frame kernel) or ``'mstcn'`` (multi-scale).
        dropout: dropout rate at the end of the temporal unit.
    """

    adaptive: str | None = 'importance'
    conv_pos: str = 'pre'
    with_res: bool = False
    tcn_type: str = 'unit_tcn'
    dropout: float = 0.0


STGCN_BLOCK = BlockOptions()
STGCNPP_BLOCK = BlockOptions(adaptive='init', with_res=True, tcn_type='mstcn')


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


class UnitGCN(nn.Module):
    """Spatial graph convolution ``(N, C_in, T, V) → (N, C_out, T, V)``.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        adjacency: graph ``(K, V, V)``; copied.
        adaptive: see ``BlockOptions``.
        conv_pos: see ``BlockOptions``.
        with_res: see ``BlockOptions``.

    Raises:
        ValueError: for an unknown ``adaptive`` or ``conv_pos``.
    """

    def __init__(self, in_channels: int, out_channels: int, adjacency: Tensor, adaptive: str | None = 'importance',
                 conv_pos: str = 'pre', with_res: bool = False) -> None:
        super().__init__()
        if adaptive not in ADAPTIVE or conv_pos not in CONV_POSITIONS:
            raise ValueError(f'graph convolution: adaptive must be one of {ADAPTIVE} and conv_pos one of '
                             f'{CONV_POSITIONS}, got {adaptive!r} and {conv_pos!r}')
        self.adaptive = adaptive
        self.conv_pos = conv_pos
        if adaptive == 'init':
            self.A = nn.Parameter(adjacency.clone())
        else:
            self.register_buffer('A', adjacency.clone())
        if adaptive == 'importance':
            self.PA = nn.Parameter(torch.ones_like(adjacency))
        elif adaptive == 'offset':
            self.PA = nn.Parameter(torch.empty_like(adjacency).uniform_(-1e-6, 1e-6))
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
        if self.adaptive == 'importance':
            return self.A * self.PA
        return self.A + self.PA if self.adaptive == 'offset' else self.A

    def forward(self, x: Tensor) -> Tensor:
        graph = self.adjacency()
        if self.conv_pos == 'pre':
            mixed = aggregate_joints(self.conv(x), graph)                                # (N, C_out, T, V)
        else:
            mixed = self.conv(spread_joints(x, graph))
        mixed = self.bn(mixed)
        return self.act(mixed + self.down(x) if self.with_res else mixed)


class UnitTCN(nn.Module):
    """Temporal convolution, BatchNorm, dropout: ``(N, C_in, T, V) → (N, C_out, ceil(T / stride), V)``.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        kernel: frames of the kernel.
        stride: temporal stride.
        dilation: temporal dilation.
        norm: normalise the output.
        dropout: dropout rate.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel: int = 9, stride: int = 1, dilation: int = 1,
                 norm: bool = True, dropout: float = 0.0) -> None:
        super().__init__()
        padding = (kernel + (kernel - 1) * (dilation - 1) - 1) // 2
        self.conv = nn.Conv2d(in_channels, out_channels, (kernel, 1), (stride, 1), (padding, 0), (dilation, 1))
        self.bn = nn.BatchNorm2d(out_channels) if norm else nn.Identity()
        self.drop = nn.Dropout(dropout, inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.drop(self.bn(self.conv(x)))


class MultiScaleTCN(nn.Module):
    """ST-GCN++'s temporal unit ``(N, C, T, V) → (N, C, ceil(T / stride), V)``: six branches, then a 1x1 convolution.

    Args:
        channels: C.
        stride: temporal stride.
        dropout: dropout rate at the end.
    """

    def __init__(self, channels: int, stride: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        width = channels // len(TEMPORAL_BRANCHES)
        first = channels - width * (len(TEMPORAL_BRANCHES) - 1)
        self.branches = nn.ModuleList(
            _temporal_branch(channels, width if index else first, kind, value, stride)
            for index, (kind, value) in enumerate(TEMPORAL_BRANCHES))
        self.transform = nn.Sequential(
            nn.BatchNorm2d(channels), nn.ReLU(inplace=True), nn.Conv2d(channels, channels, 1))
        self.bn = nn.BatchNorm2d(channels)
        self.drop = nn.Dropout(dropout, inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        scales = torch.cat([branch(x) for branch in self.branches], dim=1)              # (N, C, T', V)
        return self.drop(self.bn(self.transform(scales)))


def _temporal_branch(in_channels: int, width: int, kind: str, value: int, stride: int) -> nn.Module:
    if kind == '1x1':
        return nn.Conv2d(in_channels, width, 1, (stride, 1))
    if kind == 'max':
        tail = nn.MaxPool2d((value, 1), (stride, 1), (value // 2, 0))
    else:
        tail = UnitTCN(width, width, 3, stride, value, norm=False)
    return nn.Sequential(nn.Conv2d(in_channels, width, 1), nn.BatchNorm2d(width), nn.ReLU(inplace=True), tail)


def _temporal_unit(channels: int, stride: int, options: BlockOptions) -> nn.Module:
    if options.tcn_type == 'unit_tcn':
        return UnitTCN(channels, channels, 9, stride, dropout=options.dropout)
    if options.tcn_type == 'mstcn':
        return MultiScaleTCN(channels, stride, options.dropout)
    raise ValueError(f"temporal unit '{options.tcn_type}' is unknown; choose one of unit_tcn, mstcn")


class STGCNBlock(nn.Module):
    """``ReLU(tcn(gcn(x)) + residual(x))``: ``(N, C_in, T, V) → (N, C_out, ceil(T / stride), V)``.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        adjacency: graph ``(K, V, V)``.
        stride: temporal stride, taken by the temporal unit and by the residual path.
        residual: ``False`` only for the first block of a network.
        options: variant of the family.

    Raises:
        ValueError: for an unknown variant.
    """

    def __init__(self, in_channels: int, out_channels: int, adjacency: Tensor, stride: int = 1, residual: bool = True,
                 options: BlockOptions = STGCN_BLOCK) -> None:
        super().__init__()
        self.gcn = UnitGCN(in_channels, out_channels, adjacency, options.adaptive, options.conv_pos, options.with_res)
        self.tcn = _temporal_unit(out_channels, stride, options)
        self.relu = nn.ReLU(inplace=True)
        if not residual:
            self.residual = None
        elif in_channels == out_channels and stride == 1:
            self.residual = nn.Identity()
        else:
            self.residual = UnitTCN(in_channels, out_channels, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.tcn(self.gcn(x))                                                        # (N, C_out, T', V)
        return self.relu(y if self.residual is None else y + self.residual(x))
