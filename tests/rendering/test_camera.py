from __future__ import annotations

import numpy as np

from core.rendering.camera import look_at, orbit


def test_target_lands_in_the_middle_at_its_distance():
    camera = look_at(np.array([4.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]), 300, (481, 271))
    pixels, depth = camera.project(np.array([0.0, 0.0, 1.0]))
    np.testing.assert_allclose(pixels, (240, 135))
    np.testing.assert_allclose(depth, 4.0)


def test_pixels_go_right_and_down_and_shrink_with_depth():
    camera = look_at(np.array([4.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]), 300, (481, 271))
    pixels, _ = camera.project(np.array([(0.0, 1.0, 1.0), (0.0, 0.0, 0.0), (-4.0, 1.0, 1.0)]))
    np.testing.assert_allclose(pixels, [(240 + 75, 135), (240, 135 + 75), (240 + 37.5, 135)])


def test_orbit_faces_the_vertical_axis_from_any_side():
    for azimuth in (-2.0, 0.0, 1.0):
        camera = orbit(azimuth, 3.0, 1.5, 0.9, 200, (101, 101))
        np.testing.assert_allclose(camera.project(np.array([0.0, 0.0, 0.9]))[0], (50, 50), atol=1e-9)
        np.testing.assert_allclose(camera.axes @ camera.axes.T, np.eye(3), atol=1e-12)
        np.testing.assert_allclose(np.linalg.norm(camera.position[:2]), 3.0)
