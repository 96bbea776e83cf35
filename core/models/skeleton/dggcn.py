"""Graph convolution of DG-STGCN (2210.05895; PYSKL ``pyskl/models/gcns/utils/gcn.py``, class ``dggcn``)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DynamicGroupGCN(nn.Module):
    """Graphs per subset and channel that depend on the input: ``(N, C_in, T, V) → (N, C_out, T, V)``.

    Every channel adds two graphs to the learned graph of its subset. They come from the clip's mean over time: the
    difference of any two joints, and how well the two agree. Both have strength 0 at first.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        adjacency: graph ``(K, V, V)``; copied, learned.
        ratio: channels of a subset relative to C_out; ``None`` means 1 / K.

    Raises:
        ValueError: when no channel is left for a subset.
    """

    def __init__(self, in_channels: int, out_channels: int, adjacency: Tensor, ratio: float | None = None) -> None:
        super().__init__()
        self.subsets = adjacency.shape[0]
        width = out_channels // self.subsets if ratio is None else int(ratio * out_channels)
        if not width:
            raise ValueError(f'a graph convolution of {out_channels} channels leaves none for each of its '
                             f'{self.subsets} subsets; use more channels or fewer groups')
        self.A = nn.Parameter(adjacency.clone())
        self.alpha = nn.Parameter(torch.zeros(self.subsets))
        self.beta = nn.Parameter(torch.zeros(self.subsets))
        self.pre = nn.Sequential(nn.Conv2d(in_channels, width * self.subsets, 1),
                                 nn.BatchNorm2d(width * self.subsets), nn.ReLU(inplace=True))
        self.conv1 = nn.Conv2d(in_channels, width * self.subsets, 1)
        self.conv2 = nn.Conv2d(in_channels, width * self.subsets, 1)
        self.post = nn.Conv2d(width * self.subsets, out_channels, 1)
        self.bn = nn.BatchNorm2d(out_channels)
        self.act = nn.ReLU(inplace=True)

    def graphs(self, x: Tensor) -> Tensor:
        """Return the graphs in use, ``(N, K, C, V, V)``, of ``(N, C_in, T, V)``.

        Only the first of the K strengths counts, as in the official code without ``subset_wise``.
        """
        mean = x.mean(dim=2, keepdim=True)                                               # (N, C_in, 1, V)
        first, second = (conv(mean).squeeze(2).unflatten(1, (self.subsets, -1)) for conv in (self.conv1, self.conv2))
        difference = (first[..., :, None] - second[..., None, :]).tanh()                 # (N, K, C, V, V)
        agreement = (first.transpose(-1, -2) @ second).softmax(dim=-2)                   # (N, K, V, V)
        fixed = self.A + agreement * self.beta[0]
        return fixed[:, :, None] + difference * self.alpha[0]

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C_out, T, V)`` of ``(N, C_in, T, V)``, at least 0."""
        joints = self.pre(x).unflatten(1, (self.subsets, -1)) @ self.graphs(x)           # (N, K, C, T, V)
        return self.act(self.bn(self.post(joints.flatten(1, 2))))
