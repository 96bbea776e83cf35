"""A file is tested like its checkpoint."""

import pytest

from core.config import load_config
from core.data.build import build_data
from core.export.evaluate import ExportedModule, figures_of
from core.export.runtime import OnnxModel


def test_figures_are_the_checkpoints(files, recognizer, tiny_data):
    cfg = load_config(overrides=['DATA_DIR', str(tiny_data), 'ANNOTATIONS', 'tiny.pkl', 'NUM_ACTION', '2', 'WORKERS',
                                 '0', 'IMAGE_SIZE', '[32,64]', 'CLIP_SIZE', '4', 'VAL_RATIO', '0'])
    batches = build_data(cfg).test
    own, exported = (figures_of(model, cfg, batches) for model in
                     (recognizer.model, ExportedModule(OnnxModel(files['joint']))))
    assert own['num_clips'] == exported['num_clips'] == 4
    assert exported['top1'] == own['top1'] and exported['confusion'] == own['confusion']
    assert exported['pose']['PCK'] == pytest.approx(own['pose']['PCK'])
