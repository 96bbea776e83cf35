"""The files of a test, written and read: ``metrics.json``, ``predictions.json`` and ``scores.npz``."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.engine.evaluation.predictions import Poses, Predictions
from core.files import write_atomic, write_json
from core.layouts import Layout
from core.metrics.classification import ranked_classes
from core.metrics.percent import percents
from core.metrics.pose import measure_persons
from core.metrics.score_fusion import ClipScores

DIGITS = 6


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


def write_metrics(file: Path, metrics: dict[str, Any]) -> None:
    """Write the figures of a test, see ``summarize``."""
    write_json(file, metrics)


def read_metrics(file: Path) -> dict[str, Any]:
    """Return what ``write_metrics`` wrote; empty for a missing file.

    Raises:
        ValueError: the file is damaged.
    """
    return _read_json(file)


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


def write_predictions(file: Path, predictions: Predictions, names: Sequence[str], class_names: Sequence[str],
                      layout: Layout) -> None:
    """Write ``{"class_names": [...], "clips": [...]}``, a clip a line; the file appears when it is complete.

    Args:
        file: to be written.
        predictions: the model's answers.
        names: ids of the clips (N,), in the order of the predictions.
        class_names: by label.
        layout: joints of the poses.
    """
    lines = ',\n'.join(map(json.dumps, clip_answers(predictions, names, layout)))
    write_atomic(file, f'{{"class_names": {json.dumps(list(class_names))}, "clips": [\n{lines}\n]}}\n'.encode())


def read_predictions(file: Path) -> tuple[tuple[str, ...], tuple[Answer, ...]]:
    """Return the class names and the answers that ``write_predictions`` wrote; both empty for a missing file.

    Raises:
        ValueError: the file is damaged, or names no class of an answer.
    """
    predictions = _read_json(file)
    class_names = tuple(predictions.get('class_names', ()))
    try:
        return class_names, tuple(_answer(clip, len(class_names)) for clip in predictions.get('clips', ()))
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"'{file}' is not as exp/test.py writes it; run that again") from None


def _answer(clip: dict[str, Any], num_classes: int) -> Answer:
    """One entry of ``predictions.json``; refuses classes without a name."""
    top = tuple((int(label), float(probability)) for label, probability in clip.get('top5') or ())
    if not all(0 <= label < num_classes for label in (clip['label'], *dict(top))):
        raise ValueError(clip['id'])
    return Answer(clip['id'], int(clip['label']), top, clip.get('oks'), clip.get('pck'))


def clip_answers(predictions: Predictions, names: Sequence[str], layout: Layout) -> list[dict]:
    """Return one row a clip: ``id``, ``label`` and what there is of the following.

    ``top5``: the best classes as (class, probability), best first. ``oks``: mean object keypoint similarity (0 to 1) of
    the frame-persons with visible joints. ``pck``: visible joints that are found, percent.
    """
    rows = [{'id': str(name), 'label': int(label)} for name, label in zip(names, predictions.label, strict=True)]
    if predictions.probabilities is not None:
        best = ranked_classes(predictions.probabilities, 5)                                           # (N, 5)
        chances = np.take_along_axis(predictions.probabilities, best, axis=1).astype(float).round(DIGITS)
        for row, classes, values in zip(rows, best.tolist(), chances.tolist(), strict=True):
            row['top5'] = list(zip(classes, values, strict=True))
    if predictions.pose is not None:
        for row, (oks, pck) in zip(rows, _pose_quality(predictions.pose, layout), strict=True):
            row |= {name: round(value, DIGITS) for name, value in (('oks', oks), ('pck', pck)) if value is not None}
    return rows


def _pose_quality(poses: Poses, layout: Layout) -> list[tuple[float | None, float | None]]:
    """Mean OKS (0 to 1) and PCK (percent) of each clip, None where there is nothing to measure."""
    measures = measure_persons(poses.keypoints_image, poses.true_keypoints_image, poses.visible, layout.sigmas)
    measured = np.isfinite(measures.oks)                                                              # (N, M, T)
    total, count = np.where(measured, measures.oks, 0).sum((1, 2)), measured.sum((1, 2))
    oks = [part / number if number else None for part, number in zip(total.tolist(), count.tolist(), strict=True)]
    return list(zip(oks, percents(measures.correct.sum((1, 2, 3)), measures.seen.sum((1, 2, 3))), strict=True))


SHAPES = {'names': '(N,) of text', 'labels': '(N,) of whole numbers', 'scores': '(N, K) of numbers'}


def write_scores(file: Path, scores: ClipScores) -> None:
    """Write ``names``, ``labels`` and ``scores`` as arrays; the file appears when it is complete."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: getattr(scores, name) for name in SHAPES})
    write_atomic(file, buffer.getvalue())


def read_scores(file: Path) -> ClipScores:
    """Read what ``write_scores`` wrote.

    Raises:
        ValueError: when the file is missing or damaged, or its arrays are not those of a test.
    """
    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in SHAPES}
    except FileNotFoundError:
        raise ValueError(f"score file '{file}' does not exist; exp/test.py writes it into its run's folder") from None
    except (OSError, ValueError, KeyError, EOFError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise ValueError(f"score file '{file}' cannot be read ({type(error).__name__}): it must be a scores.npz "
                         'written by exp/test.py') from None
    scores = ClipScores(**arrays, source=str(file))
    clips = scores.names.shape
    shapes_fit = len(clips) == 1 and scores.labels.shape == clips and scores.scores.shape[:-1] == clips
    if not shapes_fit or [array.dtype.kind for array in arrays.values()] != ['U', 'i', 'f']:
        raise ValueError(f"score file '{file}' must hold "
                         + ', '.join(f'{name} {shape}' for name, shape in SHAPES.items()))
    return scores
