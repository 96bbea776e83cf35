"""Our answers to the vectors of the published IntegralAction model, in all its modes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from core.models.integral.model import STREAMS_OF_MODE, IntegralAction
from core.parity.running import load_exactly, recording
from core.parity.vector import Vector

SETTINGS = {'class_num': 'num_classes', 'joint_num': 'num_joints', 'skeleton': 'limbs', 'input_hm_shape': 'map_size',
            'mode': 'mode', 'frame_per_seg': 'num_frames', 'pose_frame_factor': 'frame_factor',
            'img_resnet_type': 'rgb_depth', 'pose_resnet_type': 'pose_depth', 'agg_feat_dim': 'width',
            'pose_gate': 'gate', 'hm_sigma': 'sigma', 'paf_sigma': 'limb_radius', 'pose_score_thr': 'score_thr'}
"""Setting of the published code → argument of ours."""
OUTSIDE = {'resnet_feat_dim', 'input_img_shape', 'top_k_pose', 'frame_interval', 'reg_weight'}
"""Settings of the data or the loss, and settings that follow from others."""
GATE = ('aggregator.pose_gate_fc.', 'aggregator.img_norm.', 'aggregator.pose_norm.')
STREAM_PREFIXES = {'rgb': ('img_backbone.',), 'pose': ('pose2feat.', 'pose_backbone.layer')}

Outputs = dict[str, Tensor]


def build_published(config: dict[str, Any]) -> IntegralAction:
    """Create the model that a published configuration means.

    Raises:
        ValueError: for a setting that has no counterpart here.
    """
    unknown = set(config) - set(SETTINGS) - OUTSIDE
    if unknown:
        raise ValueError(f"IntegralAction setting '{min(unknown)}' has no counterpart here")
    return IntegralAction(**{SETTINGS[key]: value for key, value in config.items() if key in SETTINGS})


def used_state(vector: Vector) -> dict[str, Tensor]:
    """Return the vector's weights without those that its mode never reads: the published code builds every part."""
    streams = STREAMS_OF_MODE[vector.config['mode']]
    wanted: tuple[str, ...] = ('classifier.', *(prefix for stream in streams for prefix in STREAM_PREFIXES[stream]))
    if len(streams) > 1:
        wanted += ('aggregator.',)
    unread: tuple[str, ...] = () if vector.config['pose_gate'] else GATE
    unread += () if vector.config['pose_frame_factor'] > 1 else ('aggregator.pose_temporal_conv.',)
    return {key: value for key, value in vector.state().items()
            if key.startswith(wanted) and not key.startswith(unread)}


def run(vector: Vector) -> Outputs:
    """Outputs of every part: 'img_feature', 'heatmap', 'paf', 'pose_feature', 'aggregated', 'logits', ….

    Raises:
        ValueError: when the official weights that the mode reads are not exactly ours.
    """
    model = build_published(vector.config)
    load_exactly(model, used_state(vector))
    model.scale = nn.Identity()  # the vector's video is the network's input
    inputs = vector.inputs()
    keypoints = torch.cat([inputs['pose_coords'] - _middle(vector.config), inputs['pose_scores'][..., None]], dim=-1)
    with torch.no_grad():
        return _forward(model.eval(), inputs['video'], keypoints.transpose(1, 2), vector.config['joint_num'])


def _middle(config: dict[str, Any]) -> Tensor:
    height, width = config['input_hm_shape']
    return torch.tensor([width - 1, height - 1]) / 2


def _forward(model: IntegralAction, video: Tensor, keypoints: Tensor, num_joints: int) -> Outputs:
    with recording(dict(model.named_children())) as seen:
        output = model(video, keypoints)
    outputs = {'logits': output.logits, 'action_prob': output.logits.softmax(dim=-1)}
    outputs |= {name: seen[part] for name, part in (('img_feature', 'img_backbone'), ('pose_feature', 'pose_backbone'))
                if part in seen}
    if 'render' in seen:
        outputs |= {'heatmap': seen['render'][:, :num_joints], 'paf': seen['render'][:, num_joints:]}
    if 'aggregator' in seen:
        outputs['aggregated'] = seen['aggregator'].feature.flatten(0, 1)[..., None, None]    # (BT, D, 1, 1)
    if output.gate is not None:
        outputs['pose_gate'] = output.gate.mean(dim=(1, 2))
    return outputs
