"""Answers as testing takes them: how a configuration wants sequences looked at, and poses read."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn
from yacs.config import CfgNode

from core.data.dataset import Clip
from core.data.skeleton_dataset import SkeletonClip
from core.engine.evaluate import predict
from core.engine.predictions import Predictions
from core.engine.runtime import Runtime
from core.engine.views import Views
from core.layouts import get_layout


def predict_as_tested(cfg: CfgNode, model: nn.Module, batches: Iterable[Clip | SkeletonClip],
                      runtime: Runtime) -> Predictions:
    """Return a model's answers with the views, the decoding and the precision that a configuration tests with.

    Args:
        cfg: configuration of the run.
        model: wrapped or not.
        batches: of this process; they hold ``TEST.NUM_CLIPS`` clips of every sequence.
        runtime: of this process.
    """
    views = Views(cfg.TEST.NUM_CLIPS, get_layout(cfg.DATASET.LAYOUT).flip_order if cfg.TEST.FLIP else ())
    return predict(model, batches, runtime, split_ratio=cfg.MODEL.SIMDR_SPLIT_RATIO, sigma=cfg.MODEL.SIGMA,
                   decode=cfg.TEST.DECODE, amp=cfg.TRAIN.AMP, views=views)
