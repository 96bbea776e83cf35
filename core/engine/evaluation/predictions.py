"""What a tested model answers: classes and poses of every clip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from core.data.clips.base import Array


class Predictions(NamedTuple):
    """Answers for N clips, sorted by dataset index; ``None`` where the model has no such part.

    Tensors on the device for one batch, numpy on the host once they are gathered.

    Attributes:
        index: dataset index ``(N,)``.
        label: true class ``(N,)``.
        probabilities: of the action ``(N, K)``.
        skeleton: of the skeleton network alone ``(N, K)``, where there is a visual branch, too.
        visual: of the visual branch alone ``(N, K)``.
        pose: the poses.
    """

    index: Array                            # type: ignore[assignment]   # tuple.index is never meant
    label: Array
    probabilities: Array | None = None
    skeleton: Array | None = None
    visual: Array | None = None
    pose: Poses | None = None


class Poses(NamedTuple):
    """Predicted and true poses of N clips; of several clips of one sequence, T are the frames of all.

    Attributes:
        keypoints_crop: predicted ``(N, M, T, V, 2)``, crop pixels.
        keypoints_image: predicted ``(N, M, T, V, 2)``, pixels of the stored frame.
        scores: joint scores 0 to 1 ``(N, M, T, V)``.
        true_keypoints_image: annotated ``(N, M, T, V, 2)``.
        visible: 1 for annotated joints ``(N, M, T, V)``.
    """

    keypoints_crop: Array
    keypoints_image: Array
    scores: Array
    true_keypoints_image: Array
    visible: Array


def map_arrays(function: Callable, *items: Any) -> Any:
    """Apply ``function`` to the arrays of equally built ``Predictions`` (or ``Poses``), field by field."""
    if items[0] is None or isinstance(items[0], (np.ndarray, torch.Tensor)):
        return None if items[0] is None else function(*items)
    return type(items[0])(*(map_arrays(function, *fields) for fields in zip(*items, strict=True)))


def join_predictions(parts: Sequence[Predictions]) -> Predictions:
    """Return the predictions of all parts, each clip once, in the order of the dataset."""
    joined = map_arrays(lambda *values: np.concatenate(values), *parts)
    order = np.unique(joined.index, return_index=True)[1]
    return map_arrays(lambda values: values[order], joined)
