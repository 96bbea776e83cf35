"""What recognizes clips of a video: a checkpoint, or an exported file.

Of crops each that clips share is taken first (``look``), the clips then (``recognize``): a checkpoint looks once at
every crop, an exported file runs whole clips.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from yacs.config import CfgNode

from core.config.systems import SYSTEMS
from core.inference.crop_plan import CropPlan, cut_crops, plan_crops, view_of
from core.inference.follow import TrackedPerson
from core.inference.footage import Footage
from core.inference.keypoint_windows import KeypointClips
from core.inference.loading import Recognizer, load_recognizer
from core.inference.windows import Windows

Sights = tuple[np.ndarray, ...]
"""What is kept of L crops; the first axis of every array is L."""

CROPS_AT_ONCE, CLIPS_AT_ONCE = 64, 16


class ClipRecognizer(Protocol):
    """Answers the windows of people.

    Attributes:
        cfg: configuration of the run.
        class_names: K names, by label.
    """

    cfg: CfgNode
    class_names: Sequence[str]

    def answer(self, footage: Footage, people: Sequence[TrackedPerson], windows: Sequence[Windows]) -> np.ndarray:
        """Return the class probabilities (N, K) of everybody's windows, person after person.

        Args:
            footage: the video.
            people: who is in it.
            windows: of each of them.
        """
        ...


class CropClips(ABC):
    """A ``ClipRecognizer`` that reads crops.

    Attributes:
        cfg: configuration of the run.
        class_names: K names, by label.
    """

    cfg: CfgNode
    class_names: Sequence[str]

    @abstractmethod
    def look(self, crops: np.ndarray, to_image: np.ndarray, frame_size: np.ndarray) -> Sights:
        """Return what is kept of crops.

        Args:
            crops: uint8 RGB (L, H, W, 3).
            to_image: float32 (L, 2, 3), crop pixels → pixels of the frame.
            frame_size: float32 (2,), (width, height) of the frame.
        """

    @abstractmethod
    def recognize(self, sights: Sights, mask: np.ndarray, frame_size: np.ndarray) -> np.ndarray:
        """Return class probabilities (B, K).

        Args:
            sights: what was kept of the crops of clips, (B, M, T, ...) each.
            mask: float32 (B, M), 1 if the person is in the clip.
            frame_size: float32 (2,), (width, height) of the frame.
        """

    def answer(self, footage: Footage, people: Sequence[TrackedPerson], windows: Sequence[Windows]) -> np.ndarray:
        """Return the class probabilities (N, K) of everybody's windows, person after person."""
        view = view_of(self.cfg)
        clips = [person.first + cut.times for person, cut in zip(people, windows, strict=True)]
        plan = plan_crops(people, clips, view, footage.size)
        return recognize_clips(self, plan, cut_crops(footage, plan, view.image_size), footage.size)


class CheckpointClips(CropClips):
    """A ``CropClips`` that runs the backbone once per crop, on a GPU where there is one."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.cfg, self.class_names = recognizer.cfg, recognizer.class_names
        self.device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
        self.model = recognizer.model.to(self.device)

    @torch.no_grad()
    def look(self, crops: np.ndarray, to_image: np.ndarray, frame_size: np.ndarray) -> Sights:
        """Return the skeleton features, and what the visual branch keeps where there is one, as clips of one frame."""
        clips, maps = (torch.from_numpy(values).to(self.device)[:, None, None] for values in (crops, to_image))
        seen = self.model.observe(clips, maps.new_ones(len(clips), 1), maps, self._sizes(frame_size, len(clips)))
        return tuple(values[:, 0, 0].cpu().numpy() for values in (seen.pose, seen.seen) if values is not None)

    @torch.no_grad()
    def recognize(self, sights: Sights, mask: np.ndarray, frame_size: np.ndarray) -> np.ndarray:
        """Answer clips of what ``look`` kept of their frames."""
        pose, *seen = (torch.from_numpy(values).to(self.device) for values in sights)
        person_mask = torch.from_numpy(mask).to(self.device)
        pose = pose * person_mask[:, :, None, None, None]
        logits = self.model.recognize(pose, seen[0] if seen else None, person_mask)[0]
        return logits.float().softmax(-1).cpu().numpy()

    def _sizes(self, frame_size: np.ndarray, count: int) -> Tensor:
        return torch.from_numpy(frame_size).to(self.device).expand(count, 2)


class ExportedClips(CropClips):
    """A ``CropClips`` that runs whole clips through an exported file.

    Args:
        model: ``core.inference.exported.OnnxModel`` of the part joint.
    """

    def __init__(self, model) -> None:
        self.cfg, self.class_names, self.model = model.cfg, model.class_names, model

    def look(self, crops: np.ndarray, to_image: np.ndarray, frame_size: np.ndarray) -> Sights:
        """Keep the crops as they are."""
        return crops, to_image

    def recognize(self, sights: Sights, mask: np.ndarray, frame_size: np.ndarray) -> np.ndarray:
        """Answer clips of crops and their maps."""
        crops, to_image = sights
        logits = self.model.run(frames=crops, person_mask=mask, crop_to_image=to_image,
                                image_size=np.tile(frame_size, (len(mask), 1)))['logits']
        return torch.from_numpy(logits).float().softmax(-1).numpy()


RECOGNIZERS = {'crops': CheckpointClips, 'keypoints': KeypointClips}
"""``System.clips`` → what recognizes clips with a checkpoint."""


def load_clip_recognizer(file: Path) -> ClipRecognizer:
    """Load a checkpoint of ours, or a file ``.onnx`` that ``pose-action export`` wrote.

    Raises:
        ValueError: the file cannot be read, or does not lead from people in videos to actions.
    """
    if file.suffix != '.onnx':
        recognizer = load_recognizer(file, tuple(RECOGNIZERS))
        return RECOGNIZERS[SYSTEMS[recognizer.cfg.MODEL.NAME].clips](recognizer)
    from core.inference.exported import OnnxModel
    model = OnnxModel(file)
    if model.part != 'joint':
        raise ValueError(f"{file}: holds the part {model.part}, which does not lead from frames to actions; export it "
                         'with --part joint')
    return ExportedClips(model)


def recognize_clips(recognizer: CropClips, plan: CropPlan, crops: Iterable[np.ndarray],
                    frame_size: tuple[int, int]) -> np.ndarray:
    """Return the class probabilities (N, K) of the clips of a plan; in memory is only what the next clips show.

    Args:
        recognizer: what answers.
        plan: N clips of L distinct crops.
        crops: the L crops, uint8 RGB (H, W, 3), in order.
        frame_size: (width, height) of the frames.
    """
    size, flat = np.array(frame_size, np.float32), plan.index.reshape(len(plan.index), -1)
    order = flat.max(axis=1).argsort(kind='stable')
    needed = np.minimum.accumulate(flat.min(axis=1)[order][::-1])[::-1]     # first crop that this or a later clip shows
    answers, crops, kept, begin, end = [], iter(crops), None, 0, 0          # kept are the crops begin..end
    for start in range(0, len(order), CLIPS_AT_ONCE):
        clips = order[start:start + CLIPS_AT_ONCE]
        stop = int(flat[clips].max()) + 1
        looked = [] if kept is None else [tuple(values[needed[start] - begin:] for values in kept)]
        looked += _look(recognizer, islice(crops, stop - end), plan.to_image[end:stop].astype(np.float32), size)
        kept = tuple(np.concatenate(values) for values in zip(*looked, strict=True))
        begin, end = int(needed[start]), stop
        shown = tuple(values[plan.index[clips] - begin] for values in kept)
        answers.append(recognizer.recognize(shown, plan.mask[clips], size))
    return np.concatenate(answers)[order.argsort()]


def _look(recognizer: CropClips, crops: Iterator[np.ndarray], to_image: np.ndarray,
          frame_size: np.ndarray) -> Iterator[Sights]:
    for start in range(0, len(to_image), CROPS_AT_ONCE):
        maps = to_image[start:start + CROPS_AT_ONCE]
        yield recognizer.look(np.stack(list(islice(crops, len(maps)))), maps, frame_size)
