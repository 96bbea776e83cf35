"""The spatial-temporal block of the ST-GCN family (PYSKL ``STGCNBlock``; ST-GCN 1801.07455, ST-GCN++ 2205.09443)."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from core.models.skeleton.gcn import UnitGCN
from core.models.skeleton.tcn import UnitTCN, build_temporal_unit


class BlockOptions(NamedTuple):
    """What distinguishes the members of the ST-GCN family.

    Attributes:
        adaptive: how the graph is learned: ``None`` not at all, ``'init'`` freely from the given graph on, ``'offset'``
            as graph plus a learned matrix, ``'importance'`` as graph times a learned matrix.
        conv_pos: 1x1 convolution before (``'pre'``) or after (``'post'``) the aggregation over joints.
        with_res: residual path around the graph convolution.
        tcn_type: ``'unit_tcn'`` (one 9-frame kernel), ``'mstcn'`` (multi-scale) or another of ``TEMPORAL_UNITS``.
        dropout: dropout rate at the end of the temporal unit.
    """

    adaptive: str | None = 'importance'
    conv_pos: str = 'pre'
    with_res: bool = False
    tcn_type: str = 'unit_tcn'
    dropout: float = 0.0


STGCN_BLOCK = BlockOptions()
STGCNPP_BLOCK = BlockOptions(adaptive='init', with_res=True, tcn_type='mstcn')


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

    residual: nn.Module | None

    def __init__(self, in_channels: int, out_channels: int, adjacency: Tensor, stride: int = 1, residual: bool = True,
                 options: BlockOptions = STGCN_BLOCK) -> None:
        super().__init__()
        self.gcn = UnitGCN(in_channels, out_channels, adjacency, options.adaptive, options.conv_pos, options.with_res)
        self.tcn = build_temporal_unit(options.tcn_type, out_channels, adjacency.shape[-1], stride, options.dropout)
        self.relu = nn.ReLU(inplace=True)
        if not residual:
            self.residual = None
        elif in_channels == out_channels and stride == 1:
            self.residual = nn.Identity()
        else:
            self.residual = UnitTCN(in_channels, out_channels, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C_out, T', V)`` of ``(N, C_in, T, V)``, T' = ceil(T / stride), at least 0."""
        y = self.tcn(self.gcn(x))                                                        # (N, C_out, T', V)
        return self.relu(y if self.residual is None else y + self.residual(x))
