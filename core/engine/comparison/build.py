"""From the configuration of a complete run to what its model costs."""

from __future__ import annotations

from torch.utils.data import default_collate
from yacs.config import CfgNode

from core.data.clips.loader import dataset_of
from core.engine.comparison.cost import TRAINING_CLIPS, Cost, measure_cost, read_cost, write_cost
from core.engine.evaluation.views import split_clips
from core.engine.runs.run_folder import run_folder
from core.engine.runtime import start_runtime
from core.engine.training.build import build_criterion, build_run_data
from core.systems.build import build_model


def ensure_cost(cfg: CfgNode) -> Cost:
    """Return what the model of a complete run costs, measured and written to ``cost.json`` unless it is already.

    Raises:
        ValueError: when the data of the run is not there any more.
    """
    cost = read_cost(run_folder(cfg))
    if cost is None:
        cost = _measure_run(cfg)
        write_cost(run_folder(cfg), cost)
    return cost


def _measure_run(cfg: CfgNode) -> Cost:
    runtime = start_runtime(cfg.GPUS)
    data, model = build_run_data(cfg, runtime), build_model(cfg)
    test = default_collate([dataset_of(data.test)[0]])
    training = default_collate([dataset_of(data.train or data.test)[0]] * TRAINING_CLIPS)
    view = [value[:1].clone() for value in split_clips(test.inputs, cfg.TEST.NUM_CLIPS)]
    return measure_cost(model, view, training, build_criterion(cfg, getattr(model, 'coding', None)),
                        views=cfg.TEST.NUM_CLIPS * (1 + cfg.TEST.FLIP), amp=cfg.TRAIN.AMP,
                        gpu=runtime.device if runtime.device_ids else None)
