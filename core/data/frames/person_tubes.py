"""Person tubes: chooses the part of a sequence's frames to keep; ``core.data.frames.tube_files`` stores it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.data.annotations.records import Annotation
from core.data.boxes import BoxSettings, clip_boxes
from core.data.frames.tube_files import Size, Tube

SHORT_SIDE = 256
"""Largest allowed shorter side of a tube, pixels."""

ASPECT = 5 / 3
"""Height / width of the default crop, 96x160."""

MARGIN = 0.3
"""Share of a person's box that is kept around it.

A training crop of 1.3 boxes, zoomed by 1.1 and shifted by 0.05 of its side, reaches (1.3 * 1.1 - 1) / 2 + 1.3 * 0.05 =
0.28 beyond the box; the rest is for rounding. A rotated crop's corners may reach further.
"""

LEVELS = (1.0, 0.72, 0.52, 0.37)
"""Sizes in which each frame is stored. A crop is made of the smallest one that is at least as fine as the crop.

Each has about half the pixels of the one before. The third is just enough for 96x160 crops, 1.3 boxes wide, of a person
who hardly moves: from one crop pixel to the next are 256 / (1 + 2 * 0.3) * 1.3 / 96 = 2.17 pixels of the largest size.
"""


class TubeCut(NamedTuple):
    """How the frames of a video become a tube: its ``box`` x0, y0, x1, y1 in pixels of the video, ends excluded."""

    box: tuple[int, int, int, int]
    tube: Tube


def shows_someone(record: Annotation | None) -> bool:
    """Whether a sequence has an annotation with a scored joint in it."""
    return record is not None and bool(_scored(record).any())


def person_cut(record: Annotation | None, video_size: Size, frame_size: Size, margin: float = MARGIN,
               aspect: float = ASPECT) -> TubeCut:
    """Choose the tube of a sequence: the part of the picture that holds the crop boxes of all persons in all frames.

    The boxes are those of the modes '1-frame' and '1-frame+' (``core.data.boxes.BoxSettings``); mode 'clip' may ask for
    more. The tube's shorter side is ``SHORT_SIDE`` pixels, or fewer in a small video: it is never enlarged.

    Args:
        record: 2D poses; without any scored joint the tube is the whole picture.
        video_size: (width, height) of the video's frames, pixels.
        frame_size: (width, height) of the frames if they were stored uncut, pixels.
        margin: kept around each box, as a share of its sides.
        aspect: height / width of the crops.
    """
    ratio = np.divide(video_size, frame_size)  # video pixels per pixel of the uncut frame
    low, high = np.zeros(2, int), np.array(video_size)
    if record is not None and shows_someone(record):
        box = _union_of_crops(record, frame_size, margin, aspect) * ratio  # (2, 2): low and high corner
        inside = np.clip((np.floor(box[0]), np.ceil(box[1])), 0, video_size).astype(int)
        if (inside[0] < inside[1]).all():  # else every joint lies outside the picture
            low, high = inside
    shown = (high - low) / ratio
    scale = min(SHORT_SIDE / shown.min(), *ratio)
    sizes = np.maximum(1, np.rint(shown * scale * np.array(LEVELS)[:, None]).astype(int))
    return TubeCut((*low.tolist(), *high.tolist()),
                   Tube(frame_size, (*(low / ratio).tolist(), *(high / ratio).tolist()),
                        tuple((width, height) for width, height in sizes.tolist())))


def _scored(record: Annotation) -> np.ndarray:
    """Joints that are somewhere and not scored 0, bool ``(M, T, V)``."""
    return (record.keypoints != 0).any(-1) & (record.scores > 0)


def _union_of_crops(record: Annotation, frame_size: Size, margin: float, aspect: float) -> np.ndarray:
    """Low and high corner ``(2, 2)`` around the crop boxes of all persons and frames, in pixels of the uncut frame."""
    scored = _scored(record)
    seen = scored.any((1, 2))  # an absent person's box would be the whole picture
    keypoints = record.keypoints[seen].astype(np.float64) * np.divide(frame_size, record.image_size)
    settings = BoxSettings('1-frame+', scale=1 + 2 * margin)
    boxes = clip_boxes(keypoints, scored[seen], frame_size, aspect, settings, np.random.default_rng(0))  # (M, T, 2)
    return np.stack([(boxes.center - boxes.size / 2).min((0, 1)), (boxes.center + boxes.size / 2).max((0, 1))])
