"""Draws skeletons on frames, and strips of frames that compare the annotated and predicted joints of a clip.

Images are RGB uint8 ``(H, W, 3)``. Joints are given in pixels; the center of the first pixel is (0, 0).
"""

from __future__ import annotations

import textwrap
from typing import NamedTuple

import cv2
import numpy as np

from core.layouts import Layout
from core.visualization.colors import BLACK, CENTER, LEFT, RIGHT, WHITE, Color, joint_colors, link_colors

SUBPIXEL_BITS = 4   # OpenCV draws at 1/16 pixel
PANEL_HEIGHT = 480  # pixels of one frame in a strip
MAX_UPSCALE = 4.0
GAP = 6             # pixels between panels
MARGIN = 10
BACKGROUND: Color = (32, 32, 32)
FONT, FONT_SCALE, LINE_HEIGHT = cv2.FONT_HERSHEY_SIMPLEX, 0.6, 26
LEGEND = (('annotated', WHITE), ('predicted left', LEFT), ('predicted right', RIGHT), ('predicted center', CENTER))


class Skeletons(NamedTuple):
    """One person's joints over a clip: keypoints ``(T, V, 2)`` in pixels of the frames, visible ``(T, V)``."""

    keypoints: np.ndarray
    visible: np.ndarray


def draw_skeleton(image: np.ndarray, keypoints: np.ndarray, visible: np.ndarray, layout: Layout,
                  threshold: float = 0.0, color: Color | None = None, width: float = 1.0) -> np.ndarray:
    """Return a copy of image ``(H, W, 3)`` with one skeleton: dark-edged links and joints, in proportion to the image.

    Args:
        keypoints: ``(V, 2)`` pixels; a joint that is not finite is left out.
        visible: ``(V,)`` visibility or score; joints at or below ``threshold`` are left out, with their links.
        color: RGB of the whole skeleton; by default left, right and center have different colors.
        width: factor on the line width.
    """
    canvas = np.ascontiguousarray(image).copy()
    limit = 4 * max(canvas.shape[:2])  # OpenCV's fixed-point coordinates overflow far outside the image
    drawn = (visible > threshold) & (np.abs(keypoints) < limit).all(axis=1)  # (V,); comparisons with NaN are False
    points = np.round(np.where(drawn[:, None], keypoints, 0) * 2**SUBPIXEL_BITS).astype(int).tolist()
    thickness = max(1, round(width * min(canvas.shape[:2]) / 110))
    links = [(link, color or side) for link, side in zip(layout.links, link_colors(layout), strict=True)
             if drawn[list(link)].all()]
    joints = [(points[joint], color or side) for joint, side in enumerate(joint_colors(layout)) if drawn[joint]]
    for extra, edge in ((2, BLACK), (0, None)):
        for (start, end), fill in links:
            cv2.line(canvas, points[start], points[end], edge or fill, thickness + extra, cv2.LINE_AA, SUBPIXEL_BITS)
        for point, fill in joints:
            radius = (thickness + 1) * 2**SUBPIXEL_BITS + extra * 2**(SUBPIXEL_BITS - 1)
            cv2.circle(canvas, point, radius, edge or fill, cv2.FILLED, cv2.LINE_AA, SUBPIXEL_BITS)
    return canvas


def draw_clip_strip(frames: np.ndarray, annotated: Skeletons | None, predicted: Skeletons | None, layout: Layout,
                    caption: str, num_panels: int = 6, threshold: float = 0.0) -> np.ndarray:
    """Return one picture of evenly spaced frames with both skeletons, and the caption and a legend below.

    Args:
        frames: ``(T, H, W, 3)`` RGB uint8; small ones are enlarged up to four times.
        annotated: joints to draw in white, or None.
        predicted: joints to draw on top in the colors of their sides, with scores as ``visible``, or None.
        caption: lines of ASCII text, see ``class_caption``.
        num_panels: number of frames to show; all T if the clip is shorter.
        threshold: predicted joints with a score at or below it are left out.
    """
    chosen = np.unique(np.linspace(0, len(frames) - 1, num_panels).round().astype(int)).tolist()
    panels = [_draw_panel(frames, frame, annotated, predicted, layout, threshold) for frame in chosen]
    gap = np.full((len(panels[0]), GAP, 3), BACKGROUND, dtype=np.uint8)
    row = np.concatenate([part for panel in panels for part in (gap, panel)] + [gap], axis=1)
    legend = LEGEND[annotated is None:] if predicted is not None else LEGEND[:annotated is not None]
    return np.concatenate([row, _draw_caption(caption, legend, row.shape[1])], axis=0)


def class_caption(true_class: str, predicted_class: str, probability: float) -> str:
    """Return the two caption lines naming the annotated and the predicted class with its probability (0-1)."""
    verdict = 'correct' if true_class == predicted_class else 'wrong'
    return f'true: {true_class}\npredicted: {predicted_class} ({probability:.0%}, {verdict})'


def _draw_panel(frames: np.ndarray, frame: int, annotated: Skeletons | None, predicted: Skeletons | None,
                layout: Layout, threshold: float) -> np.ndarray:
    """Return one frame ``(H, W, 3)`` at the panel's size with its skeletons and its 0-based number."""
    height, width = frames.shape[1:3]
    scale = min(MAX_UPSCALE, PANEL_HEIGHT / height)
    size = (round(width * scale), round(height * scale))
    panel = cv2.resize(frames[frame], size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    stretch = np.array(size) / (width, height)
    styles = ((annotated, 0.0, WHITE, 1.4), (predicted, threshold, None, 0.7))
    for skeletons, minimum, color, line_width in styles:
        if skeletons is not None:
            keypoints = (skeletons.keypoints[frame] + 0.5) * stretch - 0.5  # cv2.resize aligns pixel edges
            panel = draw_skeleton(panel, keypoints, skeletons.visible[frame], layout, minimum, color, line_width)
    _put_text(panel, f'frame {frame}', (MARGIN, LINE_HEIGHT), WHITE)
    return panel


def _draw_caption(caption: str, legend: tuple[tuple[str, Color], ...], width: int) -> np.ndarray:
    """Return the text block ``(H, width, 3)``: the caption's lines and the colored legend, wrapped to the width."""
    letter = cv2.getTextSize('n', FONT, FONT_SCALE, 1)[0][0]
    columns = max(8, (width - 2 * MARGIN) // letter)
    lines = [part for line in caption.splitlines() for part in textwrap.wrap(line, columns)]
    placed = [(text, WHITE, MARGIN, row) for row, text in enumerate(lines)]
    left, row = MARGIN, len(lines)
    for text, color in legend:
        advance = cv2.getTextSize(text + '   ', FONT, FONT_SCALE, 1)[0][0]
        if left > MARGIN and left + advance > width:
            left, row = MARGIN, row + 1
        placed.append((text, color, left, row))
        left += advance
    block = np.full(((row + 1) * LINE_HEIGHT + 2 * MARGIN, width, 3), BACKGROUND, dtype=np.uint8)
    for text, color, left, row in placed:
        _put_text(block, text, (left, MARGIN + row * LINE_HEIGHT + 18), color)
    return block


def _put_text(image: np.ndarray, text: str, origin: tuple[int, int], color: Color) -> None:
    """Write text into image on a dark bar, with its baseline starting at origin."""
    (width, height), descent = cv2.getTextSize(text, FONT, FONT_SCALE, 1)
    left, baseline = origin
    corners = (left - 3, baseline - height - 3), (left + width + 3, baseline + descent)
    cv2.rectangle(image, *corners, BACKGROUND, cv2.FILLED)
    cv2.putText(image, text, origin, FONT, FONT_SCALE, color, 1, cv2.LINE_AA)
