"""Pairs keep their sides and distances."""

from __future__ import annotations

import numpy as np
import pytest

from core.rendering.body import POINT


@pytest.mark.parametrize(('number', 'closer'), [(55, True), (59, True), (60, False)])
def test_pairs_close_in_or_part(acted, number, closer):
    first, second = acted(number)
    gap = np.linalg.norm(first[:, POINT['pelvis']] - second[:, POINT['pelvis']], axis=-1)
    assert (gap[-1] < gap[0] - 0.5) if closer else (gap[-1] > gap[0] + 0.5)
    assert first[0, POINT['pelvis'], 0] < second[0, POINT['pelvis'], 0]
