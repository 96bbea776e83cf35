"""Graphs with fewer bits: weights in half precision, or convolutions on 8-bit integers."""

from __future__ import annotations

import copy
import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from core.inference.exported import Arrays

DISTRIBUTIONS = ('simcc_x', 'simcc_y')


def in_half(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Return a graph whose kernels and matrices are stored in half precision.

    They become 32-bit numbers again while the file is loaded. ONNX Runtime has no 16-bit convolution for x86: it would
    compute with 32 bits all the same, and round in between.
    """
    half = copy.deepcopy(graph)
    casts, nodes = [], list(half.graph.node)
    for tensor in half.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.ndim > 1:
            stored = f'{tensor.name}/half'
            casts.append(helper.make_node('Cast', [stored], [tensor.name], f'{stored}/cast', to=onnx.TensorProto.FLOAT))
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), stored))
    del half.graph.node[:]
    half.graph.node.extend([*casts, *nodes])
    return half


def in_int8(graph: onnx.ModelProto, batches: Iterable[Arrays]) -> onnx.ModelProto:
    """Return a graph of crops whose convolutions compute with 8-bit integers, one scale per channel of the weights.

    All that is no convolution stays at 32 bits; with that in integers, too, the demo lost four times as much AP.

    Args:
        graph: of ``CropPart``.
        batches: its inputs, from the training side; they show which range of values each convolution reads.
    """
    logging.getLogger().setLevel(logging.ERROR)                                          # it advises on the root logger
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / 'int8.onnx'
        quantize_static(copy.deepcopy(graph), file, _Batches(batches), quant_format=QuantFormat.QDQ, per_channel=True,
                        op_types_to_quantize=['Conv'], activation_type=QuantType.QUInt8,
                        weight_type=QuantType.QInt8, nodes_to_exclude=behind_distributions(graph))
        return onnx.load(file)


def behind_distributions(graph: onnx.ModelProto) -> list[str]:
    """Return the names of the nodes on which no distribution depends; none where the graph has no distributions."""
    sources = {name: node for node in graph.graph.node for name in node.output}
    wanted, needed = [value.name for value in graph.graph.output if value.name in DISTRIBUTIONS], set()
    if not wanted:
        return []
    while wanted:
        node = sources.get(wanted.pop())
        if node is not None and node.name not in needed:
            needed.add(node.name)
            wanted.extend(node.input)
    return [node.name for node in graph.graph.node if node.name not in needed]


class _Batches(CalibrationDataReader):
    """What ``quantize_static`` reads: one batch after another, then ``None``."""

    def __init__(self, batches: Iterable[Arrays]) -> None:
        self.batches = iter(batches)

    def get_next(self) -> Arrays | None:
        return next(self.batches, None)
