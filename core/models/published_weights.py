"""Loads weights of published checkpoints: renames their tensors, and reports exactly what was loaded.

Every published layout is renamed to the joint model's names (``pose.*``, ``skeleton.*``, ``visual.*``, ``fusion.*``);
the key families are disjoint, so one table serves them all.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

WRAPPERS = r'^(?:(?:module|_orig_mod)\.)+'
TRUNK = r'(?=(?:stem|conv1|bn1|conv2|bn2|layer1|transition\d|stage\d|head_layer)\.)'
BLOCK = r'^stgcn\.st_gcn_networks\.(\d+)\.'
RENAMES: tuple[tuple[str, str], ...] = (
    # PoseC3D: PYSKL, MMAction2; its blocks say conv.weight where HRNet's say weight
    (r'^backbone\.(?=(?:conv1|layer\d\.\d+\.(?:conv\d|downsample))\.(?:conv|bn)\.)', 'skeleton.backbone.'),
    # pose: Lite-HRNet (mmpose 0.x and 1.x heads), HRNet, the published end2end model, a pose network of ours
    (r'^(?:hrnet\.|backbone\.)?' + TRUNK, 'pose.backbone.'),
    (r'^(?:hrnet\.|keypoint_head\.|head\.)?(?=(?:final_layer|mlp_head_x|mlp_head_y)\.)', 'pose.head.'),
    # skeleton: PYSKL, MMAction2, SkeleT
    (r'^(?:backbone\.)?(?=(?:data_bn|gcn|instance_pooling_block)\.)', 'skeleton.backbone.'),
    (r'^cls_head\.fc(?:_cls)?\.', 'skeleton.head.fc_cls.'),
    # skeleton, visual branch and fusion of the published end2end model
    (BLOCK + r'gcn\.conv\.', r'skeleton.backbone.gcn.\1.gcn.conv.'),
    (BLOCK + r'tcn\.0\.', r'skeleton.backbone.gcn.\1.gcn.bn.'),
    (BLOCK + r'tcn\.2\.', r'skeleton.backbone.gcn.\1.tcn.conv.'),
    (BLOCK + r'tcn\.3\.', r'skeleton.backbone.gcn.\1.tcn.bn.'),
    (BLOCK + r'residual\.0\.', r'skeleton.backbone.gcn.\1.residual.conv.'),
    (BLOCK + r'residual\.1\.', r'skeleton.backbone.gcn.\1.residual.bn.'),
    (r'^stgcn\.data_bn\.', 'skeleton.backbone.data_bn.'),
    (r'^stgcn\.fcn\.', 'skeleton.head.fc_cls.'),
    (r'^hrnet\.(?=multi_fuse_layer\.)', 'visual.'),
    (r'^(?=(?:v_block|t_cov|fcn)\.)', 'visual.'),
    (r'^learnable_weights$', 'fusion.weight'),
)
NESTED = ('state_dict', 'model', 'network')
RESNET_KEY, RESNET_STREAMS = 'layer4.0.conv1.weight', ('img_backbone', 'pose_backbone')
EXAMPLES = 3


class LoadReport(NamedTuple):
    """What happened to the tensors of a checkpoint; all names are the model's.

    Attributes:
        loaded: tensors that were copied.
        missing: tensors of the model that the checkpoint does not have.
        mismatched: tensors that both have in different shapes; not copied.
        unused: tensors of the checkpoint that the model does not have.
    """

    loaded: tuple[str, ...]
    missing: tuple[str, ...]
    mismatched: tuple[str, ...]
    unused: tuple[str, ...]

    def summary(self) -> str:
        """One line: how many tensors of each kind, with a few names.

        Example:
            >>> LoadReport(('a', 'b'), (), (), ('c',)).summary()
            '2 tensors loaded, 0 missing, 0 of another shape, 1 unused (c)'
        """
        def count(keys: tuple[str, ...], what: str) -> str:
            names = ', '.join(keys[:EXAMPLES]) + (', …' if len(keys) > EXAMPLES else '')
            return f'{len(keys)} {what}' + (f' ({names})' if keys else '')

        return ', '.join([f'{len(self.loaded)} tensors loaded', count(self.missing, 'missing'),
                          count(self.mismatched, 'of another shape'), count(self.unused, 'unused')])


def read_state(file: str | Path) -> dict[str, Tensor]:
    """Read the state dict of a checkpoint without running code that it might contain.

    Args:
        file: a bare state dict, or a dict that holds one as ``state_dict``, ``model`` or ``network``.

    Returns:
        Tensors on the CPU by the names in the file.

    Raises:
        ValueError: when the file is missing, damaged, needs code to be run, or holds no state dict.
    """
    try:
        content = torch.load(file, map_location='cpu', weights_only=True)
    except FileNotFoundError:
        raise ValueError(f"checkpoint '{file}' does not exist; correct the path or leave it empty") from None
    except pickle.UnpicklingError:
        raise ValueError(f"checkpoint '{file}' holds more than tensors and plain containers, or is no checkpoint at "
                         'all; save its state dict alone with torch.save') from None
    except Exception as error:
        raise ValueError(f"checkpoint '{file}' cannot be read ({type(error).__name__}): it is damaged or no "
                         'checkpoint; fetch it again or correct the path') from None
    nested = [content.get(name) for name in NESTED] if isinstance(content, dict) else []
    tensors = next(filter(None, map(_tensors, [*nested, content])), None)
    if tensors is None:
        raise ValueError(f"checkpoint '{file}' holds no state dict; it must be one, or have one as "
                         f'{" or ".join(NESTED)}')
    return tensors


def _tensors(content: Any) -> dict[str, Tensor]:
    if not isinstance(content, dict):
        return {}
    return {key: value for key, value in content.items() if isinstance(value, Tensor)}


def rename_key(key: str) -> str:
    """Name of a published tensor in the joint model; unknown names and our own stay as they are.

    Example:
        >>> rename_key('module.backbone.stem.conv1.conv.weight')
        'pose.backbone.stem.conv1.conv.weight'
    """
    key = re.sub(WRAPPERS, '', key)
    for pattern, ours in RENAMES:
        renamed, found = re.subn(pattern, ours, key, count=1)
        if found:
            return renamed
    return key


def to_joint_layout(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename a published state dict to the joint model's names.

    The published end2end model has one graph for all blocks, keeps the edge importances outside of the blocks, and
    classifies with a 1x1 convolution. Here every block has a graph of its own, and the classifier is a linear layer. A
    ResNet of torchvision becomes the backbone of both streams of IntegralAction.
    """
    if RESNET_KEY in state:
        return {f'{stream}.{key}': tensor for stream in RESNET_STREAMS for key, tensor in state.items()}
    renamed = {rename_key(key): tensor for key, tensor in state.items()}
    graph = renamed.pop('stgcn.A', None)
    if graph is not None:
        blocks = {match[1] for match in (re.match(BLOCK, re.sub(WRAPPERS, '', key)) for key in state) if match}
        for block in blocks:
            renamed[f'skeleton.backbone.gcn.{block}.gcn.A'] = graph
            importance = renamed.pop(f'stgcn.edge_importance{int(block) + 1}', None)
            if importance is not None:
                renamed[f'skeleton.backbone.gcn.{block}.gcn.PA'] = importance
    classifier = renamed.get('skeleton.head.fc_cls.weight')
    if classifier is not None:
        renamed['skeleton.head.fc_cls.weight'] = classifier.flatten(1)
    return renamed


def load_state(module: nn.Module, state: Mapping[str, Tensor]) -> LoadReport:
    """Copy every tensor that fits by name and shape, cast to the module's types.

    Raises:
        ValueError: when none fits.
    """
    own = module.state_dict()
    fitting = {key: tensor for key, tensor in state.items() if key in own and own[key].shape == tensor.shape}
    if not fitting:
        raise ValueError(f"none of the {len(state)} tensors fits the model by name and shape: the checkpoint has names "
                         f"like '{next(iter(state), '')}', the model like '{next(iter(own))}'")
    module.load_state_dict(fitting, strict=False)
    return LoadReport(loaded=tuple(fitting), missing=tuple(key for key in own if key not in state),
                      mismatched=tuple(key for key in state if key in own and key not in fitting),
                      unused=tuple(key for key in state if key not in own))


def load_pretrained(model: nn.Module, file: str | Path) -> LoadReport:
    """Load all fitting tensors of a checkpoint, in any known layout, into a model.

    Args:
        model: joint model, or any module whose parts bear its names.
        file: checkpoint, see ``read_state``.

    Raises:
        ValueError: when the file is unreadable or nothing of it fits; the message names the file.
    """
    state = to_joint_layout(read_state(file))
    try:
        return load_state(model, state)
    except ValueError as error:
        raise ValueError(f"checkpoint '{file}': {error}") from error
