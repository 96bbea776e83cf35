"""What a run folder holds, read so that an older or unfinished run gets the page it can have."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from yacs.config import CfgNode

from core.config import saved_config
from core.engine.evaluation.results import Answer, read_metrics, read_predictions
from core.engine.runs.run_log import read_rows


class Run(NamedTuple):
    """The content of a run folder.

    Attributes:
        folder: where it lies.
        cfg: configuration of the run.
        rows: training log, a dictionary a row, as ``RunLogger`` wrote them.
        metrics: ``metrics.json``; empty for a run that was not tested.
        class_names: by label; empty where ``predictions.json`` is missing.
        answers: of every test clip; empty where ``predictions.json`` is missing.
    """

    folder: Path
    cfg: CfgNode
    rows: list[dict[str, Any]]
    metrics: dict[str, Any]
    class_names: tuple[str, ...]
    answers: tuple[Answer, ...]


def read_run(folder: Path) -> Run:
    """Read a run folder; only ``config.yaml`` must be there.

    Raises:
        ValueError: the folder is not that of a run, or one of its files is damaged.
    """
    file = folder / 'config.yaml'
    if not file.is_file():
        raise ValueError(f"'{folder}' holds no config.yaml; name the folder of a run, such as output/demo")
    class_names, answers = read_predictions(folder / 'predictions.json')
    return Run(folder, saved_config(file.read_text(), f"'{file}'"), read_rows(folder / 'metrics.jsonl'),
               read_metrics(folder / 'metrics.json'), class_names, answers)
