"""Person boxes that a detector found: read from a JSON file, and matched with the annotated persons.

The file is a list in the manner of COCO's detection results, one object a box, in any order::

    [{"sequence": "S001C001P001R001A001", "frame": 1, "bbox": [x, y, width, height], "score": 0.98}, ...]

``frame`` counts from 1 as the frame files do; ``bbox`` is in pixels of the annotation's ``img_shape``, (x, y) its upper
left corner; ``score`` is larger for surer boxes. Other fields and other sequences are ignored. A crop is
``DATASET.BBOX_SCALE`` times as large as its box, just as for the hull of annotated joints.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.data.boxes import Boxes, fill_unknown, joint_hull


class Detections(NamedTuple):
    """The boxes of one sequence, sorted by frame; within a frame the surest comes first.

    Attributes:
        frames: int64 ``(N,)``, 0-based, ascending.
        boxes: N boxes in pixels of the annotation's picture, float64 ``(N, 2)`` each of center and size.
    """

    frames: np.ndarray
    boxes: Boxes

    def at(self, times: np.ndarray, ratio: np.ndarray | float = 1.0) -> tuple[Boxes, np.ndarray]:
        """Return the boxes of the 0-based frames ``times`` ``(T,)``, multiplied by ``ratio`` (x, y).

        Returns:
            boxes ``(T, D, 2)``, and ``valid`` bool ``(T, D)``: a frame has up to D boxes.
        """
        first, stop = (np.searchsorted(self.frames, times, side)[:, None] for side in ('left', 'right'))
        slots = first + np.arange(max(1, (stop - first).max()))
        rows = np.minimum(slots, len(self.frames) - 1)
        return Boxes(self.boxes.center[rows] * ratio, self.boxes.size[rows] * ratio), slots < stop


def read_detections(path: str | Path) -> dict[str, Detections]:
    """Read a file of detected boxes, by sequence.

    Raises:
        ValueError: the file is missing or holds no such list, or a field of a box is missing or out of range.
    """
    try:
        entries = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise ValueError(f'{path}: cannot read the boxes ({error.strerror}); correct DATASET.BOX_FILE') from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f'{path}: not a JSON file ({error}); correct DATASET.BOX_FILE') from error
    if not isinstance(entries, list) or not entries:
        raise ValueError(f'{path}: expected a JSON list of boxes; correct DATASET.BOX_FILE')
    for position, entry in enumerate(entries):
        if not _is_box(entry):
            name = entry.get('sequence') if isinstance(entry, dict) else None
            raise ValueError(f"{path}: box {position} (sequence '{name}') needs 'sequence', 'frame' from 1, 'bbox' [x, "
                             "y, width, height] of no negative size, and 'score', all finite; correct the file that "
                             'DATASET.BOX_FILE names')
    names, sequence = np.unique([entry['sequence'] for entry in entries], return_inverse=True)
    frames = np.array([entry['frame'] for entry in entries]) - 1
    corner, size = np.split(np.array([entry['bbox'] for entry in entries], np.float64), 2, axis=1)
    order = np.lexsort(([-entry['score'] for entry in entries], frames, sequence))
    ends = np.cumsum(np.bincount(sequence))[:-1]
    parts = (np.split(values[order], ends) for values in (frames, corner + size / 2, size))
    return {str(name): Detections(times, Boxes(center, size)) for name, times, center, size in
            zip(names, *parts, strict=True)}


def match_detections(found: Boxes, valid: np.ndarray, keypoints: np.ndarray, visible: np.ndarray,
                     frame_size: tuple[int, int]) -> tuple[Boxes, np.ndarray]:
    """Assign detected boxes to annotated persons.

    In each frame the person and the box that overlap most are joined first, then the next pair of those left. The
    overlap is the intersection over union of the box and the hull of the person's joints; a frame without joints takes
    the hull of the nearest frame with some. If nobody has joints in the whole clip, the first person gets the surest
    box, and so on.

    Args:
        found: boxes ``(T, D, 2)``, the surest first.
        valid: bool ``(T, D)``, whether there is such a box.
        keypoints: ``(M, T, V, 2)``, in the pixels of ``found``.
        visible: ``(M, T, V)``, non-zero where a joint is annotated.
        frame_size: (width, height) of the frame.

    Returns:
        boxes ``(M, T, 2)``, and ``known`` bool ``(M, T)``: whether the person has a box in the frame.
    """
    hulls, seen = joint_hull(keypoints, visible)
    if seen.any():
        affinity = _overlap(fill_unknown(hulls, seen, frame_size), found)  # (M, T, D)
        affinity = affinity * np.logical_or.reduce(seen, -1)[:, None, None]
    else:
        affinity = np.broadcast_to(1 / (1 + np.arange(valid.shape[1])), (len(seen), *valid.shape))
    chosen, known = _join(affinity * valid)
    times = np.arange(len(valid))
    return Boxes(found.center[times, chosen], found.size[times, chosen]), known


def _is_box(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    name, frame, box, score = (entry.get(field) for field in ('sequence', 'frame', 'bbox', 'score'))
    if not (isinstance(name, str) and isinstance(frame, int) and isinstance(box, list) and len(box) == 4):
        return False
    numbers = all(isinstance(value, (int, float)) and abs(value) < 1e9 for value in (*box, score))
    return numbers and 1 <= frame < 2 ** 31 and min(box[2:]) >= 0


def _overlap(persons: Boxes, found: Boxes) -> np.ndarray:
    """Intersection over union ``(M, T, D)`` of boxes ``(M, T, 2)`` with boxes ``(T, D, 2)``.

    Borders count as a pixel, so that the hull of a single joint has an area too.
    """
    center, size = persons.center[:, :, None], persons.size[:, :, None]
    low = np.maximum(center - size / 2, found.center - found.size / 2)
    high = np.minimum(center + size / 2, found.center + found.size / 2)
    common = np.maximum(high - low + 1, 0).prod(-1)
    return common / ((size + 1).prod(-1) + (found.size + 1).prod(-1) - common)


def _join(affinity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Join persons and boxes frame by frame, the pair of largest ``affinity`` ``(M, T, D)`` first, while it is above 0.

    Returns:
        the persons' boxes, 0 to D - 1, int64 ``(M, T)``, and whether they have one, bool ``(M, T)``.
    """
    persons, times, boxes = affinity.shape
    left, frames = affinity.copy(), np.arange(times)
    chosen, known = np.zeros((persons, times), np.int64), np.zeros((persons, times), bool)
    for _ in range(persons):
        person, box = np.divmod(left.swapaxes(0, 1).reshape(times, -1).argmax(-1), boxes)  # (T,), (T,)
        joined = left[person, frames, box] > 0
        chosen[person[joined], frames[joined]] = box[joined]
        known[person[joined], frames[joined]] = True
        left[person, frames] = 0
        left[:, frames, box] = 0
    return chosen, known
