"""One repetition of an action, as the points of the bodies that perform it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.rendering.actions.library import ACTIONS, perform
from core.rendering.actions.motion import Clock
from core.rendering.body import forward_kinematics
from core.rendering.subject import Style, demo_subject


@pytest.fixture
def acted() -> Callable[..., list[np.ndarray]]:
    """``acted(number)``: body points ``(T, P, 3)`` of each person, in meters."""
    clock, style = Clock(np.arange(45) / 30, 1.5), Style(mirrored=0.0)

    def act(number: int, seed: int = 0) -> list[np.ndarray]:
        action = ACTIONS[number]
        poses = perform(action, clock, (style,) * action.people, np.random.default_rng(seed))
        return [forward_kinematics(demo_subject(0, 1).proportions, pose) for pose in poses]

    return act
