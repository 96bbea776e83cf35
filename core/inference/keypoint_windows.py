"""Recognizes clips of keypoints: once the people are found, no frame is looked at again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from core.data.annotations.skeletons import SkeletonRecord
from core.data.clips.keypoint_clips import SkeletonDataset
from core.data.clips.loader import build_loader
from core.engine.evaluation.predict import predict
from core.engine.runtime import Runtime
from core.inference.crop_plan import with_nearest
from core.inference.follow import TrackedPerson
from core.inference.footage import Frames
from core.inference.recognizers import Recognizer
from core.inference.windows import Windows


class KeypointClips:
    """A ``ClipRecognizer`` by the keypoints with which people were tracked.

    A window is to it what a whole sequence is in testing: the run's recipe normalizes its frames and picks those of the
    clip, so that motion streams are made of neighboring frames as they were in training.

    Args:
        recognizer: of a system that reads keypoints of COCO's 17 joints.
        dataset: makes the run's test clips of records.
        batch_size: clips that are answered together.
        runtime: where its model computes.
    """

    def __init__(self, recognizer: Recognizer, dataset: Callable[[Sequence[SkeletonRecord]], SkeletonDataset],
                 batch_size: int, runtime: Runtime) -> None:
        self.class_names, self.clip_size, self.sampler = (recognizer.class_names, recognizer.clip_size,
                                                          recognizer.sampler)
        self.num_persons, self.model = recognizer.view.num_persons, recognizer.model.to(runtime.device)
        self.dataset, self.batch_size, self.runtime = dataset, batch_size, runtime

    def answer(self, footage: Frames, people: Sequence[TrackedPerson], windows: Sequence[Windows]) -> np.ndarray:
        """Return the class probabilities ``(N, K)`` of everybody's windows, person after person."""
        records = [window_record(person, people, first, stop, self.num_persons, footage.size)
                   for person, cut in zip(people, windows, strict=True)
                   for first, stop in zip(cut.first, cut.stop, strict=True)]
        loader = build_loader(self.dataset(records), self.batch_size)
        return cast(np.ndarray, predict(self.model, loader, self.runtime).probabilities)


def window_record(person: TrackedPerson, people: Sequence[TrackedPerson], first: int, stop: int, num_persons: int,
                  frame_size: tuple[int, int]) -> SkeletonRecord:
    """Return what a person, and whoever is nearest to them, do in a window, as a record of ``stop - first`` frames.

    Args:
        person: whose window it is; the first of the record.
        people: of the video.
        first: first frame of the window, 0-based, counted from the first of the track.
        stop: one past its last frame.
        num_persons: M.
        frame_size: (width, height) of the frames.
    """
    times = person.first + np.arange(first, stop)[None]                                  # (1, T)
    others = [other.at(times) for other in people if other is not person] if num_persons > 1 else []
    keypoints, scores = with_nearest(person.at(times), others, num_persons)              # (1, M, T, V, 2), (1, M, T, V)
    joints = np.concatenate([keypoints, scores[..., None]], axis=-1, dtype=np.float32)[0]
    return SkeletonRecord(f'track {person.number}', 0, joints, frame_size)
