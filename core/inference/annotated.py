"""The actions in videos whose people were annotated before, looked at as in testing; any system will do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy as np
from torch import nn
from torch.utils.data import DataLoader

from core.engine.evaluation.predict import EvaluationSettings, predict
from core.engine.runtime import Runtime
from core.metrics.classification import ranked_classes


class AnnotatedVideos(NamedTuple):
    """Videos of an annotation file, and a model for them.

    Attributes:
        names: of the N videos.
        class_names: K names, by label.
        model: on its device.
        batches: clips of the videos, in their order.
        runtime: of this process.
        settings: how clips are looked at.
    """

    names: tuple[str, ...]
    class_names: tuple[str, ...]
    model: nn.Module
    batches: DataLoader
    runtime: Runtime
    settings: EvaluationSettings


def predict_annotated(videos: AnnotatedVideos) -> np.ndarray:
    """Return the class probabilities ``(N, K)`` of the videos."""
    found = predict(videos.model, videos.batches, videos.runtime, videos.settings)
    return cast(np.ndarray, found.probabilities)


def best_classes(videos: AnnotatedVideos, count: int) -> Iterator[str]:
    """Yield a line for every video: its name, and its ``count`` most probable classes."""
    probabilities = predict_annotated(videos)
    ranked = ranked_classes(probabilities, count)                                        # (N, count)
    for name, row, best in zip(videos.names, probabilities, ranked, strict=True):
        yield f'{name}: ' + ', '.join(f'{videos.class_names[label]} {row[label]:.1%}' for label in best)
