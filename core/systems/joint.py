"""From configuration to the joint model and its parts."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn
from yacs.config import CfgNode

from core.layouts import get_layout
from core.models.implicit import ImplicitPose
from core.models.joint import JointModel, PoseModel, VisualBranch
from core.models.pose.coding import SimCCCoding
from core.models.pose.hrnet import HRNETS, build_hrnet
from core.models.pose.lite_hrnet import LITE_HRNETS, build_lite_hrnet
from core.models.pose.pose_net import PoseNet
from core.models.pose.simcc_head import SimCCHead
from core.models.pose.taps import last_stage_outputs, resolve_taps
from core.models.posec3d.distribution_volume import DistributionVolume
from core.models.posec3d.heatmap_recognizer import PoseC3D, build_posec3d
from core.models.published_weights import load_state
from core.models.skeleton.recognizer import SkeletonRecognizer
from core.models.visual.cross_attention import CrossAttentionBranch
from core.models.visual.fusion import FUSIONS, Fusion
from core.models.visual.late_conv import LateConvBranch
from core.systems.blueprint import Blueprint, Weights, stage_of
from core.systems.skeleton import build_skeleton

BACKBONES = {**dict.fromkeys(LITE_HRNETS, build_lite_hrnet), **dict.fromkeys(HRNETS, build_hrnet)}
"""``BACKBONE`` → builder."""

CELL_STRIDE = 32
"""Crop pixels per cell of the visual branch's token grid; a cell is as large as a pixel of the coarsest map."""


def visual_taps(cfg: CfgNode) -> tuple[str, ...]:
    """Return the backbone maps that the configured visual branch reads."""
    if not cfg.MODEL.MULTI_FUSE or cfg.TRAIN.MODE != 'joint':
        return ()
    names = ['disc'] if cfg.MODEL.VISUAL.NAME == 'late_conv' else cfg.MODEL.VISUAL.TAPS
    return tuple(tap for name in names for tap in resolve_taps(name))


def build_coding(cfg: CfgNode) -> SimCCCoding:
    """Create the coding of joints as distributions."""
    model = cfg.MODEL
    return SimCCCoding(tuple(model.IMAGE_SIZE), model.SIMDR_SPLIT_RATIO, model.SIGMA, target_norm=model.TARGET_NORM)


def build_pose_net(cfg: CfgNode) -> PoseNet:
    """Create the pose network: backbone and SimCC head."""
    taps = visual_taps(cfg)
    backbone = BACKBONES[cfg.BACKBONE](cfg.BACKBONE, outputs=last_stage_outputs(taps))
    head = SimCCHead(backbone.channels[0], cfg.DATASET.NUM_JOINTS, build_coding(cfg), cfg.MODEL.FINAL_CONV_KERNEL)
    return PoseNet(backbone, head, taps)


def build_implicit(cfg: CfgNode) -> ImplicitPose:
    """Create the interface between the distributions and the skeleton network; two stages pass rounded keypoints."""
    options, two_stage = cfg.MODEL.IMPLICIT, cfg.TRAIN.MODE == 'two_stage'
    return ImplicitPose(build_coding(cfg), mode='hard' if two_stage else options.MODE, embed_dim=options.EMBED_DIM,
                        beta=options.BETA, grad_scale=0.0 if two_stage else options.GRAD_SCALE, geom=options.GEOM)


def build_on_distributions(cfg: CfgNode) -> PoseC3D:
    """Create PoseC3D that reads the distributions as heatmaps."""
    coding, data = build_coding(cfg), cfg.DATASET
    volume = DistributionVolume(*coding.num_bins, data.NUM_JOINTS, data.HEATMAP_SIZE[0], coding.sigma)
    options = cfg.MODEL.POSEC3D
    return build_posec3d(volume, cfg.DATASET.NUM_ACTION, options.BASE_CHANNELS, options.STAGE_BLOCKS, options.DROPOUT)


def build_visual(cfg: CfgNode, pose: PoseNet, skeleton: SkeletonRecognizer) -> VisualBranch:
    """Create the visual branch for the taps of ``pose`` and the maps of ``skeleton``."""
    channels = [pose.backbone.tap_channels[tap] for tap in pose.taps]
    if cfg.MODEL.VISUAL.NAME == 'late_conv':
        return LateConvBranch(channels, cfg.DATASET.NUM_ACTION, cfg.DATASET.CLIP_SIZE,
                              version=cfg.MODEL.FUSE_VERSION)
    layout, options, (width, height) = get_layout(cfg.DATASET.LAYOUT), cfg.MODEL.VISUAL, cfg.MODEL.IMAGE_SIZE
    nodes = (layout.num_joints, len(layout.parts), len(layout.bodies))
    return CrossAttentionBranch(channels, skeleton.backbone.widths, nodes, cfg.DATASET.NUM_ACTION,
                                grid=(height // CELL_STRIDE, width // CELL_STRIDE), clip_size=cfg.DATASET.CLIP_SIZE,
                                query=options.QUERY, token_pool=options.TOKEN_POOL, dim=options.DIM,
                                heads=options.HEADS, layers=options.LAYERS, t_stride=options.T_STRIDE,
                                window=options.WINDOW, drop=options.DROP)


def build_fusion(cfg: CfgNode) -> Fusion:
    """Create the fusion of skeleton and visual logits; the published one stops both gradients by itself."""
    model = cfg.MODEL
    options = {} if model.FUSION == 'prob_upstream' else {'detach_skeleton': model.FUSION_SG_S,
                                                          'detach_visual': model.FUSION_SG_V}
    return FUSIONS[model.FUSION](cfg.DATASET.NUM_ACTION, **options)


class Joint(Blueprint):
    """The joint model; ``TRAIN.MODE two_stage`` is the baseline: a pose run, then an action run on its poses."""

    def build(self, cfg: CfgNode) -> JointModel | PoseModel:
        """Create the joint model, or for ``TRAIN.MODE pose`` the model of the pose network alone."""
        if cfg.TRAIN.MODE == 'pose':
            return PoseModel(build_pose_net(cfg))
        pose, implicit = build_pose_net(cfg), build_implicit(cfg)
        skeleton = (build_on_distributions(cfg) if cfg.MODEL.SKELETON.NAME == 'posec3d' else
                    build_skeleton(cfg, implicit.out_channels))
        visual = fusion = None
        if pose.taps:
            visual = build_visual(cfg, pose, skeleton)
            fusion = build_fusion(cfg)
        return JointModel(pose, implicit, skeleton, visual, fusion, cfg.MODEL.VISUAL.TAP_GRAD,
                          freeze_pose=cfg.TRAIN.MODE == 'two_stage')

    def earlier_stages(self, cfg: CfgNode) -> list[CfgNode]:
        """Return the pose stage of two stages."""
        if cfg.TRAIN.MODE != 'two_stage':
            return []
        return [stage_of(cfg, 'pose', round(cfg.TRAIN.POSE_SHARE * cfg.TRAIN.END_EPOCH), cfg.PRETRAINED)]

    def num_epochs(self, cfg: CfgNode) -> int:
        """Return the epochs that the pose stage leaves over."""
        return cfg.TRAIN.END_EPOCH - sum(stage.TRAIN.END_EPOCH for stage in self.earlier_stages(cfg))

    def rate_factors(self, cfg: CfgNode) -> dict[str, float]:
        """The pose network has a rate of its own."""
        return {'pose.': cfg.TRAIN.POSE_LR_RATIO}

    def leaves_gradients_out(self, cfg: CfgNode) -> bool:
        """With ``TAP_GRAD 0`` the backbone branches that only the visual branch reads get no gradient."""
        return cfg.MODEL.MULTI_FUSE and cfg.MODEL.VISUAL.TAP_GRAD == 0

    def start(self, model: nn.Module, cfg: CfgNode, earlier: Sequence[tuple[str, Weights]]) -> str | None:
        """Begin with the pose stage's weights, or with ``PRETRAINED``."""
        if not earlier:
            return super().start(model, cfg, earlier)
        (file, weights), = earlier
        return f'{file}: {load_state(model, weights).summary()}'
