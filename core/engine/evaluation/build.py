"""From configuration to how a run is tested."""

from __future__ import annotations

from yacs.config import CfgNode

from core.engine.evaluation.predict import EvaluationSettings
from core.engine.evaluation.views import Views
from core.layouts import get_layout


def build_evaluation(cfg: CfgNode) -> EvaluationSettings:
    """Return the views, the decoding and the precision that a configuration tests with."""
    views = Views(cfg.TEST.NUM_CLIPS, get_layout(cfg.DATASET.LAYOUT).flip_order if cfg.TEST.FLIP else ())
    return EvaluationSettings(views, cfg.TEST.DECODE, cfg.TRAIN.AMP)
