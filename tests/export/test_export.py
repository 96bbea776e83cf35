"""What a file says of itself."""

import json

import numpy as np
import onnxruntime
import pytest
import torch

from core.export.check import compare, random_clips
from core.export.export import export_part
from core.export.graphs import trace
from core.inference.exported import ExportedModel, read_graph
from core.models.visual.fusion import ProbabilityFusion


@pytest.mark.parametrize(('part', 'inputs', 'outputs'), [
    ('joint', ['frames', 'person_mask', 'crop_to_image', 'image_size'], ['simcc_x', 'simcc_y', 'logits']),
    ('pose', ['frames', 'crop_to_image', 'image_size'], ['simcc_x', 'simcc_y', 'pose']),
    ('action', ['pose', 'person_mask'], ['logits'])])
def test_names_and_metadata(files, recognizer, part, inputs, outputs):
    model = read_graph(files[part])
    assert [value.name for value in model.graph.input] == inputs
    assert [value.name for value in model.graph.output] == outputs
    about = {entry.key: entry.value for entry in model.metadata_props}
    assert about['part'] == part and about['clip_size'] == '4'
    assert json.loads(about['class_names']) == ['sit', 'stand', 'walk']
    assert about['config'] == recognizer.config


def test_a_visual_branch_is_one_more_input_of_the_action(make_recognizer, tmp_path):
    recognizer = make_recognizer('MULTI_FUSE', 'true')
    (tmp_path / 'action.onnx').write_bytes(export_part(recognizer, 'action').SerializeToString())
    exported = ExportedModel(tmp_path / 'action.onnx')
    assert exported.inputs == ('pose', 'person_mask', 'seen')
    clips = random_clips(recognizer, 2, np.random.default_rng(0))
    assert compare(recognizer.model, exported, clips).largest['logits'] < 1e-4


def test_fused_scores_of_improbable_classes_stay_numbers():
    """``torch.logaddexp`` is exported without the precaution that it takes itself."""
    fusion = ProbabilityFusion(3).eval()
    skeleton, visual = torch.tensor([[0.0, -300.0, -1.0]] * 2), torch.tensor([[0.0, -400.0, -2.0]] * 2)
    graph = trace(fusion, [skeleton, visual], ['skeleton', 'visual'], ['fused'], 'B')
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=['CPUExecutionProvider'])
    found = session.run(None, {'skeleton': skeleton.numpy(), 'visual': visual.numpy()})[0]
    assert found == pytest.approx(fusion(skeleton, visual).detach().numpy(), rel=1e-6)
