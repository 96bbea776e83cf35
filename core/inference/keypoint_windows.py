"""What recognizes clips of keypoints: no frame is looked at again once the people are found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from core.data.annotations.skeletons import SkeletonRecord
from core.data.build import build_skeletons
from core.data.clips.loader import build_loader
from core.data.clips.recipes import PREPROCESS
from core.engine.evaluation.predict import predict
from core.engine.runtime import Runtime
from core.inference.crop_plan import with_nearest
from core.inference.follow import TrackedPerson
from core.inference.footage import Footage
from core.inference.loading import Recognizer
from core.inference.windows import Windows
from core.layouts import COCO17


class KeypointClips:
    """A ``ClipRecognizer`` by the keypoints with which people were tracked, on a GPU where there is one.

    A window is to it what a whole sequence is in testing: the run's recipe normalizes its frames and picks those of the
    clip, so that motion streams are made of neighboring frames as they were in training.

    Args:
        recognizer: of a system that reads keypoints.

    Raises:
        ValueError: the run reads other joints than those that people are found with.
    """

    def __init__(self, recognizer: Recognizer) -> None:
        self.cfg, self.class_names = recognizer.cfg, recognizer.class_names
        data = self.cfg.DATASET
        if data.LAYOUT != COCO17.name or not PREPROCESS[data.PREPROCESS].in_pixels:
            raise ValueError(f"run '{self.cfg.NAME}' reads the layout {data.LAYOUT} with DATASET.PREPROCESS "
                             f'{data.PREPROCESS}, but people in videos are found with 2D joints of {COCO17.name}; use '
                             'its checkpoint with pose-action predict --annotations')
        self.runtime = Runtime(torch.device('cuda' if torch.cuda.is_available() else 'cpu'))
        self.model = recognizer.model.to(self.runtime.device)

    def answer(self, footage: Footage, people: Sequence[TrackedPerson], windows: Sequence[Windows]) -> np.ndarray:
        """Return the class probabilities (N, K) of everybody's windows, person after person."""
        records = [window_record(person, people, first, stop, self.cfg.MODEL.NUM_PERSONS, footage.size)
                   for person, cut in zip(people, windows, strict=True)
                   for first, stop in zip(cut.first, cut.stop, strict=True)]
        loader = build_loader(build_skeletons(self.cfg, records, None, False), self.cfg.TEST.BATCH_PER_GPU)
        return predict(self.model, loader, self.runtime).probabilities


def window_record(person: TrackedPerson, people: Sequence[TrackedPerson], first: int, stop: int, num_persons: int,
                  frame_size: tuple[int, int]) -> SkeletonRecord:
    """Return what a person, and whoever is nearest to them, do in a window, as a record of ``stop - first`` frames.

    Args:
        person: whose window it is; the first of the record.
        people: of the video.
        first: first frame of the window, 0-based, counted from the first of the track.
        stop: first frame behind it.
        num_persons: M.
        frame_size: (width, height) of the frames.
    """
    times = person.first + np.arange(first, stop)[None]                                  # (1, T)
    others = [other.at(times) for other in people if other is not person] if num_persons > 1 else []
    keypoints, scores = with_nearest(person.at(times), others, num_persons)              # (1, M, T, V, 2), (1, M, T, V)
    joints = np.concatenate([keypoints, scores[..., None]], axis=-1, dtype=np.float32)[0]
    return SkeletonRecord(f'track {person.number}', 0, joints, frame_size)
