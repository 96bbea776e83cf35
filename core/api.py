"""The Python interface: load what was trained and label videos with it.

Everything here is plain data: frozen dataclasses with numbers, names and numpy arrays. ``docs/api.md`` has examples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from core.engine.runs.checkpoint import Checkpoint
from core.inference.build import load_clip_recognizer, load_estimator, load_stream_recognizer, opened
from core.inference.footage import Footage, FrameArray, Frames
from core.inference.label_files import find_videos
from core.inference.live import LiveRecognizer
from core.inference.overlay import Marking
from core.inference.recognizers import ClipRecognizer
from core.inference.video_actions import Segment, Timeline, recognize_frames
from core.inference.watch import open_source
from core.inference.windows import USUAL_SECONDS
from core.people.estimators import POSES
from core.people.person import PoseEstimator

__all__ = ['Labeler', 'LiveLabels', 'LivePerson', 'PersonLabels', 'Segment', 'VideoLabels', 'load']

@dataclass(frozen=True, eq=False)
class PersonLabels:
    """One person of a video and what they do, for each of T frames from the first to the last with them.

    Attributes:
        track: number of the person, from 1, the most visible one first.
        first_frame: 0-based frame of the video with the first row of what follows.
        keypoints: float32 ``(T, V, 2)``, (x, y) of COCO's 17 joints in pixels, (0, 0) where unknown.
        scores: float32 ``(T, V)``, 0 to 1, of the joints; 0 where unknown.
        probabilities: float64 ``(T, K)`` of the classes.
        segments: spans of frames with the same most probable class.
    """

    track: int
    first_frame: int
    keypoints: np.ndarray
    scores: np.ndarray
    probabilities: np.ndarray
    segments: tuple[Segment, ...]


@dataclass(frozen=True, eq=False)
class VideoLabels:
    """What the people of a video do.

    Attributes:
        size: (width, height) of the frames in whose pixels the joints are given; frames whose longer side has more
            than 960 pixels are shrunk to that.
        edges: float64 ``(n + 1,)``, seconds at which each of n frames begins, and at which the last one ends.
        class_names: K names, by label.
        people: in the order of their tracks.
    """

    size: tuple[int, int]
    edges: np.ndarray
    class_names: tuple[str, ...]
    people: tuple[PersonLabels, ...]

    @property
    def fps(self) -> float:
        """Frames per second, on average."""
        return (len(self.edges) - 1) / float(self.edges[-1])


@dataclass(frozen=True, eq=False)
class LivePerson:
    """Somebody in the newest frame.

    Attributes:
        track: number of the person, from 1.
        keypoints: float32 ``(V, 2)``, (x, y) of COCO's 17 joints in pixels of the frame.
        scores: float32 ``(V,)``, 0 to 1, of the joints.
        probabilities: float32 ``(K,)`` of the classes, by the last frames.
        class_name: the most probable class.
        confidence: its probability.
    """

    track: int
    keypoints: np.ndarray
    scores: np.ndarray
    probabilities: np.ndarray
    class_name: str
    confidence: float


@dataclass(frozen=True, eq=False)
class LiveLabels:
    """The newest frame of a camera, and who is in it.

    Attributes:
        seconds: from the first frame.
        frame: uint8 RGB ``(H, W, 3)``.
        people: who is seen now.
    """

    seconds: float
    frame: np.ndarray
    people: tuple[LivePerson, ...]


class Labeler:
    """Finds people in videos and recognizes what they do; made by ``load``.

    Attributes:
        class_names: K names, by label.
    """

    def __init__(self, recognizer: ClipRecognizer, estimator: PoseEstimator, file: Path) -> None:
        self.class_names = recognizer.class_names
        self._recognizer, self._estimator, self._file = recognizer, estimator, file

    def video(self, path: str | Path, window: float = USUAL_SECONDS) -> VideoLabels:
        """Label a video file.

        Args:
            path: of the file.
            window: seconds that a clip covers, best those of the training clips; it moves by a quarter of itself.
                A person who is seen for no longer is one clip.

        Raises:
            ValueError: the file is no video, nobody was found in it, or ``window`` is not positive.
        """
        return self._label(Footage(Path(path)), str(path), window)

    def frames(self, frames: np.ndarray, fps: float, window: float = USUAL_SECONDS) -> VideoLabels:
        """Label frames in memory, uint8 RGB ``(T, H, W, 3)``, of which ``fps`` make a second; see ``video``."""
        return self._label(FrameArray(frames, fps), 'frames', window)

    def folder(self, path: str | Path, window: float = USUAL_SECONDS) -> Iterator[tuple[str, VideoLabels | ValueError]]:
        """Label the videos of a folder, with its subfolders, one after the other; see ``video``.

        Yields:
            Name of the video, ``/`` as ``_`` and without suffix, and its labels, or the error that it ended in.

        Raises:
            ValueError: the folder holds no video, or two would have the same name.
        """
        for name, file in find_videos(Path(path)).items():
            try:
                labels: VideoLabels | ValueError = self.video(file, window)
            except ValueError as error:
                labels = error
            yield name, labels

    def camera(self, number: int | str | Path = 0, window: float = USUAL_SECONDS) -> Iterator[LiveLabels]:
        """Label a camera frame by frame, until it ends or the caller stops.

        Args:
            number: of the camera; the path of a video file is read as if it were one.
            window: seconds that a clip covers.

        Raises:
            ValueError: there is no such camera, or the system sees no frame by itself.
        """
        recognizer = load_stream_recognizer(opened(self._file))
        source = open_source(number if isinstance(number, int) else Path(number))
        live = LiveRecognizer(recognizer, self._estimator, _positive(window), source.rate)
        for frame, seconds in source.frames:
            people = [self._live_person(marking, live) for marking in live.push(frame, seconds)]
            yield LiveLabels(seconds, frame, tuple(people))

    def _live_person(self, seen: Marking, live: LiveRecognizer) -> LivePerson:
        probabilities = live.probabilities(seen.number)
        label = int(probabilities.argmax())
        return LivePerson(seen.number, seen.keypoints, seen.scores, probabilities, self.class_names[label],
                          float(probabilities[label]))

    def _label(self, frames: Frames, source: str, window: float) -> VideoLabels:
        actions = recognize_frames(frames, source, self._recognizer, self._estimator, _positive(window))
        people = tuple(_person(timeline, actions.edges, self.class_names) for timeline in actions.timelines)
        return VideoLabels(actions.size, actions.edges, self.class_names, people)


def load(file: str | Path, annotator: str | None = None) -> Labeler:
    """Load a checkpoint of ``exp/train.py``, or a file ``.onnx`` of ``pose-action export``.

    Args:
        file: of a system that can label videos.
        annotator: who finds people: ``blazepose``, ``torchvision``, or ``checkpoint``, the pose network in ``file``. By
            default BlazePose where its networks were fetched (``pose-action fetch-blazepose``), else ``checkpoint``.

    Raises:
        ValueError: the file cannot be read or cannot label videos, or who finds people is missing.

    Example:
        >>> labeler = load('output/demo/best.pth', annotator='checkpoint')  # doctest: +SKIP
        >>> labeler.video('data/demo/videos/S001C001P001R001A006_rgb.avi').people[0].segments  # doctest: +SKIP
    """
    path = Path(file)
    if annotator not in (None, *POSES):
        raise ValueError(f"annotator must be one of {', '.join(POSES)}, found '{annotator}'")
    trained = opened(path)
    recognizer = load_clip_recognizer(trained)
    estimator = load_estimator(annotator, trained) if annotator else _usual_estimator(trained)
    return Labeler(recognizer, estimator, path)


def _usual_estimator(trained: Path | Checkpoint) -> PoseEstimator:
    """BlazePose, or the checkpoint's own network; where there is neither, how to get BlazePose is said."""
    try:
        return load_estimator('blazepose', trained)
    except ValueError as missing:
        try:
            return load_estimator('checkpoint', trained)
        except ValueError:
            raise missing from None


def _person(timeline: Timeline, edges: np.ndarray, class_names: tuple[str, ...]) -> PersonLabels:
    person = timeline.person
    return PersonLabels(person.number, person.first, person.keypoints, person.scores, timeline.probabilities,
                        timeline.segments(edges, class_names))


def _positive(window: float) -> float:
    if not 0 < window < inf:
        raise ValueError(f'window must be more than 0 seconds and finite, found {window}')
    return window
