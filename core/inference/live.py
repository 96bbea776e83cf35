"""The actions of everybody in frames as they come: each person has a stream, and the backbone sees each frame once."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch

from core.inference.crop_plan import crop_maps, cut_crop, with_nearest, with_visible
from core.inference.follow import LEAST_SECONDS, tracked
from core.inference.footage import frame_edges, frame_size
from core.inference.overlay import Marking, caption
from core.inference.recognizers import Recognizer
from core.inference.stream import FrameStream, StreamModel
from core.inference.video_actions import NOBODY, Timeline, VideoActions
from core.people.person import Person, PoseEstimator
from core.people.tracking import Tracker


class Actor:
    """One person in front of a camera: the frames of their clip, and what they do.

    Args:
        recognizer: of a system that sees frames one by one; its model is on its device.
        due: seconds at which the clip's next frame is due.

    Attributes:
        probabilities: ``(K,)`` of the classes, by all frames so far.
    """

    def __init__(self, recognizer: Recognizer, due: float) -> None:
        self.stream = FrameStream(cast(StreamModel, recognizer.model), recognizer.clip_size)
        self.view, self.due = recognizer.view, due
        self.device = next(recognizer.model.parameters()).device
        self.joints: deque = deque(maxlen=recognizer.clip_size)     # of (M, V, 2) and which are visible, bool (M, V)
        self.probabilities = np.empty(0)

    def show(self, frame: np.ndarray, person: Person, others: Sequence[Person]) -> None:
        """Take the next frame of the clip, uint8 RGB ``(H, W, 3)``, with the person and whoever else is in it."""
        own, *seen = (with_visible(one.keypoints[None, None], one.scores[None, None], self.view)
                      for one in (person, *others))                                      # (1, 1, V, 2), (1, 1, V)
        self.joints.append([values[0, :, 0] for values in with_nearest(own, seen, self.view.num_persons)])
        keypoints, visible = (np.stack(values, axis=1) for values in zip(*self.joints, strict=True))
        mask, size = np.asarray(visible.any((1, 2)), np.float32), frame_size(frame)      # (M,)
        mask[0] = 1
        maps = crop_maps(keypoints, visible, self.view, size)[:, -1]                     # (M, 2, 3)
        crops = np.stack([cut_crop(frame, to_image, self.view.image_size) for to_image in maps])
        inputs = crops, mask, maps.astype(np.float32), np.array(size, np.float32)
        self.stream.push(*(torch.from_numpy(values)[None].to(self.device) for values in inputs))
        self.probabilities = self.stream.answer()[0].float().softmax(-1).cpu().numpy()


class LiveRecognizer:
    """Tracks everybody, and answers for each person anew whenever the next frame of their clip is due.

    Args:
        recognizer: of a system that sees frames one by one; its model is on its device.
        estimator: finds people.
        window: seconds that a clip covers; frames that come faster than it has frames are left out.
        rate: frames per second that may be expected.

    Attributes:
        times: seconds of the frames so far.
        size: (width, height) of the frames.
    """

    def __init__(self, recognizer: Recognizer, estimator: PoseEstimator, window: float, rate: float) -> None:
        self.recognizer, self.estimator, self.rate = recognizer, estimator, rate
        self.step = window / recognizer.clip_size
        self.tracker, self.size = Tracker(round(rate)), (0, 0)
        self.times: list[float] = []
        self._actors: dict[int, Actor] = {}
        self._answers: dict[int, list[np.ndarray]] = {}

    @torch.no_grad()
    def push(self, frame: np.ndarray, seconds: float) -> list[Marking]:
        """Take the next frame, uint8 RGB ``(H, W, 3)``, and return who is in it and what they do."""
        time, self.size = len(self.times), frame_size(frame)
        self.times.append(seconds)
        self.tracker.update(time, self.estimator(frame, self.tracker.expected))
        seen = {number: track.people[-1] for number, track in enumerate(self.tracker.tracks, 1)
                if track.times[-1] == time}
        self._actors = {number: actor for number, actor in self._actors.items()
                        if time - self.tracker.tracks[number - 1].times[-1] < self.tracker.max_gap}
        markings = []
        for number, person in seen.items():
            if number not in self._actors:
                self._actors[number] = Actor(self.recognizer, seconds)
            actor = self._actors[number]
            if seconds + 0.5 / self.rate >= actor.due:         # the nearest frame
                actor.show(frame, person, [other for other in seen.values() if other is not person])
                actor.due = max(actor.due + self.step, seconds)
            self._answers.setdefault(number, []).append(actor.probabilities)
            markings.append(Marking(number, person.keypoints, person.scores,
                                    caption(actor.probabilities, self.recognizer.class_names)))
        return markings

    def probabilities(self, number: int) -> np.ndarray:
        """Return the class probabilities ``(K,)`` of a track that is seen now, by all frames so far."""
        return self._actors[number].probabilities

    def actions(self, source: str | Path) -> VideoActions:
        """Return what everybody did who was seen for half a second or more.

        Args:
            source: what the frames are of.

        Raises:
            ValueError: there was no frame, or nobody in them.
        """
        second, timelines = round(self.rate), []
        for number, answers in self._answers.items():
            track = self.tracker.tracks[number - 1]
            if len(track.times) >= min(LEAST_SECONDS * second, len(self.times)):
                person = tracked(number, track.times, track.joints, second)
                rows = np.searchsorted(track.times, np.arange(person.first, person.last + 1), side='right') - 1
                timelines.append(Timeline(person, np.stack(answers)[rows]))
        if not timelines:
            raise ValueError(NOBODY.format(source))
        return VideoActions(self.size, frame_edges(self.times, self.rate), timelines)
