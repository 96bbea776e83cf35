"""The people of one video: kept in a file of their own, written to the annotation file, and drawn in an overview."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from core.annotate.labels import Labels
from core.data.annotations.records import to_entry
from core.data.frames.frame_folder import FRAME_NAME
from core.data.frames.jpeg import decode_jpeg
from core.files import write_atomic
from core.layouts import COCO17
from core.visualization.colors import GREEN, ORANGE, Color
from core.visualization.draw import draw_skeleton

PANELS, COLUMNS, PANEL_SIZE = 8, 4, (480, 480)
PANEL_MARGIN, LINE_WIDTH = 0.15, 0.6
"""Margin around the people as a fraction of their extent, and factor on the line width."""
DRAWN_ABOVE = 0.3
"""Score above which a joint is drawn."""
COLORS: tuple[Color | None, ...] = (None, ORANGE, GREEN)
"""Skeleton colors by person, repeated; None colors left, right and center differently."""


class People(NamedTuple):
    """Everybody in a video.

    Attributes:
        keypoints: float16 ``(M, T, V, 2)``, x, y in pixels; (0, 0) in frames in which the person was not seen.
        scores: float16 ``(M, T, V)``, 0 in those frames.
        frame_size: (width, height) in pixels.
    """

    keypoints: np.ndarray
    scores: np.ndarray
    frame_size: tuple[int, int]

    @property
    def coverage(self) -> float:
        """Share of the frames with somebody in them."""
        return float((self.scores > 0).any((0, 2)).mean())


def save_people(path: Path, people: People, method: str) -> None:
    """Write the people to a ``.npz`` file; ``method`` says how they were found."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **people._asdict(), method=method)
    write_atomic(path, buffer.getvalue())


def load_people(path: Path, method: str) -> People | None:
    """Read what ``save_people`` wrote; ``None`` if the file is missing, damaged or names another method."""
    try:
        with np.load(path) as file:
            width, height = file['frame_size'].tolist()
            people = People(file['keypoints'], file['scores'], (width, height))
            return people if str(file['method']) == method else None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def labeled_content(labels: Labels, found: Mapping[str, People]) -> dict[str, Any]:
    """Return the content of a PYSKL annotation pickle.

    Args:
        labels: videos with their classes and lists.
        found: people by video name; a video without people is left out.
    """
    entries = [to_entry(video.name, video.label, *found[video.name])
               for video in labels.videos if video.name in found]
    split = {name: [video for video in listed if video in found] for name, listed in labels.split.items()}
    names = {'class_names': labels.class_names} if labels.class_names else {}
    return {'split': split, 'annotations': entries, **names}


def count_frames(folder: Path) -> int:
    """Return the number of frame files in the folder of a sequence."""
    return sum(file.suffix == '.jpg' for file in folder.iterdir())


def read_frames(folder: Path, times: Iterable[int]) -> Iterator[np.ndarray]:
    """Yield the frames at the 0-based positions ``times`` as uint8 RGB ``(H, W, 3)``, one at a time.

    Raises:
        ValueError: a frame is missing or damaged.
    """
    for time in times:
        path = folder / FRAME_NAME.format(time + 1)
        try:
            yield cv2.cvtColor(decode_jpeg(np.fromfile(path, np.uint8)), cv2.COLOR_BGR2RGB)
        except (OSError, ValueError) as error:
            raise ValueError(f'{path}: cannot be read ({error}); delete its folder and start again') from error


def draw_overview(people: People, folder: Path) -> np.ndarray:
    """Return a picture ``(H, W, 3)``, uint8 RGB, of evenly spaced frames of a folder with everybody's skeleton.

    The frames are cropped to the part in which people were seen. Joints with scores up to ``DRAWN_ABOVE`` are left out.
    """
    times = np.linspace(0, people.keypoints.shape[1] - 1, PANELS).round().astype(int).tolist()
    left, top, right, bottom = _seen_part(people)
    scale = min(PANEL_SIZE[0] / (right - left), PANEL_SIZE[1] / (bottom - top))
    size = max(1, round(scale * (right - left))), max(1, round(scale * (bottom - top)))
    panels = []
    for time, frame in zip(times, read_frames(folder, times), strict=True):
        panel = cv2.resize(frame[top:bottom, left:right], size,
                           interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        for person, (points, scores) in enumerate(zip(people.keypoints[:, time], people.scores[:, time], strict=True)):
            panel = draw_skeleton(panel, (points.astype(np.float32) - (left, top)) * scale, scores, COCO17,
                                  DRAWN_ABOVE, COLORS[person % len(COLORS)], LINE_WIDTH)
        panels.append(panel)
    return np.concatenate([np.concatenate(panels[start:start + COLUMNS], axis=1)
                           for start in range(0, PANELS, COLUMNS)])


def _seen_part(people: People) -> tuple[int, int, int, int]:
    """The box x0, y0, x1, y1 in pixels around all joints of a video with a margin; x1 and y1 lie outside."""
    seen = people.keypoints[people.scores > 0].astype(np.float32)       # (joints, 2)
    margin = PANEL_MARGIN * np.ptp(seen, axis=0).max() + 1
    low = np.maximum(seen.min(axis=0) - margin, 0).astype(int)
    high = np.minimum(np.ceil(seen.max(axis=0) + margin), people.frame_size).astype(int)
    return *low.tolist(), *high.tolist()
