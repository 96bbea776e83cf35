"""From configuration to IntegralAction."""

from __future__ import annotations

from yacs.config import CfgNode

from core.layouts import get_layout
from core.models.integral.model import IntegralAction
from core.models.integral.render import limbs_of

STRIDE = 4
"""Image pixels per pixel of the pose maps."""


def build(cfg: CfgNode) -> IntegralAction:
    """Create IntegralAction in the stage that ``TRAIN.MODE`` names."""
    layout, options, (width, height) = get_layout(cfg.DATASET.LAYOUT), cfg.MODEL.INTEGRAL, cfg.MODEL.IMAGE_SIZE
    return IntegralAction(cfg.DATASET.NUM_ACTION, layout.num_joints, limbs_of(layout),
                          (height // STRIDE, width // STRIDE), cfg.TRAIN.MODE, num_frames=cfg.DATASET.CLIP_SIZE,
                          frame_factor=options.FRAME_FACTOR, rgb_depth=options.RGB_DEPTH,
                          pose_depth=options.POSE_DEPTH, gate=options.GATE, sigma=options.SIGMA,
                          score_thr=options.SCORE_THR, dropout=options.DROPOUT)
