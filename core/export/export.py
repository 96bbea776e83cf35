"""From a trained model to the content of an ONNX file: one part of it, in full or lower precision."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import cast

import onnx
import torch
from onnx import helper

from core.export.graph_parts import ClipPart, CropPart, channels_first, example_clips, example_crops
from core.export.graphs import join, trace
from core.export.precision import in_half, in_int8
from core.inference.exported import CLIP_INPUTS, CROP_INPUTS, Arrays
from core.inference.recognizers import Recognizer
from core.models.joint import JointModel

CROP_OUTPUTS = ('simcc_x', 'simcc_y', 'pose', 'seen')


@torch.no_grad()
def export_part(recognizer: Recognizer, part: str = 'joint', precision: str = 'full',
                calibration: Iterable[Arrays] = ()) -> onnx.ModelProto:
    """Return one part of a joint model as an ONNX graph that says in its metadata what it is.

    ``joint``: ``frames`` uint8 ``(B, M, T, H, W, 3)``, ``person_mask`` ``(B, M)``, ``crop_to_image``
    ``(B, M, T, 2, 3)`` and ``image_size`` ``(B, 2)`` → ``simcc_x``, ``simcc_y`` ``(B, M, T, V, N)`` and ``logits``
    ``(B, K)``. ``pose``: see ``CropPart``; ``action``: see ``ClipPart``, which reads what ``CropPart`` answers. B and
    the number of crops are free; M, T and the size of the crops are those of the run.

    Args:
        recognizer: of a system that can be exported.
        part: ``joint``, ``pose`` or ``action``.
        precision: ``full``, ``half``, or, for what reads crops, ``int8``.
        calibration: for ``int8``: inputs of ``CropPart`` from the training side.
    """
    model, view = channels_first(cast(JointModel, recognizer.model)), recognizer.view
    crops = example_crops(view.image_size)
    answers = CropPart(model)(*crops)
    graphs = []
    if part != 'action':
        graph = trace(CropPart(model), crops, CROP_INPUTS, CROP_OUTPUTS[:len(answers)], 'N')
        graphs.append(in_int8(graph, calibration) if precision == 'int8' else graph)
    if part != 'pose':
        clips = example_clips(answers, view.num_persons, recognizer.clip_size)
        graphs.append(trace(ClipPart(model), clips, CLIP_INPUTS[:len(clips)], ('logits',), 'B'))
    if precision == 'half':
        graphs = [in_half(graph) for graph in graphs]
    whole = join(*graphs) if part == 'joint' else graphs[0]
    helper.set_model_props(whole, {'part': part, 'config': recognizer.config, 'clip_size': str(recognizer.clip_size),
                                   'class_names': json.dumps(list(recognizer.class_names))})
    return whole
