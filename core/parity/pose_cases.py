"""Parity of the pose backbones: Lite-HRNet (mmpose top-down configuration) and HRNet (official YAML configuration)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from core.models.pose.heatmap import HeatmapHead
from core.models.pose.hrnet import HRNet, HRStageSpec
from core.models.pose.lite_hrnet import LiteHRNet, LiteHRNetSpec
from core.models.pose.lite_module import StageSpec
from core.parity.running import count_parameters, load_exactly, run_training
from core.parity.vector import Vector

LITE_MAPS = {'s': 'stage', 'head': 'head_'}


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


def _pose_model(backbone: nn.Module, num_joints: int, kernel: int) -> nn.ModuleDict:
    head = HeatmapHead(backbone.channels[0], num_joints, kernel)
    return nn.ModuleDict({'pose': nn.ModuleDict({'backbone': backbone, 'head': head})})


def _run_lite(model: nn.ModuleDict, x: Tensor) -> dict[str, Tensor]:
    backbone = model['pose']['backbone']
    taps = backbone.forward_taps(x)
    last = f's{backbone.num_stages - 1}b'
    outputs = {'stem': taps['stem']}
    for name, level in taps.items():
        if name.startswith(last):
            outputs[f'stage_branch{name.removeprefix(last)}'] = level
        elif name.startswith('head'):
            outputs[f'head_branch{name.removeprefix("head")}'] = level
        elif name != 'stem':
            outputs[f'stage{name[1]}_branch{name[3:]}'] = level
    finest = taps['head0' if 'head0' in taps else f'{last}0']
    return {**outputs, 'heatmap': model['pose']['head'](finest)}


def run_lite_hrnet(vector: Vector) -> dict[str, Tensor]:
    """Outputs of a Lite-HRNet heatmap model: 'stem', 'stage_branch…', 'head_branch…', 'heatmap'."""
    backbone, head = vector.config['backbone'], vector.config['keypoint_head']
    extra = backbone['extra']
    model = _pose_model(LiteHRNet(lite_hrnet_spec(extra, backbone.get('in_channels', 3)),
                                  with_head=extra.get('with_head', True), norm_eval=backbone.get('norm_eval', False)),
                        head['out_channels'], head.get('extra', {}).get('final_conv_kernel', 1))
    load_exactly(model, vector)
    x = vector.inputs()['x']
    if vector.trains:
        outputs = run_training(vector, model, _run_lite, x, 'heatmap')
    else:
        with torch.no_grad():
            outputs = _run_lite(model.eval(), x)
    return {**outputs, 'num_parameters': count_parameters(model)}


def _run_hrnet(model: nn.ModuleDict, x: Tensor) -> dict[str, Tensor]:
    backbone = model['pose']['backbone']
    taps = backbone.forward_taps(x)
    outputs = {'stem': taps['stem'], 'layer1': taps['layer1']}
    outputs |= {f'stage{int(name[1]) + 2}_branch{name[3:]}': level
                for name, level in taps.items() if name not in outputs}
    return {**outputs, 'heatmap': model['pose']['head'](taps[f's{backbone.num_stages - 1}b0'])}


def run_hrnet(vector: Vector) -> dict[str, Tensor]:
    """Outputs of an HRNet heatmap model: 'layer1', 'stage{s}_branch{b}' with official stage numbers, 'heatmap'."""
    settings = vector.config['MODEL']
    backbone = HRNet(hrnet_stages(settings['EXTRA']), multi_scale_output=False)
    model = _pose_model(backbone, settings['NUM_JOINTS'], settings['EXTRA'].get('FINAL_CONV_KERNEL', 1))
    load_exactly(model, vector)
    x = vector.inputs()['x']
    if vector.trains:
        outputs = run_training(vector, model, _run_hrnet, x, 'heatmap')
    else:
        with torch.no_grad():
            outputs = _run_hrnet(model.eval(), x)
    return {**outputs, 'num_parameters': count_parameters(model)}
