"""The actions of everybody in a video: who is there, clips of each of them, a label for every frame.

The video is read once to find people, and once more to cut crops of them. No frame is kept, so that any length will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from core.inference.follow import TrackedPerson, follow_people
from core.inference.footage import Footage, Frames
from core.inference.recognizers import ClipRecognizer
from core.inference.windows import LabelSpan, cut_windows, find_spans, frame_probabilities
from core.people.person import PoseEstimator

NOBODY = '{}: nobody was found in it; try another --annotator'


@dataclass(frozen=True)
class Segment:
    """Consecutive frames in which a person has one label.

    Attributes:
        start_s: seconds from the first frame of the video to the beginning, to the millisecond.
        end_s: likewise to the end.
        first_frame: first frame, 0-based, of the video.
        last_frame: last frame, part of the segment.
        label: 0-based class.
        class_name: its name.
        confidence: mean probability of the label over the frames, 0 to 1, to four digits.
        probabilities: likewise of all K classes.
    """

    start_s: float
    end_s: float
    first_frame: int
    last_frame: int
    label: int
    class_name: str
    confidence: float
    probabilities: tuple[float, ...] = field(repr=False)


class Timeline(NamedTuple):
    """What somebody does.

    Attributes:
        person: their track.
        probabilities: float64 ``(T, K)`` of the classes in every frame of it.
    """

    person: TrackedPerson
    probabilities: np.ndarray

    @property
    def spans(self) -> list[LabelSpan]:
        """Spans of frames with the same label; frames are those of the video."""
        first = self.person.first
        return [span._replace(first=first + span.first, last=first + span.last)
                for span in find_spans(self.probabilities)]

    def segments(self, edges: np.ndarray, class_names: Sequence[str]) -> tuple[Segment, ...]:
        """Return the spans with times and names.

        Args:
            edges: ``(n + 1,)``, seconds at which each of n frames of the video begins, and at which the last one ends.
            class_names: K names, by label.
        """
        return tuple(Segment(round(float(edges[first]), 3), round(float(edges[last + 1]), 3), first, last, label,
                             class_names[label], round(float(probabilities[label]), 4),
                             tuple(probabilities.round(4).tolist()))
                     for first, last, label, probabilities in self.spans)


class VideoActions(NamedTuple):
    """What the people of a video do.

    Attributes:
        size: (width, height) of the frames in whose pixels the joints are given.
        edges: float64 ``(n + 1,)``, seconds at which each of n frames begins, and at which the last one ends.
        timelines: of the people.
    """

    size: tuple[int, int]
    edges: np.ndarray
    timelines: list[Timeline]

    @property
    def rate(self) -> float:
        """Frames per second, on average."""
        return (len(self.edges) - 1) / float(self.edges[-1])


def recognize_video(path: Path, recognizer: ClipRecognizer, estimator: PoseEstimator, window: float) -> VideoActions:
    """Find everybody in a video file and recognize what they do; see ``recognize_frames``.

    Raises:
        ValueError: the file is no video, or nobody was found in it.
    """
    return recognize_frames(Footage(path), path, recognizer, estimator, window)


def recognize_frames(frames: Frames, source: str | Path, recognizer: ClipRecognizer, estimator: PoseEstimator,
                     window: float) -> VideoActions:
    """Find everybody in a video and recognize what they do.

    Args:
        frames: of the video.
        source: what the frames are of.
        recognizer: answers clips.
        estimator: finds people.
        window: seconds of a window; a person who is seen for no longer than that is one clip.

    Raises:
        ValueError: there is no frame, or nobody in them.
    """
    shown = tqdm(frames, desc=Path(source).name, total=frames.announced_frames or None, unit='frame', leave=False)
    people = follow_people(shown, estimator, round(frames.fps))
    actions = VideoActions(frames.size, frames.edges, [])
    if not people:
        raise ValueError(NOBODY.format(source))
    return actions._replace(timelines=recognize_people(frames, people, recognizer, window * actions.rate))


def recognize_people(frames: Frames, people: Sequence[TrackedPerson], recognizer: ClipRecognizer,
                     length: float) -> list[Timeline]:
    """Recognize what the people found in a video do, in windows of ``length`` frames."""
    windows = [cut_windows(len(person.keypoints), recognizer.clip_size, length, recognizer.sampler)
               for person in people]
    answers = recognizer.answer(frames, people, windows)
    parts = np.split(answers, np.cumsum([len(cut.times) for cut in windows])[:-1])
    return [Timeline(person, frame_probabilities(cut, part))
            for person, cut, part in zip(people, windows, parts, strict=True)]
