"""Answers of a model that is nearly always right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.engine.evaluation.predictions import Poses, Predictions

CLASSES = 4


@pytest.fixture
def make_predictions() -> Callable[..., Predictions]:
    """Predictions ``shift`` pixels off the truth; clip i is of class i % 4 and predicted as that, but clip 0 as 1."""

    def make(shift: float = 0.0, clips: int = 5, persons: int = 1, frames: int = 3,
             visual: bool = False) -> Predictions:
        rng = np.random.default_rng(0)
        label = np.arange(clips) % CLASSES
        probabilities = np.eye(CLASSES)[np.where(np.arange(clips) == 0, 1, label)] * 0.9 + 0.025
        truth = rng.uniform(0, 100, (clips, persons, frames, 17, 2))
        ones = np.ones((clips, persons, frames, 17))
        heads = (probabilities, probabilities) if visual else (None, None)
        return Predictions(np.arange(clips), label, probabilities, *heads,
                           Poses(truth + shift, truth + shift, ones, truth, ones.copy()))

    return make
