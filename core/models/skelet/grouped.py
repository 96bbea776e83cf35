"""Skeleton Transformation: groups of channels with their own joint mapping and graph convolution (2406.18011).

Names are those of the official ``grouped_mapping_framework``: ``M``, ``WM``, ``basic_gcn_blocks``, ``conv_pre``,
``conv_post``, ``bn``, ``down``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from core.models.skelet.options import DGSTGCN, SkeleTOptions
from core.models.skeleton.ctrgcn import UnitCTRGCN
from core.models.skeleton.dggcn import DynamicGroupGCN
from core.models.skeleton.gcn import UnitGCN, add_learned_matrix, aggregate_joints, learned_matrix

SPLIT_WAYS = ('split', 'conv+split', 'conv+repeat')
GRAPH_UNITS: dict[str, Callable[[int, int, Tensor, SkeleTOptions], nn.Module]] = {
    'dggcn': lambda width, out_width, graph, options: DynamicGroupGCN(width, out_width, graph, options.ratio),
    'unit_gcn': lambda width, out_width, graph, options: UnitGCN(width, out_width, graph, options.adaptive,
                                                                 options.conv_pos),
    'unit_ctrgcn': lambda width, out_width, graph, options: UnitCTRGCN(width, out_width, graph)}
"""``gcn_type`` → ``(C_in, C_out, graph, options) → unit``."""


class MergingPath(nn.Module):
    """Residual path over merged joints: ``(N, C_in, T, U) → (N, C_out, ceil(T / stride), V)``.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        mapping: merging matrix ``(U, V)``, copied and learned; ``None`` keeps the joints.
        stride: temporal stride.
    """

    def __init__(self, in_channels: int, out_channels: int, mapping: Tensor | None, stride: int = 1) -> None:
        super().__init__()
        self.stride = stride
        self.M = None if mapping is None else nn.Parameter(mapping.clone())
        self.down: nn.Module = nn.Identity()
        if in_channels != out_channels or stride > 1:
            self.down = nn.Sequential(nn.Conv2d(in_channels, out_channels, 1), nn.BatchNorm2d(out_channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C_out, T', V)`` of ``(N, C_in, T, U)``; only the remaining frames are computed."""
        x = x[:, :, ::self.stride]
        return self.down(x if self.M is None else aggregate_joints(x, self.M[None]))


class GroupedGCN(nn.Module):
    """Graph convolutions on groups of channels: ``(N, C_in, T, U) → (N, C_out, T, V)``.

    Every group maps the joints by its own matrix, then convolves over its own graphs; all groups start equal.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        graph: of the V joints, ``(V, V)``; every group and subset learns its own copy.
        groups: G.
        merging: merging matrix ``(U, V)``; ``None`` keeps the joints.
        map_same: map the joints even if their number stays, see ``SkeleTOptions.same_mapping``.
        options: variant of the family.

    Raises:
        ValueError: for an unknown variant, or channels that G does not divide.
    """

    M: Tensor | None
    WM: Tensor | None

    def __init__(self, in_channels: int, out_channels: int, graph: Tensor, groups: int = 1,
                 merging: Tensor | None = None, map_same: bool = True,
                 options: SkeleTOptions = DGSTGCN) -> None:
        super().__init__()
        if options.split_way not in SPLIT_WAYS or options.gcn_type not in GRAPH_UNITS:
            raise ValueError(f'SkeleT: split_way must be one of {SPLIT_WAYS} and gcn_type one of {tuple(GRAPH_UNITS)}, '
                             f'got {options.split_way!r} and {options.gcn_type!r}')
        if in_channels % groups or out_channels % groups:
            raise ValueError(f'SkeleT: {groups} groups do not divide a block of {in_channels} to {out_channels} '
                             'channels; change the groups or the width')
        self.groups = groups
        self.repeat = options.split_way == 'conv+repeat'
        self._add_mapping(merging, torch.eye(len(graph)) if map_same else None, options)
        width = in_channels // groups
        self.conv_pre: nn.Module = nn.Identity()
        if groups > 1 and options.split_way != 'split':
            wide = width if self.repeat else in_channels
            self.conv_pre = nn.Sequential(nn.Conv2d(in_channels, wide, 1), nn.BatchNorm2d(wide), nn.ReLU(inplace=True))
        graphs = graph.expand(options.subsets, -1, -1)
        self.basic_gcn_blocks = nn.ModuleList(
            GRAPH_UNITS[options.gcn_type](width, out_channels // groups, graphs, options) for _ in range(groups))
        self.conv_post = nn.Conv2d(out_channels, out_channels, 1)
        self.bn = nn.BatchNorm2d(out_channels)
        self.act = nn.ReLU(inplace=True)
        self.down = MergingPath(in_channels, out_channels, merging)

    def _add_mapping(self, merging: Tensor | None, identity: Tensor | None, options: SkeleTOptions) -> None:
        self.adaptive = options.same_mapping if merging is None else options.mapping
        self.diagonal = merging is None and self.adaptive in ('importance', None)
        matrix = identity if merging is None else merging
        if matrix is None:
            self.M = None
        else:
            add_learned_matrix(self, matrix.expand(self.groups, -1, -1), self.adaptive, ('M', 'WM'))

    def _map_joints(self, parts: Sequence[Tensor]) -> Sequence[Tensor]:
        if self.M is None:
            return parts
        mapping = learned_matrix(self.M, self.WM, self.adaptive)                         # (G, U, V)
        if self.diagonal:  # of a fixed identity's products nothing else is ever different from 0
            weights = mapping.diagonal(dim1=1, dim2=2)                                   # (G, V)
            return [part * weight for part, weight in zip(parts, weights, strict=True)]
        return [aggregate_joints(part, matrix[None]) for part, matrix in zip(parts, mapping, strict=True)]

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C_out, T, V)`` of ``(N, C_in, T, U)``, at least 0."""
        split = self.conv_pre(x)
        parts = [split] * self.groups if self.repeat else split.chunk(self.groups, dim=1)
        parts = self._map_joints(parts)                                                  # G of (N, C_in / G, T, V)
        joined = torch.cat([unit(part) for unit, part in zip(self.basic_gcn_blocks, parts, strict=True)], dim=1)
        return self.act(self.bn(self.conv_post(joined)) + self.down(x))
