from __future__ import annotations

import numpy as np

from core.rendering.background import clutter, grain, room
from core.rendering.camera import orbit


def test_room_is_a_textured_picture_that_follows_its_generator():
    camera = orbit(0.3, 4.0, 1.4, 0.9, 350, (480, 270))
    first, again, other = (room(np.random.default_rng(seed), camera) for seed in (0, 0, 1))
    assert first.shape == (270, 480, 3) and first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 5
    assert first[:60].mean() > first[-60:].mean()  # light wall above darker floor


def test_clutter_has_the_size_asked_for_and_varies():
    rng = np.random.default_rng(0)
    pictures = [clutter(rng, (120, 80)) for _ in range(3)]
    assert all(picture.shape == (80, 120, 3) and picture.std() > 1 for picture in pictures)
    assert np.abs(pictures[0].astype(int) - pictures[1]).mean() > 5


def test_grain_keeps_the_mean_brightness():
    flat = np.full((60, 60, 3), 120, np.uint8)
    grained = grain(np.random.default_rng(0), flat, coarse=20, fine=8)
    assert abs(grained.mean() - 120) < 3 and grained.std() > 2
