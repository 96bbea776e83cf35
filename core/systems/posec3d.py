"""From configuration to PoseC3D on keypoints."""

from __future__ import annotations

from yacs.config import CfgNode

from core.layouts import Pair
from core.models.posec3d.heatmap_recognizer import build_posec3d
from core.models.posec3d.volume import LIMB_ORDERS, KeypointVolume
from core.models.skeleton.skeleton_model import SkeletonModel
from core.systems.blueprint import Blueprint


class KeypointPoseC3D(Blueprint):
    """PoseC3D on keypoints."""

    def build(self, cfg: CfgNode) -> SkeletonModel:
        """Create PoseC3D that reads keypoints in heatmap pixels.

        Raises:
            ValueError: for limbs of another layout than COCO's 17 joints.
        """
        options = cfg.MODEL.POSEC3D
        limbs: tuple[Pair, ...] = ()
        if options.HEATMAP == 'limb':
            if cfg.DATASET.LAYOUT != 'coco17':
                raise ValueError(f'MODEL.POSEC3D.HEATMAP is limb but DATASET.LAYOUT is {cfg.DATASET.LAYOUT}; limbs are '
                                 'known for coco17 only, use HEATMAP keypoint')
            limbs = LIMB_ORDERS[options.LIMBS]
        volume = KeypointVolume(cfg.DATASET.NUM_JOINTS, limbs, options.SIGMA, *cfg.DATASET.HEATMAP_SIZE)
        return SkeletonModel(build_posec3d(volume, cfg.DATASET.NUM_ACTION, options.BASE_CHANNELS, options.STAGE_BLOCKS,
                                           options.DROPOUT))
