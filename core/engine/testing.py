"""Test a checkpoint: ``metrics.json``, ``scores.npz`` and the pictures that explain them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import nn
from yacs.config import CfgNode

from core.data.build import Data
from core.engine.checkpoint import read_checkpoint, tested_weights
from core.engine.evaluate import predict, summarize
from core.engine.frame_check import check_frames
from core.engine.logger import write_json
from core.engine.pictures import draw_test
from core.engine.run_folder import run_folder
from core.engine.runtime import Runtime, wrap_model
from core.engine.scores import write_scores
from core.layouts import get_layout
from core.metrics.fusion import ClipScores
from core.models.build import build_model


def evaluate_checkpoint(cfg: CfgNode, data: Data, runtime: Runtime, checkpoint: Path) -> dict:
    """Test ``checkpoint`` on the protocol's test side; write ``metrics.json``, ``scores.npz`` and pictures.

    Returns:
        The content of ``metrics.json``, see ``summarize``.

    Raises:
        ValueError: when the checkpoint is unreadable or of another model, or too many frames are (``check_frames``).
    """
    model = build_model(cfg)
    load_weights(model, checkpoint)
    predictions = predict(wrap_model(model, runtime), data.test, runtime, split_ratio=cfg.MODEL.SIMDR_SPLIT_RATIO,
                          sigma=cfg.MODEL.SIGMA, decode=cfg.TEST.DECODE, amp=cfg.TRAIN.AMP)
    check_frames((data.test,), runtime, run_folder(cfg))
    metrics = summarize(predictions, get_layout(cfg.DATASET.LAYOUT), data.class_names)
    metrics['parameters'] = sum(parameter.numel() for parameter in model.parameters())
    if runtime.is_main:
        folder = run_folder(cfg)
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / 'metrics.json', metrics)
        if predictions.probabilities is not None:
            names = np.array([data.test.dataset.records[index].name for index in predictions.index])
            write_scores(folder / 'scores.npz', ClipScores(names, predictions.label, predictions.probabilities))
        draw_test(folder, data.test.dataset, predictions, data.class_names, cfg.TEST.PICTURES)
    return metrics


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
