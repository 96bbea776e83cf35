"""Files answer as PyTorch, for any batch and any number of workers; what is none of ours is refused."""

import numpy as np
import onnx
import pytest
import torch

from core.export.check import compare, part_inputs, random_clips
from core.inference import exported as packages
from core.inference.exported import ExportedModel
from tests.export.conftest import clips, files, make_recognizer, recognizer

__all__ = ['clips', 'files', 'make_recognizer', 'recognizer']      # fixtures


@pytest.mark.parametrize('threads', [1, 2])
@pytest.mark.parametrize('part', ['joint', 'pose', 'action'])
@pytest.mark.parametrize('count', [1, 5])
def test_answers_are_pytorchs(files, recognizer, part, threads, count):
    exported = ExportedModel(files[part], threads)
    clips = random_clips(recognizer, count, np.random.default_rng(0))
    assert max(compare(recognizer.model, exported, clips).largest.values()) < 1e-4
    assert exported.part == part and exported.clip_size == 4 and exported.class_names == ('sit', 'stand', 'walk')
    assert exported.config == recognizer.config


@torch.no_grad()
def test_crops_without_pictures_have_the_same_distributions(files, recognizer, clips):
    exported = ExportedModel(files['pose'])
    inputs = {name: values.numpy() for name, values in part_inputs(recognizer.model, 'pose', clips).items()}
    known, alone = exported.run(**inputs), exported.run(frames=inputs['frames'])
    assert np.array_equal(known['simcc_y'], alone['simcc_y'])
    assert not np.allclose(known['pose'], alone['pose'])


def test_a_missing_input_is_named(files, clips):
    with pytest.raises(ValueError, match="part joint needs 'person_mask'"):
        ExportedModel(files['joint']).run(frames=clips[0].numpy())


def test_a_file_of_somebody_else_is_refused(tmp_path):
    graph = onnx.parser.parse_graph('other (float[1] x) => (float[1] y) { y = Relu(x) }')
    onnx.save(onnx.helper.make_model(graph), tmp_path / 'other.onnx')
    with pytest.raises(ValueError, match='pose-action export'):
        ExportedModel(tmp_path / 'other.onnx')


def test_a_missing_package_is_named(files, monkeypatch):
    monkeypatch.setattr(packages, 'find_spec', lambda name: None)
    with pytest.raises(ValueError, match='package onnx: pip install -r requirements-export.txt'):
        ExportedModel(files['pose'])


def test_what_is_missing_is_named(monkeypatch):
    packages.check_packages(packages.MAKING)
    monkeypatch.setattr(packages, 'find_spec', lambda name: None if name == 'onnxscript' else name)
    packages.check_packages(packages.RUNNING)
    with pytest.raises(ValueError, match='package onnxscript: pip install -r requirements-export.txt'):
        packages.check_packages(packages.MAKING)
