"""Graphs of any batch size, and what is joined comes apart again."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from core.export.check import random_clips
from core.export.export import export_part
from core.export.graphs import join, trace
from core.inference.exported import read_graph, split


def run(graph, inputs):
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=['CPUExecutionProvider'])
    names = [value.name for value in session.get_outputs()]
    feeds = {value.name: inputs[value.name] for value in session.get_inputs()}
    return dict(zip(names, session.run(None, feeds), strict=True))


def test_the_first_axis_is_free_and_the_others_are_not():
    graph = trace(nn.Conv2d(3, 4, 3), [torch.zeros(2, 3, 8, 6)], ['picture'], ['map'], 'N')
    sides = [axis.dim_param or axis.dim_value for axis in graph.graph.input[0].type.tensor_type.shape.dim]
    assert sides == ['N', 3, 8, 6]
    assert run(graph, {'picture': torch.zeros(5, 3, 8, 6).numpy()})['map'].shape == (5, 4, 6, 4)


@torch.no_grad()
def test_the_joint_file_runs_as_it_is_and_in_pieces(recognizer, files, clips):
    graph = read_graph(files['joint'])
    onnx.checker.check_model(graph, full_check=True)
    inputs = dict(zip(('frames', 'person_mask', 'crop_to_image', 'image_size'),
                      (values.numpy() for values in clips), strict=True))
    values = dict(inputs)
    for piece in split(graph):
        values |= run(piece, values)
    wanted = recognizer.model(*clips)
    for name, found in run(graph, inputs).items():
        assert found == pytest.approx(values[name], abs=1e-5)
        assert found == pytest.approx(getattr(wanted, name).numpy(), abs=1e-4)


@torch.no_grad()
def test_absent_persons_show_person_0(files, make_recognizer):
    """As in ``PoseModel``, also in what is predicted for them."""
    recognizer = make_recognizer('NUM_PERSONS', '2')
    graph = join(read_graph(files['pose']), export_part(recognizer, 'action'))           # both have the same crops
    clips = random_clips(recognizer, 3, np.random.default_rng(0))
    names = ('frames', 'person_mask', 'crop_to_image', 'image_size')
    found = run(graph, {name: values.numpy() for name, values in zip(names, clips, strict=True)})
    wanted = recognizer.model(*clips)
    assert found['simcc_x'] == pytest.approx(wanted.simcc_x.numpy(), abs=1e-4)
    assert found['logits'] == pytest.approx(wanted.logits.numpy(), abs=1e-4)


def test_no_transposition_moves_channels_inside_the_backbone(files):
    """Traced with channels last, every channel shuffle had three of them, which took most of the time."""
    graph = read_graph(files['pose'])
    moves = [list(node.attribute[0].ints) for node in graph.graph.node if node.op_type == 'Transpose']
    assert [0, 2, 1, 3, 4] in moves                                      # a channel shuffle
    assert [move for move in moves if len(move) == 5 and move != [0, 2, 1, 3, 4]] == []


def test_a_file_that_is_none_is_refused(tmp_path):
    (tmp_path / 'text.onnx').write_text('nothing of the kind')
    for name in ('text.onnx', 'missing.onnx'):
        with pytest.raises(ValueError, match=name):
            read_graph(tmp_path / name)
