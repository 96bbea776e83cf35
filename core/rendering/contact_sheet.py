"""A contact sheet of the rendered N-UCLA set: every action from every view at a few moments."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from core.data.annotations.nucla import CLASS_NAMES, NuclaSequence, parse_nucla_name
from core.rendering.kinect import VIEWPOINTS
from core.rendering.nucla_set import compose_sequence, paint_sequence
from core.rendering.painter import annotate

MOMENTS = (0.1, 0.35, 0.6, 0.85)
_TILE, _LABEL, _GAP = 120, 190, 4
_FEWEST_FRAMES = 16


def contact_sheet(sequences: Sequence[NuclaSequence], seed: int = 0) -> np.ndarray:
    """Return a picture ``(H, W, 3)``, uint8 RGB: a row per action, a block per view, a tile per moment of ``MOMENTS``.

    For each action and view it shows the sequence of at least 16 frames with the most movement relative to its noise.

    Raises:
        ValueError: an action lacks such a sequence in some view.
    """
    rows = []
    for action, name in CLASS_NAMES.items():
        label = np.full((_TILE, _LABEL, 3), 255, np.uint8)
        cv2.putText(label, name, (4, _TILE // 2), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
        blocks = [_tiles(_clearest(sequences, action, view), seed) for view in VIEWPOINTS]
        gap = np.full((_TILE, _GAP, 3), 255, np.uint8)
        rows.append(np.concatenate([label, *(part for block in blocks for part in (block, gap))], axis=1))
    return np.concatenate(rows)


def _clearest(sequences: Sequence[NuclaSequence], action: int, view: int) -> NuclaSequence:
    numbers = [parse_nucla_name(sequence.name) for sequence in sequences]
    candidates = [sequence for sequence, number in zip(sequences, numbers, strict=True)
                  if (number.action, number.view) == (action, view) and len(sequence.joints) >= _FEWEST_FRAMES]
    if not candidates:
        raise ValueError(f"no sequence of '{CLASS_NAMES[action]}' in view {view} has {_FEWEST_FRAMES} frames; draw the "
                         'contact sheet of the whole set')
    return max(candidates, key=lambda sequence: float(sequence.joints.std(axis=0).mean()
                                                      / np.abs(np.diff(sequence.joints, n=2, axis=0)).mean()))


def _tiles(sequence: NuclaSequence, seed: int) -> np.ndarray:
    """Square tiles ``(S, S * number of moments, 3)`` around the person."""
    frames, keypoints = paint_sequence(sequence, seed), annotate(compose_sequence(sequence, seed)).keypoints[0]
    chosen = [int(moment * len(frames)) for moment in MOMENTS]
    low, high = keypoints[chosen].min(axis=(0, 1)), keypoints[chosen].max(axis=(0, 1))
    scale = _TILE / (1.2 * (high - low).max())
    shift = _TILE / 2 - scale * (low + high) / 2
    crop = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    return np.concatenate([cv2.warpAffine(frames[time], crop, (_TILE, _TILE), flags=cv2.INTER_AREA,
                                          borderMode=cv2.BORDER_REPLICATE) for time in chosen], axis=1)
