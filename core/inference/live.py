"""The actions of everybody in frames as they come: each person has a stream, and the backbone sees each frame once."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from core.inference.crop_plan import View, crop_maps, cut_crop, view_of, with_nearest, with_visible
from core.inference.follow import LEAST_SECONDS, tracked
from core.inference.footage import frame_edges
from core.inference.loading import Recognizer, load_recognizer
from core.inference.overlay import Marking, caption
from core.inference.stream import FrameStream
from core.inference.traced import TracedModel
from core.inference.video_actions import NOBODY, Timeline, VideoActions
from core.people.person import Person, PoseEstimator
from core.people.tracking import Tracker


class Actor:
    """One person in front of a camera: the frames of their clip, and what they do.

    Args:
        recognizer: model, on its device, and configuration.
        view: how the run looks at people.
        device: of the model.
        due: seconds at which the clip's next frame is due.

    Attributes:
        probabilities: (K,) of the classes, by all frames so far.
    """

    def __init__(self, recognizer: Recognizer, view: View, device: torch.device | str, due: float) -> None:
        clip_size = recognizer.cfg.DATASET.CLIP_SIZE
        self.stream, self.view, self.device, self.due = FrameStream(recognizer.model, clip_size), view, device, due
        self.joints: deque = deque(maxlen=clip_size)         # of (M, V, 2) and which are visible, bool (M, V)
        self.probabilities = np.empty(0)

    def show(self, frame: np.ndarray, person: Person, others: Sequence[Person]) -> None:
        """Take the next frame of the clip, uint8 RGB (H, W, 3), with the person and whoever else is in it."""
        own, *seen = (with_visible(one.keypoints[None, None], one.scores[None, None], self.view)
                      for one in (person, *others))                                      # (1, 1, V, 2), (1, 1, V)
        self.joints.append([values[0, :, 0] for values in with_nearest(own, seen, self.view.num_persons)])
        keypoints, visible = (np.stack(values, axis=1) for values in zip(*self.joints, strict=True))
        mask = visible.any((1, 2))                                                       # (M,)
        mask[0] = True
        maps = crop_maps(keypoints, visible, self.view, frame.shape[1::-1])[:, -1]       # (M, 2, 3)
        crops = np.stack([cut_crop(frame, to_image, self.view.image_size) for to_image in maps])
        inputs = crops, mask.astype(np.float32), maps.astype(np.float32), np.array(frame.shape[1::-1], np.float32)
        self.stream.push(*(torch.from_numpy(values)[None].to(self.device) for values in inputs))
        self.probabilities = self.stream.answer()[0].float().softmax(-1).cpu().numpy()


class LiveRecognizer:
    """Tracks everybody, and answers them anew whenever their clip's next frame is due.

    Args:
        recognizer: model, configuration and class names.
        estimator: finds people.
        window: seconds that a clip covers; frames that come faster than it has frames are left out.
        rate: frames per second that may be expected.
        device: of the model.

    Attributes:
        times: seconds of the frames so far.
        size: (width, height) of the frames.
    """

    def __init__(self, recognizer: Recognizer, estimator: PoseEstimator, window: float, rate: float,
                 device: torch.device | str = 'cpu') -> None:
        self.recognizer, self.estimator, self.rate, self.device = recognizer, estimator, rate, device
        self.view = view_of(recognizer.cfg)
        self.step = window / recognizer.cfg.DATASET.CLIP_SIZE
        self.tracker, self.size = Tracker(round(rate)), (0, 0)
        self.times: list[float] = []
        self._actors: dict[int, Actor] = {}
        self._answers: dict[int, list[np.ndarray]] = {}

    @torch.no_grad()
    def push(self, frame: np.ndarray, seconds: float) -> list[Marking]:
        """Take the next frame, uint8 RGB (H, W, 3), and return who is in it and what they do."""
        time, self.size = len(self.times), frame.shape[1::-1]
        self.times.append(seconds)
        self.tracker.update(time, self.estimator(frame, self.tracker.expected))
        seen = {number: track.people[-1] for number, track in enumerate(self.tracker.tracks, 1)
                if track.times[-1] == time}
        self._actors = {number: actor for number, actor in self._actors.items()
                        if time - self.tracker.tracks[number - 1].times[-1] < self.tracker.max_gap}
        markings = []
        for number, person in seen.items():
            if number not in self._actors:
                self._actors[number] = Actor(self.recognizer, self.view, self.device, seconds)
            actor = self._actors[number]
            if seconds + 0.5 / self.rate >= actor.due:         # the nearest frame
                actor.show(frame, person, [other for other in seen.values() if other is not person])
                actor.due = max(actor.due + self.step, seconds)
            self._answers.setdefault(number, []).append(actor.probabilities)
            markings.append(Marking(number, person.keypoints, person.scores,
                                    caption(actor.probabilities, self.recognizer.class_names)))
        return markings

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


def load_live(checkpoint: Path, estimator: PoseEstimator, window: float, rate: float) -> LiveRecognizer:
    """Load a checkpoint for live recognition, on a GPU where there is one; arguments as for ``LiveRecognizer``.

    Raises:
        ValueError: the file is an exported one, cannot be read, or does not lead from crops to actions.
    """
    if checkpoint.suffix == '.onnx':
        raise ValueError(f'{checkpoint}: an exported file answers whole clips only; go live with the checkpoint')
    recognizer = load_recognizer(checkpoint, ('crops',))
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    traced = TracedModel(recognizer.model.to(device))
    return LiveRecognizer(recognizer._replace(model=traced), estimator, window, rate, device)
