"""Lists each distinct crop that the clips of a video need, once; crops are made as the data set makes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from core.data.boxes import BoxSettings, clip_boxes, crop_affine, invert_affine, joint_hull
from core.inference.follow import TrackedPerson

Joints = tuple[np.ndarray, np.ndarray]
"""Positions ``(..., V, 2)`` in pixels, and their scores ``(..., V)``, or which of them are visible."""


class ClipView(NamedTuple):
    """How the clips of a run show people.

    Attributes:
        image_size: (width, height) of the crops, pixels.
        boxes: how crop boxes are made.
        num_persons: M.
        visible_above: a joint counts if its score exceeds this.
    """

    image_size: tuple[int, int]
    boxes: BoxSettings
    num_persons: int = 1
    visible_above: float = 0.0


class ClipBatch(NamedTuple):
    """Clips that are answered together.

    Attributes:
        clips: int64 ``(B,)``, their numbers.
        new: the crops that no earlier batch has shown.
        needed: the first crop that a later batch shows; all before it can be forgotten.
    """

    clips: np.ndarray
    new: range
    needed: int


class CropPlan(NamedTuple):
    """The L distinct crops of N clips.

    Attributes:
        times: int64 ``(L,)``, ascending: 0-based frame of the video.
        to_image: float64 ``(L, 2, 3)``, crop pixels → pixels of the frame.
        shown: int64 ``(N, M, T)``, the crop that each frame of the clips shows; of an absent person that of person 0.
        mask: float32 ``(N, M)``, 1 if the person is in the clip; person 0 always is.
    """

    times: np.ndarray
    to_image: np.ndarray
    shown: np.ndarray
    mask: np.ndarray

    def batches(self, size: int) -> Iterator[ClipBatch]:
        """Yield all clips, ``size`` at a time, in the order of the last crop that they show."""
        first, last, looked = self.shown.min((1, 2)), self.shown.max((1, 2)), 0
        order = last.argsort(kind='stable')
        for start in range(0, len(order), size):
            clips, later = order[start:start + size], order[start + size:]
            stop = int(last[clips[-1]]) + 1
            yield ClipBatch(clips, range(looked, stop), int(first[later].min(initial=len(self.times))))
            looked = stop


def plan_crops(people: Sequence[TrackedPerson], clips: Sequence[np.ndarray], view: ClipView,
               frame_size: tuple[int, int]) -> CropPlan:
    """Return the crops of the people's clips, person after person.

    Args:
        people: of the video.
        clips: for each of them the frames ``(N_p, T)`` of the video that their clips show.
        view: of the run.
        frame_size: (width, height) of the frames.
    """
    parts = [_clip_maps(person, people, times, view, frame_size)
             for person, times in zip(people, clips, strict=True)]
    to_image, mask = (np.concatenate(values) for values in zip(*parts, strict=True))     # (N, M, T, 2, 3), (N, M)
    to_image = np.where(mask[..., None, None, None] > 0, to_image, to_image[:, :1])
    times = np.broadcast_to(np.concatenate(clips)[:, None], to_image.shape[:3])
    rows = np.column_stack([times.reshape(-1), to_image.reshape(-1, 6)])
    distinct, index = np.unique(rows, axis=0, return_inverse=True)
    to_image = distinct[:, 1:].reshape(-1, 2, 3)
    return CropPlan(distinct[:, 0].astype(np.int64), to_image, index.reshape(times.shape), mask)


def cut_crops(frames: Iterable[np.ndarray], plan: CropPlan, image_size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Yield the crops of a plan, uint8 RGB ``(H, W, 3)``, in its order, while the frames of the video go by."""
    bounds = np.searchsorted(plan.times, np.arange(plan.times[-1] + 2))
    for frame, (start, stop) in zip(frames, pairwise(bounds), strict=False):    # later frames have no crop
        for to_image in plan.to_image[start:stop]:
            yield cut_crop(frame, to_image, image_size)


def cut_crop(frame: np.ndarray, to_image: np.ndarray, image_size: tuple[int, int]) -> np.ndarray:
    """Return the crop ``(H, W, 3)`` of a frame; ``to_image`` ``(2, 3)`` maps its pixels to those of the frame."""
    return cv2.warpAffine(frame, to_image, image_size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def crop_maps(keypoints: np.ndarray, visible: np.ndarray, view: ClipView, frame_size: tuple[int, int]) -> np.ndarray:
    """Return the maps ``(..., T, 2, 3)`` from crops to frame, by joints ``(..., T, V, 2)``, ``visible (..., T, V)``."""
    width, height = view.image_size
    boxes = clip_boxes(keypoints, visible, frame_size, height / width, view.boxes, np.random.default_rng(0))
    return invert_affine(crop_affine(boxes.center, boxes.size[..., 0], view.image_size))


def with_nearest(own: Joints, others: Sequence[Joints], num_persons: int) -> Joints:
    """Add the people nearest to a person in each clip, the nearest first; zeros where there are no more.

    Args:
        own: joints ``(N, T, V, 2)`` of the person, and their scores ``(N, T, V)``, or which are visible.
        others: likewise of everybody else.
        num_persons: M, the person included.

    Returns:
        joints ``(N, M, T, V, 2)`` and scores ``(N, M, T, V)``, the person's first.
    """
    keypoints, scores = (np.stack(values, axis=1) for values in zip(own, *others, strict=True))
    nobody = [(0, 0), (0, num_persons - 1), (0, 0), (0, 0)]
    keypoints, scores = np.pad(keypoints, [*nobody, (0, 0)]), np.pad(scores, nobody)     # (N, P, T, V, 2), (N, P, T, V)
    boxes, known = joint_hull(keypoints, scores)
    both = known & known[:, :1]                                                          # (N, P, T)
    distance = np.where(both, np.linalg.norm(boxes.center - boxes.center[:, :1], axis=-1), 0).sum(-1)
    distance = np.where(both.any(-1), distance / np.maximum(both.sum(-1), 1), np.inf)    # (N, P)
    distance[:, 0] = -1
    order = distance.argsort(axis=1, kind='stable')[:, :num_persons]                     # (N, M)
    rows = np.arange(len(order))[:, None]
    near = np.isfinite(distance[rows, order])[..., None, None]
    return keypoints[rows, order] * near[..., None], scores[rows, order] * near


def with_visible(keypoints: np.ndarray, scores: np.ndarray, view: ClipView) -> Joints:
    """Return joints ``(..., V, 2)`` with scores ``(..., V)``, and which of them count, bool ``(..., V)``."""
    return keypoints, (scores > view.visible_above) & (keypoints != 0).any(-1)


def _clip_maps(person: TrackedPerson, people: Sequence[TrackedPerson], times: np.ndarray, view: ClipView,
               frame_size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Maps ``(N, M, T, 2, 3)`` and mask ``(N, M)`` of one person's clips ``times`` ``(N, T)``."""
    others = [other for other in people if other is not person] if view.num_persons > 1 else []
    own, *seen = (with_visible(*one.at(times), view) for one in (person, *others))
    keypoints, visible = with_nearest(own, seen, view.num_persons)
    mask = np.asarray(visible.any((2, 3)), np.float32)
    mask[:, 0] = 1                                                                       # as in training
    return crop_maps(keypoints, visible, view, frame_size), mask
