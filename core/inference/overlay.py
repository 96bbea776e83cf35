"""Skeleton, track, label and confidence drawn over the frames of a video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from core.inference.video_actions import VideoActions
from core.layouts import COCO17
from core.visualization.colors import BLACK, BLUE, GREEN, ORANGE, SKY_BLUE, VERMILLION, YELLOW, Color
from core.visualization.draw import FONT, draw_skeleton

COLORS: tuple[Color, ...] = (ORANGE, SKY_BLUE, GREEN, YELLOW, VERMILLION, BLUE)
"""Of the tracks, repeated."""
DRAWN_ABOVE = 0.3
LINE_WIDTH, TEXT_HEIGHT, LEAST_TEXT_HEIGHT = 0.4, 1 / 36, 9
"""Of skeletons as a factor; of the letters as a share of the frame's height, and in pixels."""


class Marking(NamedTuple):
    """Somebody to draw.

    Attributes:
        number: of the track, from 1.
        keypoints: ``(V, 2)``, pixels of the frame.
        scores: ``(V,)``.
        text: what is written beside them.
    """

    number: int
    keypoints: np.ndarray
    scores: np.ndarray
    text: str


def overlay(frames: Iterable[np.ndarray], actions: VideoActions, class_names: Sequence[str]) -> Iterator[np.ndarray]:
    """Yield the frames of a video, uint8 RGB ``(H, W, 3)``, with everybody in them and what they do."""
    for time, frame in enumerate(frames):
        markings = []
        for person, probabilities in actions.timelines:
            row = time - person.first
            if 0 <= row < len(probabilities) and person.seen[row]:
                markings.append(Marking(person.number, person.keypoints[row], person.scores[row],
                                        caption(probabilities[row], class_names)))
        yield draw_people(frame, markings)


def caption(probabilities: np.ndarray, class_names: Sequence[str]) -> str:
    """Return the most probable class and its probability; ``probabilities`` is ``(K,)``."""
    label = int(probabilities.argmax())
    return f'{class_names[label]} {probabilities[label]:.0%}'


def draw_people(frame: np.ndarray, markings: Sequence[Marking]) -> np.ndarray:
    """Return a frame ``(H, W, 3)`` with everybody drawn; its sides become even, which video encoders need."""
    height, width = frame.shape[:2]
    canvas = cv2.copyMakeBorder(frame, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    for person in markings:
        canvas = draw_skeleton(canvas, person.keypoints, person.scores, COCO17, DRAWN_ABOVE, _color(person), LINE_WIDTH)
    for person in markings:                     # names lie over all skeletons
        _name(canvas, person)
    return canvas


def _name(canvas: np.ndarray, person: Marking) -> None:
    """Write track and text above the head, on a bar of the track's color that stays inside the frame."""
    height, width = canvas.shape[:2]
    text = f'#{person.number} {person.text}'
    letter = max(TEXT_HEIGHT * height, LEAST_TEXT_HEIGHT)
    unit, _ = cv2.getTextSize(text, FONT, 1.0, 1)
    scale = min(letter / unit[1], width / (unit[0] + 1))                # a long name is written smaller
    thickness = max(1, round(2 * scale))
    (wide, high), descent = cv2.getTextSize(text, FONT, scale, thickness)
    points = person.keypoints[person.scores > 0]
    center, top = points.mean(axis=0)[0], points.min(axis=0)[1]
    left = int(np.clip(center - wide / 2, 0, max(0, width - wide)))
    bottom = int(np.clip(top - 2 * high, high + descent, max(high + descent, height - 1)))
    cv2.rectangle(canvas, (left, bottom - high - descent), (left + wide, bottom + descent // 2), _color(person),
                  cv2.FILLED)
    cv2.putText(canvas, text, (left, bottom - descent // 2), FONT, scale, BLACK, thickness, cv2.LINE_AA)


def _color(person: Marking) -> Color:
    return COLORS[(person.number - 1) % len(COLORS)]
