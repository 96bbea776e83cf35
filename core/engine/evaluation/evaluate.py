"""Test a model: ``metrics.json``, ``scores.npz``, ``predictions.json`` and the pictures that explain them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import nn

from core.data.build import Data
from core.data.clips.loader import dataset_of
from core.engine.evaluation.figures import summarize
from core.engine.evaluation.pictures import draw_test
from core.engine.evaluation.predict import EvaluationSettings, predict
from core.engine.evaluation.predictions import Predictions
from core.engine.evaluation.results import write_metrics, write_predictions, write_scores
from core.engine.runs.bad_frames import check_frames
from core.engine.runtime import Runtime, wrap_model
from core.metrics.score_fusion import ClipScores


def evaluate(model: nn.Module, data: Data, runtime: Runtime, folder: Path, settings: EvaluationSettings,
             num_pictures: int = 0) -> dict:
    """Test a model on the protocol's test side and write what came of it into a folder.

    Args:
        model: with its weights.
        data: of the run.
        runtime: of this process; the main one writes.
        folder: of the run.
        settings: how clips are looked at.
        num_pictures: clips that are drawn.

    Returns:
        The content of ``metrics.json``, see ``summarize``; the same however many processes share the work.

    Raises:
        ValueError: too many frames are missing or damaged (``check_frames``).
    """
    predictions = predict(wrap_model(model, runtime), data.test, runtime, settings)
    check_frames((data.test,), runtime, folder)
    metrics = {'parameters': sum(parameter.numel() for parameter in model.parameters()),
               **summarize(predictions, dataset_of(data.test).layout, data.class_names)}
    if runtime.is_main:
        write_test(folder, data, predictions, metrics, num_pictures)
    return metrics


def write_test(folder: Path, data: Data, predictions: Predictions, metrics: dict, num_pictures: int) -> None:
    """Write ``metrics.json``, ``predictions.json``, ``scores.npz`` where there are actions, and pictures."""
    dataset = dataset_of(data.test)
    names = [dataset.records[index].name for index in predictions.index]
    write_metrics(folder / 'metrics.json', metrics)
    write_predictions(folder / 'predictions.json', predictions, names, data.class_names, dataset.layout)
    if predictions.probabilities is not None:
        write_scores(folder / 'scores.npz', ClipScores(np.array(names), predictions.label, predictions.probabilities))
    draw_test(folder, dataset, predictions, data.class_names, num_pictures)
