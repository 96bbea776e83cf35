"""What was recognized, as JSON and CSV.

A segment is a run of frames in which one label is the most probable. Frames are 0-based, the last one is part of the
segment; seconds count from the first frame; the confidence is the label's mean probability, 0..1.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.files import write_atomic
from core.inference.video_actions import Timeline, VideoActions

COLUMNS = ('video', 'track', 'start_s', 'end_s', 'first_frame', 'last_frame', 'label', 'class_name', 'confidence')


def write_csv(path: Path, name: str, actions: VideoActions, class_names: Sequence[str]) -> None:
    """Write a line with ``COLUMNS`` for every segment, track by track."""
    text = io.StringIO(newline='')
    writer = csv.DictWriter(text, COLUMNS, extrasaction='ignore')
    writer.writeheader()
    for timeline in actions.timelines:
        writer.writerows({'video': name, 'track': timeline.person.number, **segment}
                         for segment in segments(timeline, actions.edges, class_names))
    write_atomic(path, text.getvalue().encode())


def write_json(path: Path, name: str, actions: VideoActions, class_names: Sequence[str]) -> None:
    """Write the facts of the video and, track by track, the segments with the probabilities of all classes.

    ``frames_seen`` counts the frames with joints, found or filled in between two sights.
    """
    tracks = [{'track': person.number, 'first_frame': person.first, 'last_frame': person.last,
               'frames_seen': int(person.seen.sum()), 'segments': segments(timeline, actions.edges, class_names)}
              for timeline in actions.timelines for person in (timeline.person,)]
    content = {'video': name, 'frames': len(actions.edges) - 1, 'seconds': round(float(actions.edges[-1]), 3),
               'size': list(actions.size), 'class_names': list(class_names), 'tracks': tracks}
    write_atomic(path, (json.dumps(content, indent=1, ensure_ascii=False) + '\n').encode())


def segments(timeline: Timeline, edges: np.ndarray, class_names: Sequence[str]) -> list[dict[str, Any]]:
    """Return what a track's segments are; ``edges`` (n + 1,) are the seconds between the frames of the video."""
    return [{'start_s': round(float(edges[first]), 3), 'end_s': round(float(edges[last + 1]), 3),
             'first_frame': first, 'last_frame': last, 'label': label, 'class_name': class_names[label],
             'confidence': round(float(probabilities[label]), 4), 'probabilities': probabilities.round(4).tolist()}
            for first, last, label, probabilities in timeline.segments]
