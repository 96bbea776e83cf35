"""From configuration to IntegralAction."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn
from yacs.config import CfgNode

from core.layouts import get_layout
from core.models.integral.merge import merge_streams
from core.models.integral.model import IntegralAction
from core.models.integral.render import limbs_of
from core.models.published_weights import load_state
from core.systems.blueprint import Blueprint, Weights, stage_of

MAP_STRIDE = 4
"""Image pixels per pixel of the pose maps."""

STREAMS = ('rgb_only', 'pose_only')


class SceneIntegralAction(Blueprint):
    """IntegralAction on whole frames and keypoints; ``rgb+pose`` trains each stream first, then the gate."""

    def build(self, cfg: CfgNode) -> IntegralAction:
        """Create IntegralAction in the stage that ``TRAIN.MODE`` names."""
        layout, options, (width, height) = get_layout(cfg.DATASET.LAYOUT), cfg.MODEL.INTEGRAL, cfg.MODEL.IMAGE_SIZE
        map_size = height // MAP_STRIDE, width // MAP_STRIDE
        return IntegralAction(cfg.DATASET.NUM_ACTION, layout.num_joints, limbs_of(layout), map_size, cfg.TRAIN.MODE,
                              num_frames=cfg.DATASET.CLIP_SIZE,
                              frame_factor=options.FRAME_FACTOR, rgb_depth=options.RGB_DEPTH,
                              pose_depth=options.POSE_DEPTH, gate=options.GATE, sigma=options.SIGMA,
                              score_thr=options.SCORE_THR, dropout=options.DROPOUT)

    def earlier_stages(self, cfg: CfgNode) -> list[CfgNode]:
        """Return the runs of both streams; none if ``PRETRAINED`` is given."""
        if cfg.TRAIN.MODE != 'rgb+pose' or cfg.PRETRAINED:
            return []
        return [stage_of(cfg, mode, cfg.TRAIN.END_EPOCH, cfg.MODEL.INTEGRAL.RESNET) for mode in STREAMS]

    def learning_rate(self, cfg: CfgNode) -> float:
        """The gate between both streams has a rate of its own."""
        return cfg.TRAIN.LR * (cfg.MODEL.INTEGRAL.LR_RATIO if cfg.TRAIN.MODE == 'rgb+pose' else 1.0)

    def start(self, model: nn.Module, cfg: CfgNode, earlier: Sequence[tuple[str, Weights]]) -> str | None:
        """Begin with the merged weights of both streams, or with ``PRETRAINED``."""
        if not earlier:
            return super().start(model, cfg, earlier)
        merged = merge_streams(*(weights for _, weights in earlier))
        return f'{" and ".join(file for file, _ in earlier)}: {load_state(model, merged.state).summary()}'
