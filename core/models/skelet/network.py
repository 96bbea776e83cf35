"""The SkeleT network (2406.18011; official ``pyskl/models/gcns/skelet_gcn.py``) with the official parameter names."""

from __future__ import annotations

from torch import Tensor, nn

from core.layouts import Layout
from core.models.skelet.grouped import GroupedGCN, MergingPath
from core.models.skelet.options import DGSTGCN, STAGES, SkeleTOptions, SkeleTStages
from core.models.skelet.resolution import merged_graph, merging_matrix
from core.models.skeleton.head import GCNHead
from core.models.skeleton.instance_pooling import InstancePooling
from core.models.skeleton.norm import joint_norm
from core.models.skeleton.recognizer import SkeletonRecognizer
from core.models.skeleton.stgcn import stage_widths
from core.models.skeleton.tcn import build_temporal_unit


class SkeleTBlock(nn.Module):
    """``ReLU(tcn(gcn(x)) + residual(x))``: ``(N, C_in, T, U) → (N, C_out, ceil(T / stride), V)``.

    Args:
        gcn: ``(N, C_in, T, U) → (N, C_out, T, V)``.
        tcn: ``(N, C_out, T, V) → (N, C_out, T', V)``.
        residual: ``(N, C_in, T, U) → (N, C_out, T', V)``; ``None`` in the first block of a network.
    """

    def __init__(self, gcn: nn.Module, tcn: nn.Module, residual: nn.Module | None) -> None:
        super().__init__()
        self.gcn = gcn
        self.tcn = tcn
        self.residual = residual
        self.relu = nn.ReLU(inplace=residual is not None)   # CTR-GCN's temporal unit keeps its answer for its gradient

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C_out, T', V)`` of ``(N, C_in, T, U)``, T' = ceil(T / stride), at least 0."""
        y = self.tcn(self.gcn(x))                                                        # (N, C_out, T', V)
        return self.relu(y if self.residual is None else y + self.residual(x))


class SkeleT(nn.Module):
    """Blocks on fewer and fewer joints: ``(B, M, T, V, C) → [(B, M, C_out, T', V')]``; with pooling, M becomes 1.

    Args:
        layout: joints, links and the groups that merge them.
        in_channels: C.
        stages: widths, strides, joints and groups.
        options: variant of the family.
        data_bn_type: see ``core.models.skeleton.norm.joint_norm``.
        num_persons: M, used by ``data_bn_type='MVC'`` only.
        pooling: merges the persons of the normalized joints; the first block then has a residual path too.

    Attributes:
        channels: width after each block.
        out_channels: C_out.
        widths: C_out of every map; here one.

    Raises:
        ValueError: for an unknown variant, or stages that do not fit together or to the layout.
    """

    def __init__(self, layout: Layout, in_channels: int = 3, stages: SkeleTStages = STAGES,
                 options: SkeleTOptions = DGSTGCN, data_bn_type: str | None = 'VC', num_persons: int = 2,
                 pooling: InstancePooling | None = None) -> None:
        super().__init__()
        self.data_bn = joint_norm(data_bn_type, layout.num_joints, in_channels, num_persons)
        self.instance_pooling_block = pooling
        self.channels = stage_widths(stages.base_channels, stages.channel_ratio, len(stages.groups), stages.inflate)
        self.out_channels = self.channels[-1]
        self.widths = (self.out_channels,)
        joints = stages.joints_after(layout)
        graphs = {count: merged_graph(layout, count) for count in set(joints)}
        self.gcn = nn.ModuleList()
        fine, width = layout.num_joints, pooling.out_channels if pooling else in_channels
        for number, (coarse, out_width, groups) in enumerate(zip(joints, self.channels, stages.groups, strict=True), 1):
            stride, dropout = (2 if number in stages.down else 1), (options.dropout if number > 1 else 0.0)
            starts = number == 1 and pooling is None
            merging = None if fine == coarse else merging_matrix(layout, fine, coarse)
            self.gcn.append(SkeleTBlock(
                GroupedGCN(width, out_width, graphs[coarse], groups, merging, options.map_same and not starts, options),
                build_temporal_unit(options.tcn_type, out_width, coarse, stride, dropout),
                None if starts else MergingPath(width, out_width, merging, stride)))
            fine, width = coarse, out_width

    def forward(self, x: Tensor, person_mask: Tensor | None = None) -> tuple[Tensor, ...]:
        """Return the one map ``(B, M or 1, C_out, T', V')``.

        Args:
            x: joint features ``(B, M, T, V, C)``.
            person_mask: 1 where the person exists, ``(B, M)``; read by the instance pooling only.
        """
        x = self.data_bn(x)
        if self.instance_pooling_block is None:
            persons, maps = x.shape[1], x.flatten(0, 1).permute(0, 3, 1, 2)              # (BM, C, T, V)
        else:
            persons, maps = 1, self.instance_pooling_block(x, person_mask)               # (B, D, T, V)
        for block in self.gcn:
            maps = block(maps)
        return (maps.unflatten(0, (-1, persons)),)


class SkeleTRecognizer(SkeletonRecognizer):
    """Action logits of joint sequences by SkeleT.

    With instance pooling the head averages the one map of all persons; else it averages the maps of present persons.

    Args:
        backbone: the network.
        head: maps and optional person mask → ``(B, K)``.
    """

    backbone: SkeleT

    def __init__(self, backbone: SkeleT, head: GCNHead) -> None:
        super().__init__(backbone, head)

    def features(self, x: Tensor, person_mask: Tensor | None = None) -> tuple[Tensor, ...]:
        """Return the backbone's maps; arguments as in ``SkeleT.forward``."""
        return self.backbone(x, person_mask)
