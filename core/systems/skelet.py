"""From configuration to SkeleT."""

from __future__ import annotations

from yacs.config import CfgNode

from core.layouts import get_layout
from core.models.skelet.network import SkeleT, SkeleTRecognizer
from core.models.skelet.options import SKELET_UNITS, SkeleTStages
from core.models.skeleton.head import GCNHead
from core.models.skeleton.instance_pooling import InstancePooling
from core.models.skeleton.skeleton_model import SkeletonModel
from core.systems.blueprint import Blueprint
from core.systems.skeleton import KEYPOINT_CHANNELS


class KeypointSkeleT(Blueprint):
    """SkeleT on keypoints."""

    def build(self, cfg: CfgNode) -> SkeletonModel:
        """Create SkeleT for the keypoints of ``DATASET.LAYOUT``, its persons merged with ``MODEL.INSTANCE_POOLING``."""
        layout, options = get_layout(cfg.DATASET.LAYOUT), cfg.MODEL.SKELET
        pooling = InstancePooling(KEYPOINT_CHANNELS, options.BASE_CHANNELS) if cfg.MODEL.INSTANCE_POOLING else None
        backbone = SkeleT(layout, KEYPOINT_CHANNELS, SkeleTStages(base_channels=options.BASE_CHANNELS),
                          SKELET_UNITS[options.UNIT], pooling=pooling)
        head = GCNHead(backbone.out_channels, cfg.DATASET.NUM_ACTION, options.DROPOUT)
        return SkeletonModel(SkeleTRecognizer(backbone, head))
