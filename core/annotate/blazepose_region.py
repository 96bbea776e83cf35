"""The turned squares of a frame that BlazePose's networks look at."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, eq=False)
class Region:
    """A square of the frame, which may reach beyond it.

    Attributes:
        center: (2,) x, y in pixels of the frame; pixel centres lie on whole numbers.
        size: side in pixels of the frame.
        angle: turn in radians, clockwise as seen: the region's upward direction is (sin, -cos) in the frame.
    """

    center: np.ndarray
    size: float
    angle: float = 0.0

    @property
    def axes(self) -> np.ndarray:
        """(2, 2) whose columns are the region's rightward and downward sides in pixels of the frame."""
        sine, cosine = np.sin(self.angle), np.cos(self.angle)
        return self.size * np.array([[cosine, -sine], [sine, cosine]])

    def to_frame(self, points: np.ndarray) -> np.ndarray:
        """Map points (..., 2), fractions of the sides from the region's upper left corner, to pixels of the frame."""
        return (points - 0.5) @ self.axes.T + self.center

    def cut(self, frame: np.ndarray, pixels: int, border: int = cv2.BORDER_CONSTANT) -> np.ndarray:
        """Return the region of frame (H, W, 3) as (pixels, pixels, 3), upright.

        border: OpenCV's mode for what lies outside the frame; black by default.
        """
        matrix = np.column_stack([self.axes / pixels, self.to_frame(np.full(2, 0.5 / pixels))])
        return cv2.warpAffine(frame, matrix, (pixels, pixels), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                              borderMode=border)


def region_around(center: np.ndarray, toward: np.ndarray, size: float) -> Region:
    """Return the region of side ``size`` at ``center`` (2,) whose upward direction leads to ``toward`` (2,)."""
    across, down = toward - center
    return Region(np.asarray(center, dtype=np.float64), float(size), float(np.arctan2(across, -down)))
