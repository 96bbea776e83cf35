"""Temporal units of ST-GCN, ST-GCN++, DG-STGCN and CTR-GCN (PYSKL ``pyskl/models/gcns/utils/tcn.py``).

They work on maps ``(N, C, T, V)``.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

Branches = tuple[tuple[str, int], ...]
TEMPORAL_BRANCHES: Branches = (('conv', 1), ('conv', 2), ('conv', 3), ('conv', 4), ('max', 3), ('1x1', 1))
CTR_BRANCHES: Branches = (('conv', 1), ('conv', 2), ('max', 3), ('1x1', 1))
"""Branches of both multi-scale units: kind, and dilation of a convolution or kernel of a pooling."""
CTR_KERNEL = 5


class UnitTCN(nn.Module):
    """Temporal convolution, BatchNorm, dropout: ``(N, C_in, T, V) → (N, C_out, ceil(T / stride), V)``.

    Args:
        in_channels: C_in.
        out_channels: C_out.
        kernel: frames of the kernel.
        stride: temporal stride.
        dilation: temporal dilation.
        norm: normalize the output.
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

    def scales(self, x: Tensor) -> Tensor:
        """Return the branches' features side by side, ``(N, C, T', V)``."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C, T', V)`` of ``(N, C, T, V)``, T' = ceil(T / stride)."""
        return self.drop(self.bn(self.transform(self.scales(x))))


class DynamicGroupTCN(MultiScaleTCN):
    """DG-STGCN's temporal unit (2210.05895): the mean joint also passes the branches, and is added to all joints.

    Args:
        channels: C.
        num_joints: V; each joint learns how much of the mean joint is added to it, at first nothing.
        stride: temporal stride.
        dropout: dropout rate at the end.
    """

    def __init__(self, channels: int, num_joints: int, stride: int = 1, dropout: float = 0.0) -> None:
        super().__init__(channels, stride, dropout)
        self.add_coeff = nn.Parameter(torch.zeros(num_joints))

    def scales(self, x: Tensor) -> Tensor:
        """Return the branches' features side by side, ``(N, C, T', V)``."""
        both = super().scales(torch.cat([x, x.mean(dim=-1, keepdim=True)], dim=-1))      # (N, C, T', V + 1)
        return both[..., :-1] + both[..., -1:] * self.add_coeff


class CTRMultiScaleTCN(nn.Module):
    """CTR-GCN's temporal unit (2107.12213): four normalized branches; shapes and arguments as in ``MultiScaleTCN``."""

    def __init__(self, channels: int, stride: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        width = channels // len(CTR_BRANCHES)
        last = channels - width * (len(CTR_BRANCHES) - 1)
        self.branches = nn.ModuleList(
            _temporal_branch(channels, last if kind == '1x1' else width, kind, value, stride, CTR_KERNEL, norm=True)
            for kind, value in CTR_BRANCHES)
        self.act = nn.ReLU(inplace=True)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C, T', V)`` of ``(N, C, T, V)``, at least 0."""
        return self.drop(self.act(torch.cat([branch(x) for branch in self.branches], dim=1)))


TEMPORAL_UNITS: dict[str, Callable[[int, int, int, float], nn.Module]] = {
    'unit_tcn': lambda channels, joints, stride, dropout: UnitTCN(channels, channels, 9, stride, dropout=dropout),
    'mstcn': lambda channels, joints, stride, dropout: MultiScaleTCN(channels, stride, dropout),
    'dgmstcn': DynamicGroupTCN,
    'MSTCN': lambda channels, joints, stride, dropout: CTRMultiScaleTCN(channels, stride, dropout)}
"""PYSKL's names → ``(C, V, stride, dropout) → unit``."""


def build_temporal_unit(name: str, channels: int, num_joints: int, stride: int = 1, dropout: float = 0.0) -> nn.Module:
    """Create a temporal unit ``(N, C, T, V) → (N, C, ceil(T / stride), V)``.

    Args:
        name: key of ``TEMPORAL_UNITS``.
        channels: C.
        num_joints: V.
        stride: temporal stride.
        dropout: dropout rate at the end.

    Raises:
        ValueError: for an unknown name.
    """
    if name not in TEMPORAL_UNITS:
        raise ValueError(f"temporal unit '{name}' is unknown; choose one of {', '.join(TEMPORAL_UNITS)}")
    return TEMPORAL_UNITS[name](channels, num_joints, stride, dropout)


def _temporal_branch(in_channels: int, width: int, kind: str, value: int, stride: int, kernel: int = 3,
                     norm: bool = False) -> nn.Module:
    last = [nn.BatchNorm2d(width)] if norm else []
    if kind == '1x1':
        conv = nn.Conv2d(in_channels, width, 1, (stride, 1))
        return nn.Sequential(conv, *last) if norm else conv
    if kind == 'max':
        tail = [nn.MaxPool2d((value, 1), (stride, 1), (value // 2, 0)), *last]
    else:
        tail = [UnitTCN(width, width, kernel, stride, value, norm)]
    return nn.Sequential(nn.Conv2d(in_channels, width, 1), nn.BatchNorm2d(width), nn.ReLU(inplace=True), *tail)
