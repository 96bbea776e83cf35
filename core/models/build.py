"""From configuration to model: the only module of ``core.models`` that reads a configuration."""

from __future__ import annotations

import torch
from torch import nn
from yacs.config import CfgNode

from core.config import resolve_path
from core.layouts import get_layout
from core.models.checkpoints import load_pretrained
from core.models.implicit import ImplicitPose
from core.models.joint import JointModel, PoseModel, SkeletonModel
from core.models.pose.hrnet import HRNETS, build_hrnet
from core.models.pose.lite_hrnet import LITE_HRNETS, build_lite_hrnet
from core.models.pose.pose_net import PoseNet
from core.models.pose.simcc import SimCCHead
from core.models.pose.taps import last_stage_outputs, resolve_taps
from core.models.skeleton.recognizer import SkeletonRecognizer, build_recognizer
from core.models.visual.cross_attention import CrossAttentionBranch
from core.models.visual.fusion import FUSIONS, Fusion
from core.models.visual.late_conv import LateConvBranch

BACKBONES = {**dict.fromkeys(LITE_HRNETS, build_lite_hrnet), **dict.fromkeys(HRNETS, build_hrnet)}
"""``BACKBONE`` → builder."""

KEYPOINT_CHANNELS = 3
STRIDE = 32
"""Crop pixels per cell of the visual branch's token grid, those of the backbone's coarsest map."""


def visual_taps(cfg: CfgNode) -> tuple[str, ...]:
    """Return the backbone maps that the configured visual branch reads."""
    if not cfg.MODEL.MULTI_FUSE or cfg.TRAIN.MODE != 'joint':
        return ()
    names = ['disc'] if cfg.MODEL.VISUAL.NAME == 'late_conv' else cfg.MODEL.VISUAL.TAPS
    return tuple(tap for name in names for tap in resolve_taps(name))


def build_pose_net(cfg: CfgNode) -> PoseNet:
    """Create the pose network: backbone and SimCC head."""
    taps = visual_taps(cfg)
    backbone = BACKBONES[cfg.BACKBONE](cfg.BACKBONE, outputs=last_stage_outputs(taps))
    head = SimCCHead(backbone.channels[0], cfg.DATASET.NUM_JOINTS, tuple(cfg.MODEL.IMAGE_SIZE),
                     cfg.MODEL.SIMDR_SPLIT_RATIO, kernel=cfg.MODEL.FINAL_CONV_KERNEL)
    return PoseNet(backbone, head, taps)


def build_implicit(cfg: CfgNode) -> ImplicitPose:
    """Create the interface between the distributions and the skeleton network; two stages pass rounded keypoints."""
    options, two_stage = cfg.MODEL.IMPLICIT, cfg.TRAIN.MODE == 'two_stage'
    return ImplicitPose(tuple(cfg.MODEL.IMAGE_SIZE), cfg.MODEL.SIMDR_SPLIT_RATIO,
                        mode='hard' if two_stage else options.MODE, embed_dim=options.EMBED_DIM, beta=options.BETA,
                        grad_scale=0.0 if two_stage else options.GRAD_SCALE, geom=options.GEOM, sigma=cfg.MODEL.SIGMA)


def build_skeleton(cfg: CfgNode, in_channels: int) -> SkeletonRecognizer:
    """Create the skeleton network for features of ``in_channels`` per joint."""
    scales = cfg.MODEL.MS
    options = {'stgcn': {'edge_importance': cfg.MODEL.EDGE_IMPORTANCE}, 'stgcnpp': {},
               'ms_stgcnpp': {'enable': scales.ENABLE, 'branches': scales.BRANCHES,
                              'width_ratio': tuple(scales.WIDTH_RATIO), 'exchange_after': tuple(scales.EXCHANGE_AFTER),
                              'learn_pool': scales.LEARN_POOL, 'zero_init': scales.ZERO_INIT}}
    return build_recognizer(cfg.MODEL.SKELETON.NAME, get_layout(cfg.DATASET.LAYOUT), in_channels,
                            cfg.DATASET.NUM_ACTION, cfg.MODEL.SKELETON.DROPOUT, **options[cfg.MODEL.SKELETON.NAME])


def build_visual(cfg: CfgNode, pose: PoseNet, skeleton: SkeletonRecognizer) -> nn.Module:
    """Create the visual branch for the taps of ``pose`` and the maps of ``skeleton``."""
    channels = [pose.backbone.tap_channels[tap] for tap in pose.taps]
    if cfg.MODEL.VISUAL.NAME == 'late_conv':
        return LateConvBranch(channels, cfg.DATASET.NUM_ACTION, cfg.DATASET.CLIP_SIZE,
                              version=cfg.MODEL.FUSE_VERSION)
    layout, options, (width, height) = get_layout(cfg.DATASET.LAYOUT), cfg.MODEL.VISUAL, cfg.MODEL.IMAGE_SIZE
    nodes = (layout.num_joints, len(layout.parts), len(layout.bodies))
    return CrossAttentionBranch(channels, skeleton.backbone.widths, nodes, cfg.DATASET.NUM_ACTION,
                                grid=(height // STRIDE, width // STRIDE), clip_size=cfg.DATASET.CLIP_SIZE,
                                query=options.QUERY, token_pool=options.TOKEN_POOL, dim=options.DIM,
                                heads=options.HEADS, layers=options.LAYERS, t_stride=options.T_STRIDE,
                                window=options.WINDOW, drop=options.DROP)


def build_fusion(cfg: CfgNode) -> Fusion:
    """Create the fusion of skeleton and visual logits; the published one stops both gradients by itself."""
    model = cfg.MODEL
    options = {} if model.FUSION == 'prob_upstream' else {'detach_skeleton': model.FUSION_SG_S,
                                                          'detach_visual': model.FUSION_SG_V}
    return FUSIONS[model.FUSION](cfg.DATASET.NUM_ACTION, **options)


def build_joint(cfg: CfgNode) -> JointModel:
    """Create the joint model, or that of the second of two stages, which has no visual branch."""
    pose, implicit = build_pose_net(cfg), build_implicit(cfg)
    skeleton = build_skeleton(cfg, implicit.out_channels)
    visual = fusion = None
    if pose.taps:
        visual = build_visual(cfg, pose, skeleton)
        fusion = build_fusion(cfg)
    return JointModel(pose, implicit, skeleton, visual, fusion, cfg.MODEL.VISUAL.TAP_GRAD,
                      freeze_pose=cfg.TRAIN.MODE == 'two_stage')


def build_model(cfg: CfgNode) -> nn.Module:
    """Create the model of ``TRAIN.MODE`` with random weights, its convolutions channels last in memory."""
    if cfg.TRAIN.MODE == 'pose':
        model = PoseModel(build_pose_net(cfg))
    elif cfg.TRAIN.MODE == 'action':
        model = SkeletonModel(build_skeleton(cfg, KEYPOINT_CHANNELS))
    else:
        model = build_joint(cfg)
    return model.to(memory_format=torch.channels_last)


def initialize_from(model: nn.Module, file: str) -> str:
    """Load the checkpoint ``PRETRAINED`` into a model and return one line that says what was loaded.

    Raises:
        ValueError: when the file is unreadable or nothing of it fits.
    """
    return f'{file}: {load_pretrained(model, resolve_path(file)).summary()}'
