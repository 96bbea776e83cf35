"""MS-STGCN++: ST-GCN++ with coarser graphs beside the joints, at half and quarter frame rate.

The trunk is ST-GCN++ (2205.09443) with PYSKL's parameter names. After its first block, body parts and bodies enter as
branches of the same blocks with their own learned graphs (DMGNN 2003.08802); all scales exchange features at the end of
each stage. At first nothing flows back into the trunk, so a pretrained ST-GCN++ keeps its answers.
Added parameters are named ``ms.*``.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, NamedTuple

from torch import Tensor, nn

from core.layouts import Layout
from core.models.skeleton.block import STGCNPP_BLOCK
from core.models.skeleton.exchange import Coarsen, ExchangeUnit
from core.models.skeleton.hierarchy import build_hierarchy
from core.models.skeleton.stgcn import STGCN, stgcnpp

FIRST_BLOCK = 2
"""First block of the coarser scales, counted from 1 on the joints."""
MIN_RATIO = 0.1


class ScaleOptions(NamedTuple):
    """How the coarser scales look.

    Attributes:
        branches: number of scales: 1 joints, 2 and parts, 3 and bodies.
        width_ratio: channels of each scale relative to the joints'; the first is 1.
        exchange_after: blocks, counted from 1, after which the scales exchange features.
        learn_pool: learn the matrices between joints, parts and bodies, which start as means.
        zero_init: exchange changes nothing on the joints at first.
    """

    branches: int = 3
    width_ratio: tuple[float, ...] = (1, 0.5, 0.25)
    exchange_after: tuple[int, ...] = (4, 7, 10)
    learn_pool: bool = True
    zero_init: bool = True


def _check(options: ScaleOptions, num_blocks: int) -> None:
    ratios = options.width_ratio[:options.branches]
    if len(ratios) < options.branches or ratios[0] != 1 or min(ratios) < MIN_RATIO:
        raise ValueError(f'width_ratio needs a number from {MIN_RATIO} on for each of the {options.branches} branches, '
                         f'the first of them 1; got {tuple(options.width_ratio)}')
    if not set(options.exchange_after) <= set(range(FIRST_BLOCK, num_blocks + 1)):
        raise ValueError(f'exchange_after must name blocks from {FIRST_BLOCK} to {num_blocks}; '
                         f'got {tuple(options.exchange_after)}')


class CoarserScales(nn.Module):
    """What the coarser scales add to the trunk; ``MultiScaleSTGCN.maps`` runs them.

    Args:
        entry: for each coarser scale, the way from the joints to it.
        branches: the network of each coarser scale.
        exchange: number of a block → exchange of features after it.
    """

    def __init__(self, entry: nn.ModuleList, branches: nn.ModuleList, exchange: nn.ModuleDict) -> None:
        super().__init__()
        self.entry, self.branches, self.exchange = entry, branches, exchange

    def blocks(self) -> list[nn.ModuleList]:
        """Return the blocks of each branch."""
        return [branch.gcn for branch in self.branches if isinstance(branch, STGCN)]


class MultiScaleSTGCN(STGCN):
    """ST-GCN++ on joints, parts and bodies: ``(B, M, T, V, C) → [(B, M, C_s, ceil(T / 4 / 2^s), V_s), ...]``.

    Args:
        layout: joints and links, parts and bodies.
        in_channels: C.
        options: what the coarser scales look like.

    Raises:
        ValueError: for a layout without parts, an impossible number of scales, width ratio or exchange block.
    """

    def __init__(self, layout: Layout, in_channels: int, options: ScaleOptions) -> None:
        hierarchy = build_hierarchy(layout, options.branches)
        super().__init__(hierarchy.adjacency[0], in_channels, block=STGCNPP_BLOCK)
        _check(options, len(self.channels))
        width = self.channels[0]
        entry, branches = nn.ModuleList(), nn.ModuleList()
        for scale in range(1, options.branches):
            coarse_width = int(width * options.width_ratio[scale])
            entry.append(nn.Sequential(Coarsen(width, coarse_width, hierarchy.between(0, scale), 2 ** scale,
                                               options.learn_pool), nn.ReLU(inplace=True)))
            branches.append(STGCN(hierarchy.adjacency[scale], coarse_width, coarse_width, data_bn_type=None,
                                  block=STGCNPP_BLOCK, skip_first=True))
        scales = [self, *branches]
        exchange = nn.ModuleDict({
            str(block): ExchangeUnit([scale.channels[block - 1] for scale in scales], hierarchy, options.learn_pool,
                                     options.zero_init) for block in options.exchange_after})
        self.widths = tuple(scale.out_channels for scale in scales)
        self.ms = CoarserScales(entry, branches, exchange)

    def maps(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the maps ``(N, C_s, T_s, V_s)``, finest first, of normalized joints ``(N, C, T, V)``."""
        x = self.gcn[0](x)                                                               # (N, C_0, T, V)
        maps = [x, *(entry(x) for entry in self.ms.entry)]                               # (N, C_s, T / 2^s, V_s)
        trunk = islice(self.gcn, FIRST_BLOCK - 1, None)
        blocks_of_all = zip(trunk, *self.ms.blocks(), strict=True)
        for number, blocks in enumerate(blocks_of_all, start=FIRST_BLOCK):
            maps = [block(x) for block, x in zip(blocks, maps, strict=True)]             # (N, C_s, T_s, V_s)
            if str(number) in self.ms.exchange:
                maps = self.ms.exchange[str(number)](maps)
        return tuple(maps)


def ms_stgcnpp(layout: Layout, in_channels: int = 3, **options: Any) -> STGCN:
    """MS-STGCN++, or plain ST-GCN++ for ``branches=1``.

    Args:
        layout: joints and links, and parts and bodies where they are used.
        in_channels: C.
        **options: fields of ``ScaleOptions``.

    Raises:
        ValueError: for a layout without parts or impossible options.
    """
    scales = ScaleOptions(**options)
    if scales.branches == 1:
        return stgcnpp(layout, in_channels)
    return MultiScaleSTGCN(layout, in_channels, scales)
