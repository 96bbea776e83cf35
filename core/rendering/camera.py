"""Pinhole cameras. Pixels follow OpenCV: integer coordinates are pixel centers, x right, y down."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Meters between the demo's cameras and its actors; ``core.rendering.strangers`` uses other distances.
DEMO_DISTANCES = (3.8, 4.3)


class Camera(NamedTuple):
    """A pinhole camera.

    Attributes:
        position: ``(3,)`` meters, world axes (z up).
        axes: ``(3, 3)`` rows are the image's right, the image's down and the viewing direction in world axes.
        focal: pixels.
        size: (width, height) of the image in pixels.
    """

    position: np.ndarray
    axes: np.ndarray
    focal: float
    size: tuple[int, int]

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return pixels ``(..., 2)`` and depths ``(...)`` in meters of world points ``(..., 3)``."""
        seen = (points - self.position) @ self.axes.T
        depth = np.maximum(seen[..., 2], 0.05)
        center = (np.array(self.size) - 1) / 2
        return self.focal * seen[..., :2] / depth[..., None] + center, depth


def look_at(position: np.ndarray, target: np.ndarray, focal: float, size: tuple[int, int]) -> Camera:
    """Return an upright camera at ``position`` (meters) whose optical axis goes through ``target``."""
    position = np.asarray(position, dtype=np.float64)
    forward = np.asarray(target, dtype=np.float64) - position
    forward = forward / np.linalg.norm(forward)
    right = np.array([forward[1], -forward[0], 0.0])
    right /= np.linalg.norm(right)
    return Camera(position, np.stack([right, np.cross(forward, right), forward]), float(focal), size)


def orbit(azimuth: float, distance: float, height: float, target_height: float, focal: float,
          size: tuple[int, int]) -> Camera:
    """Return a camera ``distance`` meters from the vertical axis at ``azimuth`` radians (0 is +x), facing that axis."""
    position = np.array([distance * np.cos(azimuth), distance * np.sin(azimuth), height])
    return look_at(position, np.array([0.0, 0.0, target_height]), focal, size)
