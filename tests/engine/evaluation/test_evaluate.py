"""A test writes its files, and what it returns is what they hold."""

import json

import pytest

from core.config import load_config
from core.engine.evaluation.build import build_evaluation
from core.engine.evaluation.evaluate import evaluate
from core.engine.runtime import start_runtime
from core.engine.training.build import build_run_data
from core.systems.build import build_model


@pytest.mark.parametrize(('overrides', 'files'), [
    (['TRAIN.MODE', 'pose'], {'metrics.json', 'predictions.json'}),
    (['MODEL.NAME', 'skeleton'], {'metrics.json', 'predictions.json', 'scores.npz', 'confusion.png'}),
])
def test_a_test_writes_what_there_is_to_write(tiny_of, tmp_path, overrides, files):
    cfg, runtime = load_config(overrides=tiny_of(*overrides)), start_runtime([])
    metrics = evaluate(build_model(cfg), build_run_data(cfg, runtime), runtime, tmp_path / 'out',
                       build_evaluation(cfg))
    assert {file.name for file in (tmp_path / 'out').iterdir()} == files
    assert json.loads((tmp_path / 'out' / 'metrics.json').read_text()) == json.loads(json.dumps(metrics))
