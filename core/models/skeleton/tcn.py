"""Temporal units of ST-GCN and ST-GCN++ (PYSKL ``pyskl/models/gcns/utils/tcn.py``) on maps ``(N, C, T, V)``."""

from __future__ import annotations

import torch
from torch import Tensor, nn

TEMPORAL_BRANCHES: tuple[tuple[str, int], ...] = (
    ('conv', 1), ('conv', 2), ('conv', 3), ('conv', 4), ('max', 3), ('1x1', 1))
"""Branches of ``MultiScaleTCN``: kind, and dilation of a convolution or kernel of a pooling."""


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
        """Return ``(N, C_out, ceil(T / stride), V)`` of ``(N, C_in, T, V)``."""
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
        """Return ``(N, C, T', V)`` of ``(N, C, T, V)``, T' = ceil(T / stride)."""
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
