from __future__ import annotations

import numpy as np
import pytest

from core.rendering.actions.motion import Clock, idle, stride, track
from core.rendering.subject import Style


def test_track_hits_its_keys_eases_between_and_holds_outside():
    values = track(np.array([-1.0, 0.0, 0.25, 0.5, 1.0, 2.0]), (0.0, 0.5, 1.0), (0.0, 2.0, 1.0))
    np.testing.assert_allclose(values, [0.0, 0.0, 1.0, 2.0, 1.0, 1.0])


def test_track_takes_vectors():
    values = track(np.array([0.0, 0.5, 1.0]), (0.0, 1.0), ((0.0, 4.0), (2.0, 0.0)))
    np.testing.assert_allclose(values, [(0, 4), (1, 2), (2, 0)])


def test_clock_counts_progress_in_performances():
    np.testing.assert_allclose(Clock(np.array([0.0, 1.0]), 2.0).progress, [0.0, 0.5])


def test_idle_repeats_with_its_generator_and_differs_without():
    clock = Clock(np.arange(10) / 30, 1 / 3)
    first, again, other = (idle(clock, Style(), np.random.default_rng(seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.wrist, again.wrist)
    assert np.abs(first.wrist - other.wrist).max() > 1e-3


def test_stride_covers_the_way_and_swings_the_legs_against_each_other():
    clock = Clock(np.arange(60) / 30, 2.0)
    pose = stride(clock, Style(sway=0.0), np.random.default_rng(0), np.linspace(0, 1.6, 60))
    assert pose.root[-1, 0] == pytest.approx(1.6)
    left, right = (pose.hip[:, side, 0] - pose.hip[:, side, 0].mean() for side in (0, 1))
    assert np.corrcoef(left, right)[0, 1] < -0.99
    assert np.ptp(left) > 0.4
