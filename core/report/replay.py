"""What a system saw of a few test clips: systems that read crops are run on them once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import default_collate

from core.data.boxes import apply_affine
from core.data.clips.person_clips import Clip, ClipDataset
from core.data.clips.scene_clips import POSE_STRIDE, SceneDataset
from core.layouts import Layout
from core.models.output import JointOutput
from core.models.pose.coding import SimCCCoding
from core.report.attention_maps import Attention, watch_attention

MAX_FRAME = 960  # pixels; larger frames are shrunk


class SeenPerson(NamedTuple):
    """What a model that finds joints saw of person 0 of a clip.

    Attributes:
        crops: what the network read, uint8 RGB ``(T, H_c, W_c, 3)``.
        joints_crop: predicted joints, crop pixels, ``(T, V, 2)``.
        p_x: distribution over x bins of the joints, ``(T, V, N_x)``.
        p_y: likewise over y bins, ``(T, V, N_y)``.
        true_bins: the annotated joints in bins, ``(T, V, 2)``, NaN where not annotated.
        attention: of the visual branch; None without one.
    """

    crops: np.ndarray
    joints_crop: np.ndarray
    p_x: np.ndarray
    p_y: np.ndarray
    true_bins: np.ndarray
    attention: Attention | None


class Watched(NamedTuple):
    """One clip as the model saw it.

    Attributes:
        frames: whole frames, or the part of them that a system of scenes reads, uint8 RGB ``(T, H, W, 3)``.
        true: annotated joints of the M present persons in pixels of ``frames``, ``(M, T, V, 2)``.
        visible: positive where annotated, ``(M, T, V)``.
        predicted: ``(M, T, V, 2)``, like ``true``; M is 0 where the system predicts none.
        person: what the model saw of person 0; None where the system predicts no joints.
    """

    frames: np.ndarray
    true: np.ndarray
    visible: np.ndarray
    predicted: np.ndarray
    person: SeenPerson | None = None


class SceneReplay(NamedTuple):
    """Test clips of a system of scenes: what it read is shown, nothing is run.

    Attributes:
        dataset: test side, a clip a sequence.
    """

    dataset: SceneDataset

    def watch(self, place: int) -> Watched:
        """Return the crops of the clip number ``place``, and the joints that were read with them."""
        clip = self.dataset[place]
        frames, joints = np.asarray(clip.frames)[0], np.asarray(clip.keypoints)[:, ::self.dataset.frame_factor]
        middle = (np.array(frames.shape[2:0:-1]) - 1) / 2
        true = joints[..., :2] * POSE_STRIDE + middle
        return Watched(frames, true, joints[..., 2], true[:0])


class CropReplay(NamedTuple):
    """Test clips of a system of crops, which is run on them once more.

    Attributes:
        dataset: test side, a clip a sequence.
        model: in evaluation mode; one that finds joints has a ``coding``.
        decode: how joints are read from distributions.
    """

    dataset: ClipDataset
    model: nn.Module
    decode: str

    @torch.no_grad()
    def watch(self, place: int) -> Watched:
        """Return what the model saw in the clip number ``place``."""
        clip = self.dataset[place]
        with watch_attention(self.model) as seen:
            output = self.model(*default_collate([clip]).inputs)
        frames, to_whole = _whole_frames(self.dataset, place)                       # (T, H, W, 3), (2, 3)
        present = np.asarray(clip.person_mask) > 0
        true = apply_affine(to_whole, np.asarray(clip.keypoints_image))[present]
        watched = Watched(frames, true, np.asarray(clip.visible)[present], true[:0])
        if output.simcc_x is None:
            return watched
        person, joints = see_person(clip, output, cast(SimCCCoding, self.model.coding), self.decode, seen.mean())
        predicted = apply_affine(to_whole, apply_affine(np.asarray(clip.crop_to_image), joints))
        return watched._replace(predicted=predicted[present], person=person)


def see_person(clip: Clip, output: JointOutput, coding: SimCCCoding, decode: str,
               attention: Attention | None) -> tuple[SeenPerson, np.ndarray]:
    """Return what a model saw of person 0 of a clip, and everybody's joints in crop pixels, ``(M, T, V, 2)``."""
    x, y = cast(Tensor, output.simcc_x), cast(Tensor, output.simcc_y)
    joints = coding.decode(x, y, decode)[0][0].numpy()                              # (M, T, V, 2)
    known = np.asarray(clip.visible)[0, ..., None] > 0
    true_bins = np.where(known, np.asarray(clip.keypoints_crop)[0] * coding.split_ratio, np.nan)
    p_x, p_y = (axis[0, 0].softmax(-1).numpy() for axis in (x, y))
    return SeenPerson(np.asarray(clip.frames)[0], joints[0], p_x, p_y, true_bins, attention), joints


def watch_clips(replay: CropReplay | SceneReplay, names: Sequence[str]) -> tuple[dict[str, Watched], Layout]:
    """Return what the system of a run saw of the test clips called ``names``, by name, and the joint layout.

    Raises:
        ValueError: a clip is no longer on the test side.
    """
    places = {record.name: place for place, record in enumerate(replay.dataset.records)}
    gone = [name for name in names if name not in places]
    if gone:
        raise ValueError(f"sequence '{gone[0]}' is no longer on the test side; run exp/test.py again")
    return {name: replay.watch(places[name]) for name in names}, replay.dataset.layout


def _whole_frames(dataset: ClipDataset, place: int) -> tuple[np.ndarray, np.ndarray]:
    """The whole frames of a clip, shrunk to ``MAX_FRAME``, ``(T, H, W, 3)``, and the map ``(2, 3)`` to their pixels."""
    record = dataset.records[place]
    times = dataset.sampler(record.total_frames, dataset.clip_size, dataset.generator(place))
    frames = list(dataset.frames.whole(record.name, times, record.total_frames))
    shrink = max(1.0, max(frames[0].shape) / MAX_FRAME)
    if shrink == 1:
        return np.stack(frames), np.eye(2, 3)
    height, width = (round(side / shrink) for side in frames[0].shape[:2])
    ratio = np.array([width, height]) / frames[0].shape[1::-1]
    to_whole = np.column_stack([np.diag(ratio), 0.5 * ratio - 0.5])                # pixel centers are whole numbers
    return np.stack([cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA) for frame in frames]), to_whole
