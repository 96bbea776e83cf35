"""Parity of the pose backbones: Lite-HRNet (mmpose top-down configuration) and HRNet (official YAML configuration)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from core.models.pose.hrnet import HRNet, HRStageSpec
from core.models.pose.lite_hrnet import LiteHRNet, LiteHRNetSpec
from core.models.pose.lite_module import StageSpec
from core.models.pose.multi_resolution import MultiResolutionBackbone
from core.parity.heatmap import HeatmapHead
from core.parity.iterative_head import HeadedLiteHRNet
from core.parity.running import count_parameters, load_exactly, run_training
from core.parity.vector import Vector


class HeatmapNet(nn.Module):
    """Backbone and heatmap head; the runners below call the two one by one."""

    def __init__(self, backbone: MultiResolutionBackbone, head: HeatmapHead) -> None:
        super().__init__()
        self.backbone, self.head = backbone, head


class HeatmapModel(nn.Module):
    """A heatmap network named as ``pose`` of the joint model."""

    def __init__(self, pose: HeatmapNet) -> None:
        super().__init__()
        self.pose = pose


def lite_hrnet_spec(extra: dict[str, Any], in_channels: int = 3) -> LiteHRNetSpec:
    """Description of the network that an official ``extra`` section asks for.

    Args:
        extra: with ``stem`` and ``stages_spec``.
        in_channels: channels of the input.
    """
    stages, stem = extra['stages_spec'], extra['stem']
    count = extra.get('num_stages', len(stages['num_modules']))
    rows = zip(*(stages[key][:count] for key in ('num_modules', 'num_channels', 'num_blocks', 'module_type',
                                                 'reduce_ratios', 'with_fuse')), strict=True)
    return LiteHRNetSpec(tuple(StageSpec(modules, tuple(channels), blocks, kind, ratio, fuse)
                               for modules, channels, blocks, kind, ratio, fuse in rows),
                         stem['stem_channels'], stem['out_channels'], stem['expand_ratio'], in_channels)


def hrnet_stages(extra: dict[str, Any]) -> tuple[HRStageSpec, ...]:
    """Stages that an official ``EXTRA`` section with ``STAGE2``, ``STAGE3``, ... asks for.

    Raises:
        ValueError: for blocks or sums that no published pose model uses.
    """
    stages = [extra[key] for key in sorted(extra) if key.startswith('STAGE')]
    for stage in stages:
        if stage.get('BLOCK', 'BASIC') != 'BASIC' or stage.get('FUSE_METHOD', 'SUM') != 'SUM':
            raise ValueError('only HRNet stages with BLOCK: BASIC and FUSE_METHOD: SUM are implemented')
    return tuple(HRStageSpec(stage['NUM_MODULES'], tuple(stage['NUM_CHANNELS']), tuple(stage['NUM_BLOCKS']))
                 for stage in stages)


def build_lite_hrnet_model(config: dict[str, Any]) -> HeatmapModel:
    """Heatmap model of an mmpose top-down configuration, named as ``pose`` of the joint model.

    Raises:
        ValueError: for BatchNorms that stay in evaluation mode while training.
    """
    backbone, head = config['backbone'], config['keypoint_head']
    if backbone.get('norm_eval', False):
        raise ValueError('norm_eval is not implemented: BatchNorm follows the mode of the model')
    kind = HeadedLiteHRNet if backbone['extra'].get('with_head', True) else LiteHRNet
    network = kind(lite_hrnet_spec(backbone['extra'], backbone.get('in_channels', 3)))
    return _pose_model(network, head['out_channels'], head.get('extra', {}).get('final_conv_kernel', 1))


def build_hrnet_model(config: dict[str, Any]) -> HeatmapModel:
    """Heatmap model of an official HRNet configuration, named as ``pose`` of the joint model."""
    settings = config['MODEL']
    network = HRNet(hrnet_stages(settings['EXTRA']), outputs=(0,))
    return _pose_model(network, settings['NUM_JOINTS'], settings['EXTRA'].get('FINAL_CONV_KERNEL', 1))


def _pose_model(backbone: MultiResolutionBackbone, num_joints: int, kernel: int) -> HeatmapModel:
    return HeatmapModel(HeatmapNet(backbone, HeatmapHead(backbone.channels[0], num_joints, kernel)))


def run_lite_hrnet(vector: Vector) -> dict[str, Tensor]:
    """Outputs of a Lite-HRNet: 'stem', 'stage_branch…' of the last stage, 'head_branch…', 'heatmap'."""
    return _run(vector, build_lite_hrnet_model(vector.config), _forward_lite_hrnet)


def run_hrnet(vector: Vector) -> dict[str, Tensor]:
    """Outputs of an HRNet: 'layer1', 'stage{s}_branch{b}' with official stage numbers, 'heatmap'."""
    return _run(vector, build_hrnet_model(vector.config), _forward_hrnet)


def _run(vector: Vector, model: HeatmapModel,
         forward: Callable[[HeatmapModel, Tensor], dict[str, Tensor]]) -> dict[str, Tensor]:
    load_exactly(model, vector.state())
    x = vector.inputs()['x']
    if vector.trains:
        outputs = run_training(vector, model, forward, x, 'heatmap')
    else:
        with torch.no_grad():
            outputs = forward(model.eval(), x)
    return {**outputs, 'num_parameters': count_parameters(model)}


def _forward_lite_hrnet(model: HeatmapModel, x: Tensor) -> dict[str, Tensor]:
    backbone = model.pose.backbone
    taps = backbone.forward_taps(x)
    last = f's{backbone.num_stages - 1}b'
    outputs = {'stem': taps['stem']}
    outputs |= {name.replace(last, 'stage_branch').replace('head', 'head_branch'): level
                for name, level in taps.items() if name.startswith((last, 'head'))}
    finest = taps['head0' if 'head0' in taps else f'{last}0']
    return {**outputs, 'heatmap': model.pose.head(finest)}


def _forward_hrnet(model: HeatmapModel, x: Tensor) -> dict[str, Tensor]:
    backbone = model.pose.backbone
    taps = backbone.forward_taps(x)
    outputs = {f'stage{int(name[1]) + 2}_branch{name[3:]}': level
               for name, level in taps.items() if name not in ('stem', 'layer1')}
    heatmap = model.pose.head(taps[f's{backbone.num_stages - 1}b0'])
    return {'layer1': taps['layer1'], **outputs, 'heatmap': heatmap}
