"""What a run folder holds, read so that an older or unfinished run gets the page it can have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from yacs.config import CfgNode

from core.config import saved_config
from core.engine.runs.run_log import read_rows


class Answer(NamedTuple):
    """What the model said of one clip.

    Attributes:
        name: of the sequence.
        label: true class.
        top: (class, probability 0..1), best first, up to five; empty for a model that knows no actions.
        oks: mean OKS of the clip's poses, 0..1; None without poses.
        pck: percent of its joints that are right; None without poses.
    """

    name: str
    label: int
    top: tuple[tuple[int, float], ...] = ()
    oks: float | None = None
    pck: float | None = None

    @property
    def right(self) -> bool:
        """Whether the best class is the true one."""
        return bool(self.top) and self.top[0][0] == self.label


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
    predictions = _read_json(folder / 'predictions.json')
    class_names = tuple(predictions.get('class_names', ()))
    try:
        answers = tuple(_answer(clip, len(class_names)) for clip in predictions.get('clips', ()))
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"'{folder / 'predictions.json'}' is not as exp/test.py writes it; run that again") from None
    return Run(folder, saved_config(file.read_text()), read_rows(folder / 'metrics.jsonl'),
               _read_json(folder / 'metrics.json'), class_names, answers)


def _answer(clip: dict[str, Any], num_classes: int) -> Answer:
    """One entry of ``predictions.json``; refuses classes without a name."""
    top = tuple((int(label), float(probability)) for label, probability in clip.get('top5') or ())
    if not all(0 <= label < num_classes for label in (clip['label'], *dict(top))):
        raise ValueError(clip['id'])
    return Answer(clip['id'], int(clip['label']), top, clip.get('oks'), clip.get('pck'))


def _read_json(file: Path) -> dict[str, Any]:
    """The object in a JSON file; empty for a missing one."""
    if not file.exists():
        return {}
    try:
        content = json.loads(file.read_text())
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ValueError(f"'{file}' is not a JSON object; run exp/test.py again")
    return content
