"""Adjacency matrices of a joint layout (PYSKL ``pyskl/utils/graph.py``).

``A[v, w]`` is the weight of joint v in the new joint w: networks aggregate with ``einsum('nkctv,kvw->nctw')``. A link
``(child, parent)`` sets ``A[parent, child]``, so the inward links hand every joint its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from core.layouts import Layout, Pair


def link_matrix(links: Sequence[Pair], num_joints: int) -> np.ndarray:
    """Return ``(V, V)`` with ``A[j, i] = 1`` for every link ``(i, j)``, else 0."""
    matrix = np.zeros((num_joints, num_joints))
    sources, targets = np.array(links).T
    matrix[targets, sources] = 1
    return matrix


def normalize_columns(matrix: np.ndarray) -> np.ndarray:
    """Divide every column of ``(V, V)`` by its sum; columns of zeros stay zero."""
    total = matrix.sum(axis=0)
    return matrix / np.where(total == 0, 1, total)


def hop_distance(layout: Layout, max_hop: int = 1) -> np.ndarray:
    """Return the number of links between two joints, ``(V, V)``, infinite above ``max_hop``."""
    inward = link_matrix(layout.links, layout.num_joints)
    step = np.eye(layout.num_joints) + inward + inward.T
    distance = np.full_like(step, np.inf)
    for hop in range(max_hop, -1, -1):
        distance[np.linalg.matrix_power(step, hop) > 0] = hop
    return distance


def link_graph(links: Sequence[Pair], num_joints: int) -> np.ndarray:
    """ST-GCN++'s graph ``(3, V, V)`` of inward links: each node itself, its parent, the mean of its children."""
    inward = link_matrix(links, num_joints)
    return np.stack([np.eye(num_joints), normalize_columns(inward), normalize_columns(inward.T)])


def spatial(layout: Layout) -> np.ndarray:
    """ST-GCN++'s graph ``(3, V, V)`` of a layout, see ``link_graph``."""
    return link_graph(layout.links, layout.num_joints)


def stgcn_spatial(layout: Layout, max_hop: int = 1) -> np.ndarray:
    """ST-GCN's spatial partition (1801.07455), ``(1 + 2 * max_hop, V, V)``: the joint, then closer and further ones.

    "Closer" compares the distances to ``layout.center`` as the official code does: a distance above ``max_hop`` is
    infinite, and links between two joints that far away all count as closer.
    """
    distance = hop_distance(layout, max_hop)
    adjacency = normalize_columns((distance <= max_hop).astype(float))
    to_center = distance[:, layout.center]
    closer = to_center[:, None] >= to_center[None]
    subsets = [np.eye(layout.num_joints, dtype=bool)]
    for hop in range(1, max_hop + 1):
        subsets += [(distance == hop) & closer, (distance == hop) & ~closer]
    return np.stack(subsets) * adjacency


def binary_adj(layout: Layout) -> np.ndarray:
    """Undirected links without self loops, not normalized, ``(1, V, V)``."""
    inward = link_matrix(layout.links, layout.num_joints)
    return (inward + inward.T)[None]


GRAPHS: dict[str, Callable[..., np.ndarray]] = {
    'spatial': spatial, 'stgcn_spatial': stgcn_spatial, 'binary_adj': binary_adj}


def build_adjacency(layout: Layout, mode: str = 'spatial', **options: int) -> Tensor:
    """Return the float32 adjacency ``(K, V, V)`` of a layout.

    Args:
        layout: joints and links.
        mode: key of ``GRAPHS``.
        **options: ``max_hop`` of ``stgcn_spatial``.

    Raises:
        ValueError: for an unknown mode.

    Example:
        >>> from core.layouts import get_layout
        >>> build_adjacency(get_layout('coco17')).sum(dim=(1, 2))
        tensor([17., 16., 11.])
    """
    if mode not in GRAPHS:
        raise ValueError(f"graph mode '{mode}' is unknown; choose one of {', '.join(GRAPHS)}")
    return torch.from_numpy(GRAPHS[mode](layout, **options).astype(np.float32))
