"""The coarser joint sets of a layout: matrices between them, and the graph of each (SkeleT ``utils/graph.py``)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from core.layouts import Group, Layout
from core.models.skeleton.graph import link_matrix, normalize_columns

DECIMALS = 4
"""SkeleT's tables have four decimals: a hand of six nodes weighs each 0.1667."""


def resolutions(layout: Layout) -> tuple[int, ...]:
    """Return the numbers of joints of a layout and of its coarser joint sets.

    Example:
        >>> from core.layouts import get_layout
        >>> resolutions(get_layout('wholebody65'))
        (65, 27, 11)
    """
    return layout.num_joints, *(len(groups) for groups in layout.coarser)


def _means(groups: Sequence[Group], num_joints: int) -> np.ndarray:
    matrix = np.zeros((num_joints, len(groups)))
    for column, group in enumerate(groups):
        matrix[list(group.members), column] = round(1 / len(group.members), DECIMALS)
    return matrix


def merging_matrix(layout: Layout, fine: int, coarse: int) -> Tensor:
    """Return the means ``(V_fine, V_coarse)`` that make the coarse joints of the fine ones.

    Over several steps it is their product; the identity for ``fine == coarse``.

    Args:
        layout: joints and the groups that merge them.
        fine: number of joints to start from.
        coarse: number of joints to end with.

    Raises:
        ValueError: unless the layout has both joint sets, ``fine`` not after ``coarse``.
    """
    sizes = resolutions(layout)
    if fine not in sizes or coarse not in sizes or fine < coarse:
        raise ValueError(f"joint layout '{layout.name}' merges joints from {' to '.join(map(str, sizes))}, not from "
                         f'{fine} to {coarse}; choose among these, or add the groups to core/layouts.py')
    matrix = np.eye(fine)
    steps = [_means(groups, joints) for groups, (joints, _) in zip(layout.coarser, pairwise(sizes), strict=True)]
    for step in steps[sizes.index(fine):sizes.index(coarse)]:
        matrix = matrix @ step
    return torch.from_numpy(matrix.astype(np.float32))


def merged_graph(layout: Layout, num_joints: int) -> Tensor:
    """Return the graph ``(V, V)`` of a layout's joint set of V joints, every column of sum 1.

    Coarser graphs are ``pinv(M) A M`` with M the merging matrix and A the joints, their neighbors included; the
    groups are disjoint, so the pseudoinverse is the transpose over the squared norms of the columns.

    Args:
        layout: joints, links or mesh, and the groups that merge them.
        num_joints: V.

    Raises:
        ValueError: when the layout has no such joint set.
    """
    matrix = merging_matrix(layout, layout.num_joints, num_joints).numpy().astype(float)
    edges = link_matrix(layout.mesh or layout.links, layout.num_joints)
    inverse = (matrix / (matrix ** 2).sum(axis=0)).T
    graph = inverse @ (np.eye(layout.num_joints) + edges + edges.T) @ matrix
    return torch.from_numpy(normalize_columns(graph).astype(np.float32))
