"""What a system read of a few test clips; joint models are run on them once more, to see what they saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch.utils.data import default_collate

from core.config.systems import SYSTEMS
from core.data.boxes import apply_affine
from core.data.build import build_data
from core.data.clips.person_clips import ClipDataset
from core.data.clips.scene_clips import POSE_STRIDE, SceneClip
from core.engine.runs.checkpoint import load_weights, read_checkpoint
from core.layouts import Layout
from core.models.joint import PoseModel
from core.report.attention_maps import Attention, watch_attention
from core.report.run import Run
from core.systems.build import build_model

MAX_FRAME = 960  # pixels; larger frames are shrunk


class SeenPerson(NamedTuple):
    """What a joint model saw of person 0 of a clip.

    Attributes:
        crops: what the network read, uint8 RGB (T, H_c, W_c, 3).
        joints_crop: predicted joints, crop pixels, (T, V, 2).
        p_x: distribution over x bins of the joints, (T, V, N_x), and ``p_y`` over y bins, (T, V, N_y).
        true_bins: the annotated joints in bins, (T, V, 2), NaN where not annotated.
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
        frames: whole frames, or the part of them that a system of scenes reads, uint8 RGB (T, H, W, 3).
        true: annotated joints of the M present persons in pixels of ``frames``, (M, T, V, 2).
        visible: positive where annotated, (M, T, V).
        predicted: (M, T, V, 2), like ``true``; M is 0 where the system predicts none.
        person: what a joint model saw of person 0; None from another system.
    """

    frames: np.ndarray
    true: np.ndarray
    visible: np.ndarray
    predicted: np.ndarray
    person: SeenPerson | None = None


def watch_clips(run: Run, names: Sequence[str]) -> tuple[dict[str, Watched], Layout]:
    """Return what the model of a run saw of the test clips called ``names``, by name, and the joint layout.

    The ``best.pth`` of a joint model is run on them once more.

    Raises:
        ValueError: with one sentence, when the checkpoint or the data are no longer there or do not fit.
    """
    cfg = run.cfg.clone()
    cfg.defrost()
    cfg.TEST.NUM_CLIPS = 1                     # several lie one after the other; the page shows one
    dataset = build_data(cfg).test.dataset
    places = {record.name: place for place, record in enumerate(dataset.records)}
    gone = [name for name in names if name not in places]
    if gone:
        raise ValueError(f"sequence '{gone[0]}' is no longer on the test side; run exp/test.py again")
    if SYSTEMS[cfg.MODEL.NAME].clips == 'scenes':
        return {name: _watch_scene(dataset[places[name]], dataset.frame_factor) for name in names}, dataset.layout
    model = build_model(cfg)
    load_weights(model, read_checkpoint(run.folder / 'best.pth'))
    model.eval()
    return {name: _watch(model, dataset, places[name], cfg.TEST.DECODE) for name in names}, dataset.layout


def _watch_scene(clip: SceneClip, frame_factor: int) -> Watched:
    """The crops of a clip, and the joints that were read with them."""
    frames, joints = clip.frames[0], clip.keypoints[:, ::frame_factor]
    middle = (np.array(frames.shape[2:0:-1]) - 1) / 2
    true = joints[..., :2] * POSE_STRIDE + middle
    return Watched(frames, true, joints[..., 2], true[:0])


@torch.no_grad()
def _watch(model: PoseModel, dataset: ClipDataset, place: int, decode: str) -> Watched:
    clip = dataset[place]
    with watch_attention(model) as seen:
        output = model(*default_collate([clip]).inputs)
    decoded, _ = model.coding.decode(output.simcc_x, output.simcc_y, decode)
    crop_joints = decoded[0].numpy()                                                # (M, T, V, 2)
    whole, to_whole = _whole_frames(dataset, place)                                 # (T, H, W, 3), (2, 3)
    present = clip.person_mask > 0
    predicted = apply_affine(to_whole, apply_affine(clip.crop_to_image, crop_joints))
    ratio, known = model.coding.split_ratio, clip.visible[0, ..., None] > 0
    person = SeenPerson(clip.frames[0], crop_joints[0],
                        *(axis[0, 0].softmax(-1).numpy() for axis in (output.simcc_x, output.simcc_y)),
                        np.where(known, clip.keypoints_crop[0] * ratio, np.nan), seen.mean())
    return Watched(whole, apply_affine(to_whole, clip.keypoints_image)[present], clip.visible[present],
                   predicted[present], person)


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
