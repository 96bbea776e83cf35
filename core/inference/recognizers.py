"""What recognizes the clips of a video: a model that sees crops one by one, or one that sees whole clips only.

Crops are looked at first (``look``), clips are answered then (``recognize``). ``CheckpointClips`` sees each distinct
crop once, however many clips show it. ``WholeClips`` keeps the crops and runs whole clips.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple, Protocol, cast

import numpy as np
import torch
from torch import Tensor, nn

from core.data.clips.sampling import Sampler
from core.inference.crop_plan import ClipView, CropPlan, cut_crops, plan_crops
from core.inference.follow import TrackedPerson
from core.inference.footage import Frames
from core.inference.stream import StreamModel
from core.inference.windows import Windows

Sights = tuple[np.ndarray, ...]
"""What is kept of L crops; the first axis of every array is L."""

CROPS_AT_ONCE, CLIPS_AT_ONCE = 64, 16


class Recognizer(NamedTuple):
    """A trained model, and what its run knew of it.

    Attributes:
        model: in evaluation mode, on the CPU: from what its system reads to a ``JointOutput`` with actions.
        class_names: K names, by label.
        system: ``MODEL.NAME``.
        mode: ``TRAIN.MODE``.
        run: name of the run.
        layout: name of the joints' layout.
        view: how its clips show people.
        clip_size: T, frames of a clip.
        sampler: chooses the frames of a sequence that is one clip.
        config: the run's whole configuration as YAML, to be stored with what is made of the model.
    """

    model: nn.Module
    class_names: tuple[str, ...]
    system: str
    mode: str
    run: str
    layout: str
    view: ClipView
    clip_size: int
    sampler: Sampler
    config: str


class ClipRecognizer(Protocol):
    """Answers the windows of people.

    Attributes:
        class_names: K names, by label.
        clip_size: T, frames of a clip.
        sampler: chooses the frames of a track that is one clip.
    """

    class_names: tuple[str, ...]
    clip_size: int
    sampler: Sampler

    def answer(self, footage: Frames, people: Sequence[TrackedPerson], windows: Sequence[Windows]) -> np.ndarray:
        """Return the class probabilities ``(N, K)`` of everybody's windows, person after person.

        Args:
            footage: the video.
            people: who is in it.
            windows: of each of them.
        """
        ...


class CropClips(ABC):
    """A ``ClipRecognizer`` that reads crops.

    Args:
        recognizer: of a system that reads crops.
        device: where its model computes.
    """

    def __init__(self, recognizer: Recognizer, device: torch.device | str = 'cpu') -> None:
        self.class_names, self.clip_size, self.sampler = (recognizer.class_names, recognizer.clip_size,
                                                          recognizer.sampler)
        self.view, self.model, self.device = recognizer.view, recognizer.model.to(device), device

    @abstractmethod
    def look(self, crops: np.ndarray, to_image: np.ndarray, frame_size: np.ndarray) -> Sights:
        """Return what is kept of crops.

        Args:
            crops: uint8 RGB ``(L, H, W, 3)``.
            to_image: float32 ``(L, 2, 3)``, crop pixels → pixels of the frame.
            frame_size: float32 ``(2,)``, (width, height) of the frame.
        """

    @abstractmethod
    def recognize(self, sights: Sights, mask: np.ndarray, frame_size: np.ndarray) -> np.ndarray:
        """Return class probabilities ``(B, K)``.

        Args:
            sights: what was kept of the crops of clips, ``(B, M, T, ...)`` each.
            mask: float32 ``(B, M)``, 1 if the person is in the clip.
            frame_size: float32 ``(2,)``, (width, height) of the frame.
        """

    def answer(self, footage: Frames, people: Sequence[TrackedPerson], windows: Sequence[Windows]) -> np.ndarray:
        """Return the class probabilities ``(N, K)`` of everybody's windows, person after person."""
        clips = [person.first + cut.times for person, cut in zip(people, windows, strict=True)]
        plan = plan_crops(people, clips, self.view, footage.size)
        return recognize_clips(self, plan, cut_crops(footage, plan, self.view.image_size), footage.size)

    def _tensor(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(self.device)

    def _sizes(self, frame_size: np.ndarray, count: int) -> Tensor:
        return self._tensor(np.tile(frame_size, (count, 1)))


class CheckpointClips(CropClips):
    """A ``CropClips`` whose backbone sees every crop once; its model can ``observe`` and ``recognize``."""

    @torch.no_grad()
    def look(self, crops: np.ndarray, to_image: np.ndarray, frame_size: np.ndarray) -> Sights:
        """Return the skeleton features, and what the visual branch keeps where there is one, as clips of one frame."""
        clips, maps = (self._tensor(values)[:, None, None] for values in (crops, to_image))
        seen = cast(StreamModel, self.model).observe(clips, maps.new_ones(len(clips), 1), maps,
                                                     self._sizes(frame_size, len(clips)))
        return tuple(values[:, 0, 0].cpu().numpy() for values in (seen.pose, seen.seen) if values is not None)

    @torch.no_grad()
    def recognize(self, sights: Sights, mask: np.ndarray, frame_size: np.ndarray) -> np.ndarray:
        """Answer clips of what ``look`` kept of their frames."""
        pose, *seen = (self._tensor(values) for values in sights)
        person_mask = self._tensor(mask)
        pose = pose * person_mask[:, :, None, None, None]
        logits, *_ = cast(StreamModel, self.model).recognize(pose, seen[0] if seen else None, person_mask)
        return logits.float().softmax(-1).cpu().numpy()


class WholeClips(CropClips):
    """A ``CropClips`` of any model that answers whole clips: an exported one, or one that sees no frame by itself."""

    def look(self, crops: np.ndarray, to_image: np.ndarray, frame_size: np.ndarray) -> Sights:
        """Keep the crops as they are."""
        return crops, to_image

    @torch.no_grad()
    def recognize(self, sights: Sights, mask: np.ndarray, frame_size: np.ndarray) -> np.ndarray:
        """Answer clips of crops and their maps."""
        crops, to_image = (self._tensor(values) for values in sights)
        output = self.model(crops, self._tensor(mask), to_image, self._sizes(frame_size, len(mask)))
        return output.logits.float().softmax(-1).cpu().numpy()


def recognize_clips(recognizer: CropClips, plan: CropPlan, crops: Iterable[np.ndarray],
                    frame_size: tuple[int, int]) -> np.ndarray:
    """Return the class probabilities ``(N, K)`` of a plan's clips; only what later clips show is kept in memory.

    Args:
        recognizer: what answers.
        plan: N clips of L distinct crops.
        crops: the L crops, uint8 RGB ``(H, W, 3)``, in order.
        frame_size: (width, height) of the frames.
    """
    size, maps, crops = np.array(frame_size, np.float32), plan.to_image.astype(np.float32), iter(crops)
    seen: dict[int, Sights] = {}                                # by number of the crop
    answers: dict[int, np.ndarray] = {}                         # by number of the clip
    for clips, new, needed in plan.batches(CLIPS_AT_ONCE):
        for first in new[::CROPS_AT_ONCE]:
            some = range(first, min(first + CROPS_AT_ONCE, new.stop))
            sights = recognizer.look(np.stack(list(islice(crops, len(some)))), maps[some.start:some.stop], size)
            seen.update(zip(some, zip(*sights, strict=True), strict=True))
        found = recognizer.recognize(_sights_of(seen, plan.shown[clips]), plan.mask[clips], size)
        answers.update(zip(clips.tolist(), found, strict=True))
        seen = {number: kept for number, kept in seen.items() if number >= needed}
    return np.stack([answers[clip] for clip in range(len(plan.mask))])


def _sights_of(seen: dict[int, Sights], numbers: np.ndarray) -> Sights:
    """What was kept of the crops ``numbers`` ``(B, M, T)``, each array ``(B, M, T, ...)``."""
    kept = zip(*(seen[number] for number in numbers.ravel().tolist()), strict=True)
    return tuple(np.stack(values).reshape(*numbers.shape, *values[0].shape) for values in kept)
