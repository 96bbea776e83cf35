"""``predictions.json``: what a tested model answers for every clip, for people and for the report."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.engine.evaluation.predictions import Poses, Predictions
from core.files import write_atomic
from core.layouts import Layout
from core.metrics.classification import ranked_classes
from core.metrics.percent import percents
from core.metrics.pose import measure_persons
from core.metrics.score_fusion import ClipScores

DIGITS = 6


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
