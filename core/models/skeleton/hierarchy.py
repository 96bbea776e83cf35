"""Joints → parts → bodies: the coarser graphs of a layout and the matrices that carry maps between them.

Maps are ``(N, C, T, V)`` with N = B * M, channels last in memory.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.layouts import Layout
from core.models.skeleton.gcn import aggregate_joints
from core.models.skeleton.graph import link_graph

MAX_SCALES = 3


class Hierarchy(NamedTuple):
    """Graphs of a layout, finest first: joints, parts, bodies.

    Attributes:
        adjacency: ST-GCN++'s graph of every scale, ``(3, V_s, V_s)``.
        membership: per step to the next coarser scale, 1 where a node is in a group, ``(V_s, V_{s+1})``.
    """

    adjacency: tuple[Tensor, ...]
    membership: tuple[Tensor, ...]

    def between(self, fine: int, coarse: int) -> Tensor:
        """Return 1 where a node of scale ``fine`` is in a node of scale ``coarse``, ``(V_fine, V_coarse)``."""
        joined = self.membership[fine]
        for step in self.membership[fine + 1:coarse]:
            joined = joined @ step
        return joined.clamp(max=1)


def build_hierarchy(layout: Layout, scales: int = MAX_SCALES) -> Hierarchy:
    """Read the graphs of a layout's ``scales`` finest scales.

    Raises:
        ValueError: for a layout whose table of parts or bodies is missing, or an impossible number of scales.
    """
    if not 1 <= scales <= MAX_SCALES:
        raise ValueError(f'a multi-scale network has 1 (joints) to {MAX_SCALES} (joints, parts, bodies) branches, '
                         f'got {scales}')
    coarser, coarser_links = (layout.parts, layout.bodies)[:scales - 1], (layout.part_links, layout.body_links)
    if not all(coarser):
        raise ValueError(f"joint layout '{layout.name}' has no parts and bodies, which a multi-scale network "
                         'needs; add them to core/layouts.py, or choose stgcnpp')
    sizes = (layout.num_joints, *map(len, coarser))
    membership = [torch.tensor([[float(node in group.members) for group in groups] for node in range(size)])
                  for size, groups in zip(sizes, coarser, strict=False)]
    adjacency = [torch.from_numpy(link_graph(links, size)).float()
                 for size, links in zip(sizes, (layout.links, *coarser_links), strict=False)]
    return Hierarchy(tuple(adjacency), tuple(membership))


def mean_columns(membership: Tensor) -> Tensor:
    """Divide every column of a 0/1 matrix ``(V, W)`` by its sum: each target becomes the mean of its sources.

    Pools with ``membership`` and unpools with its transpose: a joint becomes the mean of the groups it is in.
    """
    return membership / membership.sum(dim=0)


class JointMix(nn.Module):
    """Weighted sums over joints, ``(N, C, T, V) → (N, C, T, W)``.

    Args:
        weights: ``(V, W)``; copied.
        learned: whether the weights are a parameter, else a buffer.
    """

    def __init__(self, weights: Tensor, learned: bool = True) -> None:
        super().__init__()
        if learned:
            self.weight = nn.Parameter(weights.clone())
        else:
            self.register_buffer('weight', weights.clone())

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x @ weight`` over the joints, channels last in memory."""
        return aggregate_joints(x, self.weight[None])
