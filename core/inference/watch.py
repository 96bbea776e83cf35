"""Live recognition from a camera, or from a file as if it were one: shown, printed and written while it runs."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from core.data.frames.video import write_video
from core.inference.footage import Footage, fit, usual_rate
from core.inference.label_files import overlay_file, write_labels
from core.inference.live import LiveRecognizer
from core.inference.overlay import Marking, draw_people

WINDOW_TITLE = 'actions: q ends'

TimedFrame = tuple[np.ndarray, float]
"""uint8 RGB ``(H, W, 3)``, and its seconds from the first frame."""


class Source(NamedTuple):
    """Where frames come from.

    Attributes:
        name: of the file without its suffix, or ``camera_0``.
        rate: usual number of frames per second.
        frames: they, with their times.
    """

    name: str
    rate: float
    frames: Iterator[TimedFrame]


def open_source(video: Path | int) -> Source:
    """Open a video file, or the camera of a number.

    Raises:
        ValueError: the file is no video, or there is no such camera.
    """
    if isinstance(video, Path):
        footage = Footage(video)
        return Source(video.stem, footage.fps, _file_frames(footage))
    camera = cv2.VideoCapture(video) if video >= 0 else None         # OpenCV opens any camera, or dies, below 0
    if camera is None or not camera.isOpened():
        raise ValueError(f'camera {video} cannot be opened; give the number of another one, or a video file')
    return Source(f'camera_{video}', usual_rate(camera.get(cv2.CAP_PROP_FPS)), _camera_frames(camera))


def label_live(source: Source, live: LiveRecognizer, out: Path) -> None:
    """Watch a source, then write what was recognized as ``label_files`` does, into the folder ``out``, which is made.

    Raises:
        ValueError: there was no frame, or nobody in them.
    """
    out.mkdir(parents=True, exist_ok=True)
    watch(source, live, overlay_file(out, source.name))
    write_labels(out, source.name, live.actions(source.name), live.recognizer.class_names)


def watch(source: Source, live: LiveRecognizer, overlay: Path) -> None:
    """Recognize frame by frame until the frames end, or q in the window or Ctrl-C ends it, and write the overlay.

    A label is printed when it changes. The window needs an OpenCV that has one (package opencv-python).

    Args:
        source: of the frames.
        live: what recognizes.
        overlay: video file to write, at the usual rate of the source.
    """
    with _interrupts() as interrupted:
        write_video(overlay, at_rate(_drawn(source.frames, live, interrupted), source.rate), source.rate)


def at_rate(frames: Iterable[TimedFrame], rate: float) -> Iterator[np.ndarray]:
    """Repeat or leave out frames so that they are shown at their times when ``rate`` of them go by in a second."""
    count = 0
    for frame, seconds in frames:
        missing = round(seconds * rate) + 1 - count
        yield from repeat(frame, missing)
        count += max(0, missing)


def _drawn(frames: Iterable[TimedFrame], live: LiveRecognizer, interrupted: threading.Event) -> Iterator[TimedFrame]:
    said: dict[int, str] = {}
    for frame, seconds in frames:
        people = live.push(frame, seconds)
        drawn = draw_people(frame, people)
        _say_changes(people, said, seconds)
        yield drawn, seconds
        if interrupted.is_set() or _show(drawn):
            return


def _say_changes(people: Iterable[Marking], said: dict[int, str], seconds: float) -> None:
    for person in people:
        label = person.text.rpartition(' ')[0]
        if said.get(person.number) != label:
            said[person.number] = label
            print(f'{seconds:7.1f} s  #{person.number} {person.text}', flush=True)


def _show(frame: np.ndarray) -> bool:
    """Show a frame where there is a window to show it in; return whether q was pressed there."""
    with suppress(cv2.error):           # opencv-python-headless has none
        cv2.imshow(WINDOW_TITLE, cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        return cv2.waitKey(1) & 0xFF == ord('q')
    return False


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Ctrl-C sets the event instead of breaking off, so that what was seen is still written."""
    event = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: event.set())
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)


def _file_frames(footage: Footage) -> Iterator[TimedFrame]:
    seconds = -1.0
    for frame in footage:
        shown = footage.times[-1] - footage.times[0]
        seconds = shown if shown > seconds else seconds + 1 / footage.fps       # not every file knows its times
        yield frame, seconds


def _camera_frames(camera: cv2.VideoCapture) -> Iterator[TimedFrame]:
    start = None
    try:
        while True:
            read, frame = camera.read()
            if not read:
                return
            start = start or time.monotonic()
            yield fit(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)), time.monotonic() - start
    finally:
        camera.release()
