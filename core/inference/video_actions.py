"""The actions of everybody in a video file: who is there, clips of each of them, a label for every frame.

The file is read to find people, and again where crops of them are cut; no frame is kept, so that its length does not
matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from core.data.clips.sampling import TEST_SAMPLERS
from core.inference.follow import TrackedPerson, follow_people
from core.inference.footage import Footage
from core.inference.recognizers import ClipRecognizer
from core.inference.windows import Segment, cut_windows, find_segments, frame_probabilities
from core.people.person import PoseEstimator

NOBODY = '{}: nobody was found in it; try another --annotator'


class Timeline(NamedTuple):
    """What somebody does.

    Attributes:
        person: their track.
        probabilities: float64 (T, K) of the classes in every frame of it.
    """

    person: TrackedPerson
    probabilities: np.ndarray

    @property
    def segments(self) -> list[Segment]:
        """Runs of frames with the same label; frames are those of the video."""
        first = self.person.first
        return [segment._replace(first=first + segment.first, last=first + segment.last)
                for segment in find_segments(self.probabilities)]


class VideoActions(NamedTuple):
    """What the people of a video do.

    Attributes:
        size: (width, height) of the frames whose pixels the joints count.
        edges: float64 (n + 1,), seconds at which each of n frames begins, and at which the last one ends.
        timelines: of the people.
    """

    size: tuple[int, int]
    edges: np.ndarray
    timelines: list[Timeline]

    @property
    def rate(self) -> float:
        """Frames per second, on average."""
        return (len(self.edges) - 1) / self.edges[-1]


def recognize_video(path: Path, recognizer: ClipRecognizer, estimator: PoseEstimator, window: float) -> VideoActions:
    """Find everybody in a video and recognize what they do.

    Args:
        path: of the video.
        recognizer: answers clips.
        estimator: finds people.
        window: seconds of a window; whoever is seen for no longer than that is one clip.

    Raises:
        ValueError: the file is no video, or nobody was found in it.
    """
    footage = Footage(path)
    frames = tqdm(footage, desc=path.name, total=footage.announced_frames or None, unit='frame', leave=False)
    people = follow_people(frames, estimator, round(footage.fps))
    if not footage.times:
        raise ValueError(f'{path}: no frame of it could be decoded; copy or download it again')
    if not people:
        raise ValueError(NOBODY.format(path))
    actions = VideoActions(footage.size, footage.edges, [])
    return actions._replace(timelines=recognize_people(footage, people, recognizer, window * actions.rate))


def recognize_people(footage: Footage, people: Sequence[TrackedPerson], recognizer: ClipRecognizer,
                     length: float) -> list[Timeline]:
    """Recognize what the people found in a video do, in windows of ``length`` frames."""
    data = recognizer.cfg.DATASET
    windows = [cut_windows(len(person.keypoints), data.CLIP_SIZE, length, TEST_SAMPLERS[data.TEST_SAMPLER])
               for person in people]
    answers = recognizer.answer(footage, people, windows)
    parts = np.split(answers, np.cumsum([len(cut.times) for cut in windows])[:-1])
    return [Timeline(person, frame_probabilities(cut, part))
            for person, cut, part in zip(people, windows, parts, strict=True)]
