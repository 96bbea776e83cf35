"""Test a checkpoint: ``metrics.json``, ``scores.npz``, ``predictions.json`` and the pictures that explain them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import nn
from yacs.config import CfgNode

from core.data.build import Data
from core.engine.evaluation.figures import summarize
from core.engine.evaluation.pictures import draw_test
from core.engine.evaluation.predict import predict_as_tested
from core.engine.evaluation.predictions import Predictions
from core.engine.evaluation.results import write_predictions, write_scores
from core.engine.runs.bad_frames import check_frames
from core.engine.runs.checkpoint import read_checkpoint, tested_weights
from core.engine.runs.run_folder import run_folder
from core.engine.runtime import Runtime, wrap_model
from core.files import write_json
from core.layouts import get_layout
from core.metrics.score_fusion import ClipScores
from core.systems.build import build_model


def evaluate_checkpoint(cfg: CfgNode, data: Data, runtime: Runtime, checkpoint: Path) -> dict:
    """Test ``checkpoint`` on the protocol's test side and write what came of it into the folder of the run.

    Returns:
        The content of ``metrics.json``, see ``summarize``; the same however many processes share the work.

    Raises:
        ValueError: when the checkpoint is unreadable or of another model, or too many frames are (``check_frames``).
    """
    model, layout = build_model(cfg), get_layout(cfg.DATASET.LAYOUT)
    load_weights(model, checkpoint)
    predictions = predict_as_tested(cfg, wrap_model(model, runtime), data.test, runtime)
    check_frames((data.test,), runtime, run_folder(cfg))
    metrics = {'parameters': sum(parameter.numel() for parameter in model.parameters()),
               **summarize(predictions, layout, data.class_names)}
    if runtime.is_main:
        write_test(run_folder(cfg), cfg, data, predictions, metrics)
    return metrics


def write_test(folder: Path, cfg: CfgNode, data: Data, predictions: Predictions, metrics: dict) -> None:
    """Write ``metrics.json``, ``predictions.json``, ``scores.npz`` where there are actions, and pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    names = np.array([data.test.dataset.records[index].name for index in predictions.index])
    write_json(folder / 'metrics.json', metrics)
    write_predictions(folder / 'predictions.json', predictions, names, data.class_names,
                      get_layout(cfg.DATASET.LAYOUT))
    if predictions.probabilities is not None:
        write_scores(folder / 'scores.npz', ClipScores(names, predictions.label, predictions.probabilities))
    draw_test(folder, data.test.dataset, predictions, data.class_names, cfg.TEST.PICTURES)


def load_weights(model: nn.Module, checkpoint: Path) -> None:
    """Set a model to the weights of one of our checkpoints.

    Raises:
        ValueError: when the checkpoint is unreadable or of another model.
    """
    state = read_checkpoint(checkpoint)
    try:
        model.load_state_dict(tested_weights(state))
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise ValueError(f"checkpoint '{checkpoint}' is of another model than the configuration builds ({reason}); "
                         'test it with the config.yaml of its own run') from None
