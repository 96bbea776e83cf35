"""Pictures of a test: curves, confusion matrix, and clips with annotated and predicted skeletons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.data.clips.base import RecordDataset
from core.data.clips.person_clips import ClipDataset
from core.engine.evaluation.predictions import Poses, Predictions
from core.engine.runs.run_log import read_rows
from core.files import save_image
from core.metrics.classification import confusion_matrix
from core.visualization.draw import Skeletons, class_caption, draw_clip_strip
from core.visualization.plots import confusion_matrix_figure, curves_figure


def draw_test(folder: Path, dataset: RecordDataset[Any, Any], predictions: Predictions, class_names: Sequence[str],
              num_clips: int) -> None:
    """Write ``confusion.png``, ``curves.png`` (where ``metrics.jsonl`` lies) and ``clip_NAME.png`` into ``folder``.

    Without predicted actions there is no confusion matrix, without predicted poses no clip.

    Args:
        folder: of the run.
        dataset: test clips.
        predictions: the model's answers for them.
        class_names: by label.
        num_clips: clips to draw, spread over the test side; those of an earlier test are removed.
    """
    if predictions.probabilities is not None:
        predicted = predictions.probabilities.argmax(axis=1)
        confusion = confusion_matrix(predictions.label, predicted, len(class_names))
        confusion_matrix_figure(confusion, class_names, folder / 'confusion.png')
    rows = read_rows(folder / 'metrics.jsonl')
    if rows:
        curves_figure(rows, folder / 'curves.png')
    for old in folder.glob('clip_*.png'):
        old.unlink()
    if predictions.pose is None:
        return
    assert isinstance(dataset, ClipDataset)                 # whose models answer with poses
    for row in np.unique(np.linspace(0, len(predictions.index) - 1, num_clips).astype(int)):
        picture = _draw_clip(dataset, predictions, predictions.pose, row, class_names)
        name = dataset.records[predictions.index[row]].name.replace('/', '_')
        save_image(folder / f'clip_{name}.png', picture)


def _draw_clip(dataset: ClipDataset, predictions: Predictions, poses: Poses, row: int,
               class_names: Sequence[str]) -> np.ndarray:
    """Draw person 0 of the (first) clip in row ``row`` of the predictions."""
    clip, times = dataset[int(predictions.index[row])], slice(dataset.clip_size)
    true = class_names[int(predictions.label[row])]
    caption = true
    if predictions.probabilities is not None:
        best = int(predictions.probabilities[row].argmax())
        caption = class_caption(true, class_names[best], float(predictions.probabilities[row, best]))
    return draw_clip_strip(clip.frames[0, times], Skeletons(clip.keypoints_crop[0, times], clip.visible[0, times]),
                           Skeletons(poses.keypoints_crop[row, 0, times], poses.scores[row, 0, times]),
                           dataset.layout, caption)
