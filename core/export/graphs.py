"""From the parts of a model to ONNX graphs, and from two graphs to that of the whole model.

The joint graph is that of the crops, which sees every person and frame as one more crop, then that of the clips.
``core.inference.exported.split`` takes it apart again, to spread the crops over workers.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Sequence
from typing import cast

import onnx
import torch
from onnx import NodeProto, ValueInfoProto, compose, helper
from torch import Tensor, nn

from core.inference.exported import CLIPS, CROPS, JOINT_INPUTS, JOINT_OUTPUTS

OPSET = 20

IR_VERSION = 10


def trace(module: nn.Module, inputs: Sequence[Tensor], input_names: Sequence[str], output_names: Sequence[str],
          free: str) -> onnx.ModelProto:
    """Return the graph of a module in evaluation mode.

    Args:
        module: to be exported.
        inputs: examples, more than one of each.
        input_names: their names.
        output_names: names of what the module returns.
        free: name of the first axis of all inputs and outputs, which may have any length. It is left free by
            ``Dim.DYNAMIC``; a ``Dim`` with a name has been seen to freeze it without a word.
    """
    axes = tuple({0: torch.export.Dim.DYNAMIC} for _ in inputs)
    logging.getLogger('torch.onnx').setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), torch.no_grad():
        warnings.simplefilter('ignore')                                                  # about PyTorch's own code
        program = torch.onnx.export(module, tuple(inputs), dynamo=True, dynamic_shapes=axes, opset_version=OPSET,
                                    input_names=input_names, output_names=output_names, verbose=False)
    model = cast(torch.onnx.ONNXProgram, program).model_proto
    model.ir_version = IR_VERSION
    del model.graph.value_info[:]                                                        # in terms of unnamed axes
    for node in model.graph.node:
        del node.metadata_props[:]                                                       # lines of Python, megabytes
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = free
    return model


def join(crops: onnx.ModelProto, clips: onnx.ModelProto) -> onnx.ModelProto:
    """Return the graph of ``JointModel``, frames → distributions and logits, of those of its two parts."""
    crops, clips = (compose.add_prefix(model, prefix) for model, prefix in ((crops, CROPS), (clips, CLIPS)))
    inside = {value.name: value for graph in (crops.graph, clips.graph) for value in (*graph.input, *graph.output)}
    answers = [value.name.removeprefix(CROPS) for value in crops.graph.output]
    clip = ['B', *_sides(inside[f'{CLIPS}person_mask'])[1:], _sides(inside[f'{CLIPS}pose'])[2]]     # B, M, T
    outside = {'person_mask': _named('person_mask', inside[f'{CLIPS}person_mask'], clip[:2]),
               'image_size': _named('image_size', inside[f'{CROPS}image_size'], ['B', 2]),
               'logits': _named('logits', inside[f'{CLIPS}logits'], _sides(inside[f'{CLIPS}logits']))}
    outside |= {name: _named(name, inside[CROPS + name], [*clip, *_sides(inside[CROPS + name])[1:]])
                for name in ('frames', 'crop_to_image', *answers)}
    nodes = [*_spread(outside), *crops.graph.node, *_gather(outside, answers), *clips.graph.node,
             helper.make_node('Identity', [f'{CLIPS}logits'], ['logits'])]
    graph = helper.make_graph(nodes, 'joint', [outside[name] for name in JOINT_INPUTS],
                              [outside[name] for name in JOINT_OUTPUTS],
                              [*crops.graph.initializer, *clips.graph.initializer],
                              value_info=[*crops.graph.input, *crops.graph.output])
    opsets = {opset.domain: opset for model in (crops, clips) for opset in model.opset_import}
    return helper.make_model(graph, opset_imports=list(opsets.values()), ir_version=IR_VERSION)


def _sides(value: ValueInfoProto) -> list[int | str]:
    return [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]


def _inner_sides(value: ValueInfoProto) -> list[int]:
    """The lengths of all axes but the first, which is free."""
    return [axis.dim_value for axis in value.type.tensor_type.shape.dim[1:]]


def _named(name: str, like: ValueInfoProto, sides: Sequence[int | str]) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, like.type.tensor_type.elem_type, sides)


def _reshape(source: str, target: str, sides: Sequence[int]) -> list[NodeProto]:
    """Nodes that give ``source`` the shape (any, *sides)."""
    return [helper.make_node('Constant', [], [f'{target}/sides'], value_ints=[-1, *sides]),
            helper.make_node('Reshape', [source, f'{target}/sides'], [target])]


def _spread(outside: dict[str, ValueInfoProto]) -> list[NodeProto]:
    """Nodes from clips to crops; like ``PoseModel``, in place of an absent person they show person 0."""
    persons, frames, *picture = _inner_sides(outside['frames'])
    nodes: list[NodeProto] = []
    source = 'frames'
    if persons > 1:
        source = 'frames/shown'
        nodes = [*_reshape('person_mask', 'person_mask/wide', [persons, 1, 1, 1, 1]),
                 helper.make_node('Cast', ['person_mask/wide'], ['person_mask/present'], to=onnx.TensorProto.BOOL),
                 helper.make_node('Constant', [], ['frames/zero'], value_ints=[0]),
                 helper.make_node('Gather', ['frames', 'frames/zero'], ['frames/first'], axis=1),
                 helper.make_node('Where', ['person_mask/present', 'frames', 'frames/first'], [source])]
    return [*nodes, *_reshape(source, f'{CROPS}frames', picture),
            *_reshape('crop_to_image', f'{CROPS}crop_to_image', [2, 3]),
            helper.make_node('Constant', [], ['image_size/times'], value_ints=[1, persons * frames]),
            helper.make_node('Tile', ['image_size', 'image_size/times'], ['image_size/crops']),
            *_reshape('image_size/crops', f'{CROPS}image_size', [2])]


def _gather(outside: dict[str, ValueInfoProto], answers: Sequence[str]) -> list[NodeProto]:
    """Nodes from crops back to clips."""
    targets = {name: name if name in JOINT_OUTPUTS else CLIPS + name for name in answers}
    nodes = [helper.make_node('Identity', ['person_mask'], [f'{CLIPS}person_mask'])]
    return nodes + [node for name, target in targets.items()
                    for node in _reshape(CROPS + name, target, _inner_sides(outside[name]))]
