"""From configuration to the 3D-CNN on keypoint sequences."""

from __future__ import annotations

from yacs.config import CfgNode

from core.models.keypoint_cnn import KeypointPicture, KeypointSequence, build_keypoint_cnn
from core.models.skeleton.skeleton_model import SkeletonModel
from core.systems.blueprint import Blueprint

READS = {'volume': 'prenormalize', 'image': 'pose_compact'}
"""``MODEL.KEYPOINT_CNN.INPUT`` → ``DATASET.PREPROCESS`` that it needs."""


class KeypointCNN(Blueprint):
    """The 3D-CNN on keypoint sequences."""

    def build(self, cfg: CfgNode) -> SkeletonModel:
        """Create the network for keypoints as numbers, or drawn.

        Raises:
            ValueError: a ``DATASET.PREPROCESS`` that does not make the chosen input.
        """
        options, data = cfg.MODEL.KEYPOINT_CNN, cfg.DATASET
        if data.PREPROCESS != READS[options.INPUT]:
            raise ValueError(f'MODEL.KEYPOINT_CNN.INPUT is {options.INPUT} but DATASET.PREPROCESS is '
                             f'{data.PREPROCESS}; set PREPROCESS to {READS[options.INPUT]}')
        volume = (KeypointSequence(cfg.MODEL.NUM_PERSONS) if options.INPUT == 'volume' else
                  KeypointPicture(data.NUM_JOINTS, *data.HEATMAP_SIZE))
        return SkeletonModel(build_keypoint_cnn(volume, data.NUM_ACTION, options.BASE_CHANNELS, options.DROPOUT))
