"""Our answers to the vectors of the published end2end model: pose, logits as joint features, ST-GCN, visual branch."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from core.layouts import get_layout
from core.models.implicit import ImplicitPose
from core.models.joint import JointModel
from core.models.pose.coding import SimCCCoding
from core.models.pose.lite_hrnet import LiteHRNet
from core.models.pose.pose_net import PoseNet
from core.models.pose.simcc_head import SimCCHead
from core.models.pose.taps import TAP_PRESETS
from core.models.skeleton.head import GCNHead
from core.models.skeleton.recognizer import SkeletonRecognizer
from core.models.skeleton.stgcn import stgcn
from core.models.visual.fusion import UpstreamFusion
from core.models.visual.late_conv import LateConvBranch
from core.parity.cases.pose_cases import lite_hrnet_spec
from core.parity.running import count_parameters, load_exactly
from core.parity.vector import Vector

DROPOUT = 0.5


def build_published(config: dict[str, Any]) -> JointModel:
    """Create the joint model that a published configuration means.

    Raises:
        ValueError: for a backbone or a pose output that the published code cannot run itself.
    """
    settings, dataset = config['MODEL'], config['DATASET']
    if config.get('BACKBONE') != 'lite-hrnet' or settings.get('COORD_REPRESENTATION') != 'sa-simdr':
        raise ValueError('only published configurations with BACKBONE: lite-hrnet and COORD_REPRESENTATION: sa-simdr '
                         'have a model')
    classes = dataset['NUM_ACTION']
    backbone = LiteHRNet(lite_hrnet_spec(settings['EXTRA']))
    coding = SimCCCoding(tuple(settings['IMAGE_SIZE']), settings['SIMDR_SPLIT_RATIO'])
    head = SimCCHead(backbone.channels[0], dataset['NUM_JOINTS'], coding, settings['EXTRA']['FINAL_CONV_KERNEL'])
    implicit = ImplicitPose(coding, mode='logits')
    network = stgcn(get_layout('coco17'), implicit.out_channels, settings.get('EDGE_IMPORTANCE', True), DROPOUT)
    taps: tuple[str, ...] = ()
    visual = fusion = None
    if settings.get('MULTI_FUSE'):
        taps = TAP_PRESETS['disc']
        visual = LateConvBranch(backbone.channels[1:], classes, dataset['CLIP_SIZE'], settings.get('fuse_version', 1))
        fusion = UpstreamFusion(classes)
    return JointModel(PoseNet(backbone, head, taps), implicit,
                      SkeletonRecognizer(network, GCNHead(network.out_channels, classes)), visual, fusion)


def run(vector: Vector) -> dict[str, Tensor]:
    """Outputs 'pose_simdr', 'logits_stgcn' and, with MULTI_FUSE, 'logits_visual' and 'prob_fused'."""
    model = build_published(vector.config)
    load_exactly(model, vector.state())
    model.normalize = nn.Identity()  # the vector's images are the network's input
    images = vector.inputs()['images'][:, None]                                          # (B, 1, T, 3, H, W)
    batch, persons, clip = images.shape[:3]
    with torch.no_grad():
        output = model.eval()(images, torch.ones(batch, persons), torch.eye(2, 3).expand(batch, persons, clip, 2, 3),
                              torch.ones(batch, 2))
    outputs = {'pose_simdr': torch.cat([output.simcc_x, output.simcc_y], dim=-1).flatten(0, 2),   # (BT, V, N_x + N_y)
               'logits_stgcn': output.skeleton_logits, 'num_parameters': count_parameters(model)}
    if model.visual is None:
        return outputs
    return outputs | {'logits_visual': output.visual_logits, 'prob_fused': output.logits}
