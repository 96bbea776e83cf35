"""What distinguishes the networks of the SkeleT family, as data."""

from __future__ import annotations

from typing import NamedTuple

from core.layouts import Layout
from core.models.skelet.resolution import resolutions


class SkeleTOptions(NamedTuple):
    """What distinguishes the members of the SkeleT family.

    Attributes:
        gcn_type: graph unit: ``'dggcn'`` (DG-STGCN), ``'unit_gcn'`` (ST-GCN++) or ``'unit_ctrgcn'`` (CTR-GCN).
        tcn_type: temporal unit that belongs to it: ``'dgmstcn'``, ``'mstcn'`` or ``'MSTCN'``.
        subsets: graphs of each unit.
        split_way: how groups get their channels: ``'split'`` slices the input, ``'conv+split'`` slices a convolution of
            it, ``'conv+repeat'`` gives every group the same narrower convolution of it.
        mapping: how the merging of joints is learned; values of ``core.models.skeleton.block.BlockOptions.adaptive``.
        same_mapping: the same for blocks that keep their joints; their mapping starts from the identity.
        map_same: whether blocks that keep their joints map them.
        adaptive: how ``unit_gcn`` learns its graph.
        conv_pos: where ``unit_gcn`` has its convolution.
        ratio: channels of a subset of ``dggcn`` relative to those of its group; ``None``: 1 / subsets.
        dropout: dropout rate at the end of the temporal unit; the first block has none.
    """

    gcn_type: str = 'dggcn'
    tcn_type: str = 'dgmstcn'
    subsets: int = 8
    split_way: str = 'split'
    mapping: str | None = 'init'
    same_mapping: str | None = 'importance'
    map_same: bool = True
    adaptive: str | None = 'init'
    conv_pos: str = 'pre'
    ratio: float | None = None
    dropout: float = 0.0


DGSTGCN = SkeleTOptions()
STGCNPP = SkeleTOptions(gcn_type='unit_gcn', tcn_type='mstcn', subsets=3)
CTRGCN = SkeleTOptions(gcn_type='unit_ctrgcn', tcn_type='MSTCN', subsets=3)
SKELET_UNITS = {'dgstgcn': DGSTGCN, 'stgcnpp': STGCNPP, 'ctrgcn': CTRGCN}
"""The three published networks. The official ``skelet_ctrgcn`` files ask for ST-GCN++'s units; ours has CTR-GCN's."""


class SkeleTStages(NamedTuple):
    """Widths, strides, joints and groups of the blocks, which are counted from 1.

    Attributes:
        base_channels: width of the first stage.
        channel_ratio: growth of the width at ``inflate``.
        inflate: blocks at which the width grows.
        down: blocks that halve T (rounded up).
        pooling: blocks that merge joints.
        joints: numbers of joints after these blocks; ``None`` takes one step of the layout for each.
        groups: G of every block.
    """

    base_channels: int = 64
    channel_ratio: float = 2.0
    inflate: tuple[int, ...] = (5, 8)
    down: tuple[int, ...] = (5, 8)
    pooling: tuple[int, ...] = (5, 8)
    joints: tuple[int, ...] | None = None
    groups: tuple[int, ...] = (1, 1, 1, 1, 2, 2, 2, 4, 4, 4)

    def joints_after(self, layout: Layout) -> tuple[int, ...]:
        """Return V after every block.

        Raises:
            ValueError: there are more or fewer numbers of joints than merging blocks.
        """
        steps = resolutions(layout)[1:len(self.pooling) + 1] if self.joints is None else self.joints
        if len(steps) != len(self.pooling):
            raise ValueError(f"SkeleT: joint layout '{layout.name}' gives {len(steps)} numbers of joints {steps} for "
                             f'{len(self.pooling)} merging blocks; give as many, or add groups to core/layouts.py')
        counts = (layout.num_joints, *steps)
        return tuple(counts[sum(stage <= block for stage in self.pooling)] for block in range(1, len(self.groups) + 1))


STAGES = SkeleTStages()
