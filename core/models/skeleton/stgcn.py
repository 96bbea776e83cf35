"""The ST-GCN family: ST-GCN (1801.07455) and ST-GCN++ (2205.09443) as PYSKL and End2end build them.

Parameter names are PYSKL's (``data_bn``, ``gcn.{i}.gcn``, ``gcn.{i}.tcn``, ``gcn.{i}.residual``).
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from core.layouts import Layout
from core.models.skeleton.block import STGCN_BLOCK, STGCNPP_BLOCK, BlockOptions, STGCNBlock
from core.models.skeleton.graph import build_adjacency
from core.models.skeleton.norm import joint_norm


def stage_widths(base_channels: int, channel_ratio: float, num_stages: int,
                 inflate_stages: Sequence[int]) -> tuple[int, ...]:
    """Return the width after each of ``num_stages`` blocks, growing at the 1-based ``inflate_stages``.

    Example:
        >>> stage_widths(64, 2, 6, (3, 5))
        (64, 64, 128, 128, 256, 256)
    """
    return tuple(int(base_channels * channel_ratio ** sum(stage <= index for stage in inflate_stages) + 1e-4)
                 for index in range(1, num_stages + 1))



class STGCN(nn.Module):
    """Ten spatial-temporal graph blocks: ``(B, M, T, V, C) → [(B, M, C_out, T', V)]``.

    Args:
        adjacency: graph ``(K, V, V)``; every block learns its own copy.
        in_channels: C.
        base_channels: width of the first stage.
        channel_ratio: growth of the width at ``inflate_stages``.
        num_stages: number of blocks.
        inflate_stages: 1-based blocks at which the width grows.
        down_stages: 1-based blocks that halve T (rounded up).
        data_bn_type: normalize the input over joints and channels (``'VC'``), over persons too (``'MVC'``), or not.
        num_persons: M, used by ``'MVC'`` only.
        block: variant of the family; the first block has no dropout.
        skip_first: leave the first, non-residual block out, as PYSKL does when ``in_channels == base_channels``.

    Attributes:
        channels: width after each of the ``num_stages`` blocks.
        out_channels: C_out of the finest map.
        widths: C_out of every map.

    Raises:
        ValueError: for an unknown variant or ``data_bn_type``.
    """

    def __init__(self, adjacency: Tensor, in_channels: int = 3, base_channels: int = 64, channel_ratio: float = 2.0,
                 num_stages: int = 10, inflate_stages: Sequence[int] = (5, 8), down_stages: Sequence[int] = (5, 8),
                 data_bn_type: str | None = 'VC', num_persons: int = 2, block: BlockOptions = STGCN_BLOCK,
                 skip_first: bool = False) -> None:
        super().__init__()
        self.data_bn = joint_norm(data_bn_type, adjacency.shape[-1], in_channels, num_persons)
        widths = (in_channels, *stage_widths(base_channels, channel_ratio, num_stages, inflate_stages))
        self.gcn = nn.ModuleList(
            STGCNBlock(widths[index - 1], widths[index], adjacency, stride=2 if index in down_stages else 1,
                       residual=index > 1, options=block if index > 1 else block._replace(dropout=0.0))
            for index in range(1 + skip_first, num_stages + 1))
        self.channels = widths[1:]
        self.out_channels = widths[-1]
        self.widths = (self.out_channels,)

    def normalize(self, x: Tensor) -> Tensor:
        """Normalize ``(B, M, T, V, C)`` per joint and channel to ``(B * M, C, T, V)``, channels last in memory."""
        return self.data_bn(x).flatten(0, 1).permute(0, 3, 1, 2)

    def maps(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the maps ``(N, C_out, T', V)``, finest first, of normalized joints ``(N, C, T, V)``; here one."""
        for block in self.gcn:
            x = block(x)
        return (x,)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the maps ``(B, M, C_out, T', V)``, finest first, of joints ``(B, M, T, V, C)``."""
        persons = x.shape[:2]
        maps = self.maps(self.normalize(x))                                              # (BM, C_out, T', V)
        return tuple(x.unflatten(0, persons) for x in maps)                              # (B, M, C_out, T', V)


def stgcn(layout: Layout, in_channels: int = 3, edge_importance: bool = True, dropout: float = 0.0) -> STGCN:
    """ST-GCN with the partition by distance to the center joint, one 9-frame kernel per block.

    Args:
        layout: joints and links.
        in_channels: C.
        edge_importance: learn a weight per edge and block; else the graph stays fixed.
        dropout: rate in the temporal units (End2end: 0.5, PYSKL: 0).
    """
    block = STGCN_BLOCK._replace(adaptive='importance' if edge_importance else None, dropout=dropout)
    return STGCN(build_adjacency(layout, 'stgcn_spatial'), in_channels, block=block)


def stgcnpp(layout: Layout, in_channels: int = 3) -> STGCN:
    """ST-GCN++: learned graph, residual inside the graph convolution, multi-scale temporal unit.

    Args:
        layout: joints and links.
        in_channels: C.
    """
    return STGCN(build_adjacency(layout, 'spatial'), in_channels, block=STGCNPP_BLOCK)
