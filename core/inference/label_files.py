"""Labels the people of video files, and writes what was recognized as an overlay, as JSON and as CSV.

A line of the CSV file is a ``Segment``: frames are 0-based, the last one is part of it; seconds count from the first
frame; the confidence is the label's mean probability, 0 to 1.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from core.data.frames.extraction import by_sequence, videos_below
from core.data.frames.video import write_video
from core.files import write_atomic
from core.inference.footage import Footage
from core.inference.overlay import overlay
from core.inference.recognizers import ClipRecognizer
from core.inference.video_actions import VideoActions, recognize_video
from core.people.person import PoseEstimator

COLUMNS = ('video', 'track', 'start_s', 'end_s', 'first_frame', 'last_frame', 'label', 'class_name', 'confidence')


def find_videos(source: Path) -> dict[str, Path]:
    """Map names to the videos of a folder, with its subfolders, or to the one file; ``/`` in names becomes ``_``.

    Raises:
        ValueError: there is no video, or two would have the same name.
    """
    if source.is_file():
        return {source.stem: source}
    if not source.is_dir():
        raise ValueError(f'{source}: no such video, nor a folder of videos')
    return by_sequence(('_'.join(path.relative_to(source).with_suffix('').parts), path)
                       for path in videos_below(source))


def label_files(videos: Mapping[str, Path], recognizer: ClipRecognizer, estimator: PoseEstimator, window: float,
                out: Path) -> list[str]:
    """Label videos one after the other and write what they show; a damaged one does not stop the others.

    Args:
        videos: name → file.
        recognizer: answers clips.
        estimator: finds people.
        window: seconds of a window, see ``recognize_video``.
        out: folder to write; it is made.

    Returns:
        A sentence for each video that could not be labeled.
    """
    out.mkdir(parents=True, exist_ok=True)
    failures = []
    for name, path in videos.items():
        try:
            actions = recognize_video(path, recognizer, estimator, window)
            drawn = overlay(Footage(path), actions, recognizer.class_names)
            write_video(overlay_file(out, name), drawn, actions.rate)
            write_labels(out, name, actions, recognizer.class_names)
        except (ValueError, OSError) as error:
            failures.append(str(error))
    return failures


def overlay_file(out: Path, name: str) -> Path:
    """Return where the overlay of a video lies in the folder ``out``."""
    return out / f'{name}_overlay.mp4'


def write_labels(out: Path, name: str, actions: VideoActions, class_names: Sequence[str]) -> None:
    """Write what the people of a video do to ``<name>.json`` and ``<name>.csv`` in the folder ``out``, and print it."""
    write_label_json(out / f'{name}.json', name, actions, class_names)
    write_label_csv(out / f'{name}.csv', name, actions, class_names)
    for timeline in actions.timelines:
        for segment in timeline.segments(actions.edges, class_names):
            print(f'{name}  #{timeline.person.number}  {segment.start_s:.1f} to {segment.end_s:.1f} s  '
                  f'{segment.class_name} {segment.confidence:.0%}')


def write_label_csv(path: Path, name: str, actions: VideoActions, class_names: Sequence[str]) -> None:
    """Write a line with ``COLUMNS`` for every segment, track by track."""
    text = io.StringIO(newline='')
    writer = csv.DictWriter(text, COLUMNS, extrasaction='ignore')
    writer.writeheader()
    for timeline in actions.timelines:
        writer.writerows({'video': name, 'track': timeline.person.number, **asdict(segment)}
                         for segment in timeline.segments(actions.edges, class_names))
    write_atomic(path, text.getvalue().encode())


def write_label_json(path: Path, name: str, actions: VideoActions, class_names: Sequence[str]) -> None:
    """Write the facts of the video and, track by track, the segments with the probabilities of all classes.

    ``frames_seen`` counts the frames with joints, found or filled in between two sights.
    """
    tracks = [{'track': person.number, 'first_frame': person.first, 'last_frame': person.last,
               'frames_seen': int(person.seen.sum()),
               'segments': [asdict(segment) for segment in timeline.segments(actions.edges, class_names)]}
              for timeline in actions.timelines for person in (timeline.person,)]
    content = {'video': name, 'frames': len(actions.edges) - 1, 'seconds': round(float(actions.edges[-1]), 3),
               'size': list(actions.size), 'class_names': list(class_names), 'tracks': tracks}
    write_atomic(path, (json.dumps(content, indent=1, ensure_ascii=False) + '\n').encode())
