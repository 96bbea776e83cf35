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
    """Return the matrix ``(V_fine, V_coarse)`` whose columns average fine joints to coarse ones.

    For several steps it is the product of their matrices; for ``fine == coarse`` it is the identity.

    Args:
        layout: joints and the groups that merge them.
        fine: number of joints to start from.
        coarse: number of joints to end with.

    Raises:
        ValueError: the layout lacks one of the joint sets, or ``fine`` has fewer joints than ``coarse``.
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
    """Return the graph ``(V, V)`` of a layout's set of V joints; every column sums to 1.

    A coarser graph is ``pinv(M) A M``: M is the merging matrix, A connects every joint with itself and its neighbors.
    The groups are disjoint, so the pseudoinverse is the transpose divided by the squared norms of the columns.

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
