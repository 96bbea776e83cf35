"""From configuration to the skeleton network, alone or behind a pose network."""

from __future__ import annotations

from yacs.config import CfgNode

from core.layouts import get_layout
from core.models.skeleton.instance_pooling import InstancePooling
from core.models.skeleton.recognizer import PooledRecognizer, SkeletonRecognizer, build_recognizer
from core.models.skeleton.skeleton_model import SkeletonModel
from core.systems.blueprint import Blueprint

KEYPOINT_CHANNELS = 3


def build_skeleton(cfg: CfgNode, in_channels: int) -> SkeletonRecognizer:
    """Create the skeleton network for features of ``in_channels`` per joint."""
    scales = cfg.MODEL.MS
    options = {'stgcn': {'edge_importance': cfg.MODEL.EDGE_IMPORTANCE}, 'stgcnpp': {},
               'ms_stgcnpp': {'branches': scales.BRANCHES, 'width_ratio': tuple(scales.WIDTH_RATIO),
                              'exchange_after': tuple(scales.EXCHANGE_AFTER), 'learn_pool': scales.LEARN_POOL,
                              'zero_init': scales.ZERO_INIT}}
    pooling = InstancePooling(in_channels) if cfg.MODEL.INSTANCE_POOLING else None
    recognizer = build_recognizer(cfg.MODEL.SKELETON.NAME, get_layout(cfg.DATASET.LAYOUT),
                                  pooling.out_channels if pooling else in_channels, cfg.DATASET.NUM_ACTION,
                                  cfg.MODEL.SKELETON.DROPOUT, **options[cfg.MODEL.SKELETON.NAME])
    return PooledRecognizer(pooling, recognizer) if pooling else recognizer


class Skeleton(Blueprint):
    """The skeleton network on keypoints."""

    def build(self, cfg: CfgNode) -> SkeletonModel:
        """Create the skeleton network that reads keypoints."""
        return SkeletonModel(build_skeleton(cfg, KEYPOINT_CHANNELS))
