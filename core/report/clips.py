"""A clip as a looping overlay: one strip of frames side by side, which the page shows frame by frame."""

from __future__ import annotations

import base64
from typing import NamedTuple

import cv2
import numpy as np

from core.layouts import Layout
from core.report.replay import Watched
from core.visualization.colors import WHITE
from core.visualization.draw import draw_skeleton

PANEL = (256, 192)   # pixels, width and height of one frame

MAX_FRAMES = 32

MARGIN = 1.25        # side of the view over that of the box around everybody's joints


def film(watched: Watched, layout: Layout, alt: str) -> tuple[Picture, int]:
    """Return the strip of a clip, true skeletons white under predicted ones, and its number of frames (up to 32)."""
    times = np.unique(np.linspace(0, len(watched.frames) - 1, MAX_FRAMES).round().astype(int))
    view = view_affine(watched)                                                     # (2, 3)
    panels = [_panel(watched, time, view, layout) for time in times.tolist()]
    return embed(np.concatenate(panels, axis=1), alt), len(panels)


def view_affine(watched: Watched) -> np.ndarray:
    """Return the map ``(2, 3)`` from pixels of the frames to those of a panel that shows everybody throughout the clip.

    The view has the panel's shape and stays inside the frame where it is small enough for that. Where nobody is, it
    shows the whole frame.
    """
    joints = np.concatenate([watched.true[watched.visible > 0], watched.predicted.reshape(-1, 2)])  # (N, 2)
    frame = np.array(watched.frames.shape[2:0:-1])
    if not len(joints):
        joints = np.array([(0, 0), frame])
    low, high = joints.clip(0, frame).min(0), joints.clip(0, frame).max(0)
    shape = PANEL[0] / PANEL[1]
    width = MARGIN * max(high[0] - low[0], (high[1] - low[1]) * shape, 1.0)
    width = min(width, max(frame[0], frame[1] * shape))                             # of the whole frame
    size = np.array([width, width / shape])
    room = frame - size
    corner = np.where(room > 0, ((low + high - size) / 2).clip(0, room.clip(min=0)), room / 2)
    scale = PANEL[0] / width
    return np.array([[scale, 0, -scale * corner[0]], [0, scale, -scale * corner[1]]])


def _panel(watched: Watched, time: int, view: np.ndarray, layout: Layout) -> np.ndarray:
    panel = cv2.warpAffine(watched.frames[time], view, PANEL, flags=cv2.INTER_LINEAR)
    for joints, visible, color, width in ((watched.true, watched.visible, WHITE, 1.4),
                                          (watched.predicted, np.ones(watched.predicted.shape[:-1]), None, 0.7)):
        for person, shown in zip(joints[:, time] * view[0, 0] + view[:, 2], visible[:, time], strict=True):
            panel = draw_skeleton(panel, person, shown, layout, color=color, width=width)
    return panel


QUALITY = {'.webp': [cv2.IMWRITE_WEBP_QUALITY, 72], '.png': [cv2.IMWRITE_PNG_COMPRESSION, 9]}


class Picture(NamedTuple):
    """A picture for an ``<img>``: its address, what it shows in words, its size in pixels."""

    address: str
    alt: str
    width: int
    height: int


def embed(image: np.ndarray, alt: str, suffix: str = '.webp') -> Picture:
    """Return an RGB uint8 image ``(H, W, 3)`` as a ``data:`` address in the format of ``suffix``, .webp or .png."""
    _, encoded = cv2.imencode(suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), QUALITY[suffix])
    code = base64.b64encode(encoded.tobytes()).decode()
    return Picture(f'data:image/{suffix[1:]};base64,{code}', alt, image.shape[1], image.shape[0])
