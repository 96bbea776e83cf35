"""Lower precision: what becomes smaller, what stays as it is, and that the answers remain alike."""

import numpy as np
import pytest
import torch

from core.export.check import compare, part_answers, part_inputs, random_clips
from core.export.precision import behind_distributions, in_half, in_int8
from core.inference.exported import ExportedModel, read_graph


@pytest.fixture
def save(tmp_path):
    def write(graph):
        (tmp_path / 'lower.onnx').write_bytes(graph.SerializeToString())
        return ExportedModel(tmp_path / 'lower.onnx')
    return write


def test_half_is_about_half_as_large_and_still_right(recognizer, files, clips, save):
    graph = in_half(read_graph(files['joint']))
    difference = compare(recognizer.model, save(graph), clips)
    assert 1e-4 < max(difference.largest.values()) < 0.05
    before, after = (sum(len(tensor.raw_data) for tensor in model.graph.initializer)
                     for model in (read_graph(files['joint']), graph))
    assert after < 0.6 * before


@torch.no_grad()
def test_int8_is_for_the_convolutions_only(recognizer, files, clips, save):
    rng = np.random.default_rng(0)
    batches = [{name: values.numpy() for name, values in
                part_inputs(recognizer.model, 'pose', random_clips(recognizer, 2, rng)).items()} for _ in range(3)]
    graph = in_int8(read_graph(files['pose']), batches)
    integers = {node.output[0] for node in graph.graph.node if node.op_type == 'DequantizeLinear'}
    reading = {kind: [node.input[0] in integers for node in graph.graph.node if node.op_type == kind]
               for kind in ('Conv', 'MatMul', 'Softmax')}
    assert all(reading['Conv']) and not any(reading['MatMul'] + reading['Softmax'])
    exported, inputs = save(graph), part_inputs(recognizer.model, 'pose', clips)
    wanted = part_answers(recognizer.model, exported, inputs)['simcc_x']
    found = exported.run(**{name: values.numpy() for name, values in inputs.items()})['simcc_x']
    assert 0.98 < np.corrcoef(found.reshape(-1), wanted.reshape(-1))[0, 1] < 0.99999


def test_behind_the_distributions_lies_what_they_do_not_need(files):
    pose, action = (read_graph(files[part]) for part in ('pose', 'action'))
    behind, kinds = set(behind_distributions(pose)), {node.name: node.op_type for node in pose.graph.node}
    assert 'Conv' not in {kinds[name] for name in behind}
    assert {'Softmax', 'Log'} <= {kinds[name] for name in behind}
    assert behind_distributions(action) == []
