"""The comparison sees what is wrong."""

import copy

import numpy as np
import pytest
import torch

from core.config import load_config
from core.data.build import build_data
from core.engine.evaluation.build import build_evaluation
from core.export.check import compare, dataset_clips, figures_of, random_clips
from core.inference.exported import ExportedModel
from core.layouts import COCO17


def test_a_file_of_other_weights_differs(files, recognizer, clips):
    other = copy.deepcopy(recognizer.model)
    with torch.no_grad():
        other.skeleton.head.fc_cls.bias += torch.tensor([0.0, 0.0, 99.0])
    difference = compare(other, ExportedModel(files['joint']), clips)
    assert difference.largest['simcc_x'] < 1e-4 and 98 < difference.largest['logits'] < 100
    assert difference.same_class < 1


def test_crops_have_no_class(files, recognizer, clips):
    assert compare(recognizer.model, ExportedModel(files['pose']), clips).same_class is None


def test_noise_fits_the_run(make_recognizer):
    recognizer = make_recognizer('NUM_PERSONS', '2')
    frames, mask, maps, sizes = random_clips(recognizer, 8, np.random.default_rng(0))
    assert frames.shape == (8, 2, 4, 64, 32, 3) and frames.dtype == torch.uint8 and sizes.shape == (8, 2)
    assert maps.shape == (8, 2, 4, 2, 3)
    assert mask[:, 0].all() and mask[:, 1].sum() == 4


def test_clips_come_from_all_over_a_data_set(tiny_data):
    from core.config import load_config
    from core.data.build import build_data
    cfg = load_config(overrides=['DATA_DIR', str(tiny_data), 'ANNOTATIONS', 'tiny.pkl', 'NUM_ACTION', '2', 'WORKERS',
                                 '0', 'IMAGE_SIZE', '[32,64]', 'CLIP_SIZE', '4', 'VAL_RATIO', '0'])
    dataset = build_data(cfg).test.dataset
    frames, *_ = dataset_clips(dataset, 3)
    assert np.array_equal(frames[-1].numpy(), dataset[len(dataset) - 1].frames)
    assert len(dataset_clips(dataset, 100)[0]) == len(dataset)


def test_figures_are_the_checkpoints(files, recognizer, tiny_data):
    cfg = load_config(overrides=['DATA_DIR', str(tiny_data), 'ANNOTATIONS', 'tiny.pkl', 'NUM_ACTION', '2', 'WORKERS',
                                 '0', 'IMAGE_SIZE', '[32,64]', 'CLIP_SIZE', '4', 'VAL_RATIO', '0'])
    batches = build_data(cfg).test
    own, exported = (figures_of(model, batches, build_evaluation(cfg), COCO17) for model in
                     (recognizer.model, ExportedModel(files['joint'])))
    assert own['num_clips'] == exported['num_clips'] == 4
    assert exported['top1'] == own['top1'] and exported['confusion'] == own['confusion']
    assert exported['pose']['PCK'] == pytest.approx(own['pose']['PCK'])
