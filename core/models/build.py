"""From configuration to joint model: the only module of ``core.models`` that reads a configuration."""

from __future__ import annotations

import torch
from torch import nn
from yacs.config import CfgNode

from core.config import resolve_path
from core.layouts import get_layout
from core.models.checkpoints import load_pretrained
from core.models.implicit import ImplicitPose
from core.models.joint import JointModel
from core.models.pose.hrnet import HRNETS, build_hrnet
from core.models.pose.lite_hrnet import LITE_HRNETS, build_lite_hrnet
from core.models.pose.pose_net import PoseNet
from core.models.pose.simcc import SimCCHead
from core.models.skeleton.head import GCNHead
from core.models.skeleton.recognizer import SkeletonRecognizer
from core.models.skeleton.stgcn import SKELETON_NETWORKS
from core.models.visual.fusion import FUSIONS
from core.models.visual.late_conv import LateConvBranch

BACKBONES = {**dict.fromkeys(LITE_HRNETS, build_lite_hrnet), **dict.fromkeys(HRNETS, build_hrnet)}
"""``BACKBONE`` → builder."""


def build_pose_net(cfg: CfgNode) -> PoseNet:
    """Create the pose network: backbone and SimCC head."""
    backbone = BACKBONES[cfg.BACKBONE](cfg.BACKBONE, multi_scale_output=cfg.MODEL.MULTI_FUSE)
    head = SimCCHead(backbone.channels[0], cfg.DATASET.NUM_JOINTS, tuple(cfg.MODEL.IMAGE_SIZE),
                     cfg.MODEL.SIMDR_SPLIT_RATIO, kernel=cfg.MODEL.FINAL_CONV_KERNEL)
    return PoseNet(backbone, head)


def build_implicit(cfg: CfgNode) -> ImplicitPose:
    """Create the interface between the distributions and the skeleton network."""
    options = cfg.MODEL.IMPLICIT
    return ImplicitPose(tuple(cfg.MODEL.IMAGE_SIZE), cfg.MODEL.SIMDR_SPLIT_RATIO, mode=options.MODE,
                        embed_dim=options.EMBED_DIM, beta=options.BETA, grad_scale=options.GRAD_SCALE,
                        geom=options.GEOM, sigma=cfg.MODEL.SIGMA)


def build_skeleton(cfg: CfgNode, in_channels: int) -> SkeletonRecognizer:
    """Create the skeleton network for features of ``in_channels`` per joint."""
    options = {} if cfg.MODEL.SKELETON.NAME == 'stgcnpp' else {'edge_importance': cfg.MODEL.EDGE_IMPORTANCE}
    backbone = SKELETON_NETWORKS[cfg.MODEL.SKELETON.NAME](get_layout(cfg.DATASET.LAYOUT), in_channels, **options)
    return SkeletonRecognizer(backbone, GCNHead(backbone.out_channels, cfg.DATASET.NUM_ACTION,
                                                cfg.MODEL.SKELETON.DROPOUT))


def build_model(cfg: CfgNode) -> JointModel:
    """Create the joint model with random weights, its convolutions channels last in memory as its frames are."""
    pose, implicit = build_pose_net(cfg), build_implicit(cfg)
    skeleton = build_skeleton(cfg, implicit.out_channels)
    visual = fusion = None
    if cfg.MODEL.MULTI_FUSE:
        visual = LateConvBranch(pose.backbone.channels, cfg.DATASET.NUM_ACTION, cfg.DATASET.CLIP_SIZE,
                                version=cfg.MODEL.FUSE_VERSION, detach=cfg.MODEL.VISUAL_DETACH)
        fusion = FUSIONS[cfg.MODEL.FUSION](cfg.DATASET.NUM_ACTION)
    return JointModel(pose, implicit, skeleton, visual, fusion).to(memory_format=torch.channels_last)


def initialize_from(model: nn.Module, file: str) -> str:
    """Load the checkpoint ``PRETRAINED`` into a joint model and return one line that says what was loaded.

    Raises:
        ValueError: when the file is unreadable or nothing of it fits.
    """
    return f'{file}: {load_pretrained(model, resolve_path(file)).summary()}'
