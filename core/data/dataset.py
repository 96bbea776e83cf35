"""From an annotation record and its frames to a ``Clip``: each person's crops and where the joints lie in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import cv2
import numpy as np
import torch

from core.data.annotations import Annotation
from core.data.augment import Augmentation, ClipDraw, augment_boxes, change_colors, flip_joints
from core.data.crops import BoxSettings, apply_affine, clip_boxes, crop_affine, invert_affine, mirror_affine
from core.data.frames import FrameFolder
from core.data.records import RecordDataset
from core.data.sampling import Sampler, centred, random_segment
from core.layouts import Layout


class Clip(NamedTuple):
    """One clip (numpy), or a batch of them (tensors, with a leading axis B, by torch's default collate).

    Under a mirror (training only) everything is that of the mirrored frame, so that a person seen on the left is seen
    on the right, also by whoever reads positions in the frame.

    Attributes:
        frames: uint8 (M, T, H, W, 3) RGB crops; zeros for an absent person.
        keypoints_crop: float32 (M, T, V, 2), (x, y) in crop pixels, (0, 0) where not visible.
        visible: float32 (M, T, V), 1 if the joint is annotated (it may lie outside the crop), else 0.
        keypoints_image: float32 (M, T, V, 2), pixels of the stored frame, (0, 0) where not visible.
        crop_to_image: float32 (M, T, 2, 3), affine map from crop pixels to pixels of the stored frame.
        image_size: float32 (2,), (width, height) of the stored frame.
        person_mask: float32 (M,), 1 if the person is in the clip; at least one person always is.
        label: int64 (), 0-based class.
        index: int64 (), position in the dataset's records.
    """

    frames: np.ndarray | torch.Tensor
    keypoints_crop: np.ndarray | torch.Tensor
    visible: np.ndarray | torch.Tensor
    keypoints_image: np.ndarray | torch.Tensor
    crop_to_image: np.ndarray | torch.Tensor
    image_size: np.ndarray | torch.Tensor
    person_mask: np.ndarray | torch.Tensor
    label: np.ndarray | torch.Tensor
    index: np.ndarray | torch.Tensor

    @property
    def inputs(self) -> tuple:
        """What ``PoseModel`` and ``JointModel`` read."""
        return self.frames, self.person_mask, self.crop_to_image, self.image_size

    @property
    def targets(self) -> tuple:
        """What ``JointLoss`` compares with."""
        return self.label, self.keypoints_crop, self.visible


class ClipDataset(RecordDataset[Clip]):
    """Clips of annotated sequences.

    A clip depends on ``(seed, epoch, index)`` and nothing else; when not training, not on the epoch either.

    Args:
        records: annotated sequences.
        frames: their pixels.
        layout: joint layout of the annotations.
        clip_size: T.
        image_size: (W, H) of the crops.
        num_persons: M; the first M persons seen in the clip, in the order of the file.
        training: draw another clip every epoch, and augment.
        sampler: picks the frames; by default ``random_segment`` in training and ``centred`` else.
        boxes: how crop boxes are made.
        augmentation: ranges of the draws, for training only; ``None`` augments nothing.
        visible_above: a joint counts as annotated if its score exceeds this.
        seed: base of all randomness.

    Raises:
        ValueError: a size below 1, or a record whose joints are not those of the layout.
    """

    def __init__(self, records: Sequence[Annotation], frames: FrameFolder, layout: Layout, *, clip_size: int,
                 image_size: tuple[int, int], num_persons: int = 1, training: bool, sampler: Sampler | None = None,
                 boxes: BoxSettings | None = None, augmentation: Augmentation | None = None,
                 visible_above: float = 0.0, seed: int = 0) -> None:
        if min(clip_size, num_persons, *image_size) < 1:
            raise ValueError(f'clip size {clip_size}, number of persons {num_persons} and image size {image_size} must '
                             'be at least 1')
        super().__init__(records, layout, training=training, seed=seed)
        self.frames, self.visible_above = frames, visible_above
        self.clip_size, self.image_size, self.num_persons = clip_size, tuple(image_size), num_persons
        self.sampler = sampler or (random_segment if training else centred)
        self.boxes, self.augmentation = boxes or BoxSettings(), augmentation

    def __getitem__(self, index: int) -> Clip:
        record = self.records[index]
        rng = self.generator(index)
        count = min(record.total_frames, self.frames.num_frames(record.name))
        times, position = np.unique(self.sampler(count, self.clip_size, rng), return_inverse=True)
        stream = self.frames.read(record.name, times)
        first = next(stream)
        frame_size = (first.shape[1], first.shape[0])

        keypoints, visible, mask = self._persons(record, times[position], frame_size)  # (M, T, V, 2), (M, T, V), (M,)
        draw = self.augmentation.draw(rng) if self.augmentation and self.training else ClipDraw()
        aspect = self.image_size[1] / self.image_size[0]
        boxes = augment_boxes(clip_boxes(keypoints, visible, frame_size, aspect, self.boxes, rng), draw)  # (M, T, 2)
        to_crop = crop_affine(boxes.center, boxes.size[..., 0], self.image_size, draw.rotation)  # (M, T, 2, 3)
        keypoints_crop = apply_affine(to_crop, keypoints)
        if draw.mirror:
            to_crop, order = mirror_affine(to_crop, self.image_size[0]), self.layout.flip_order
            keypoints_crop, _ = flip_joints(keypoints_crop, visible, self.image_size[0], order)
            keypoints, visible = flip_joints(keypoints, visible, frame_size[0], order)
        to_image = invert_affine(to_crop)
        crops = self._warp(chain([first], stream), position, to_image, np.flatnonzero(mask))  # (M, T, H, W, 3)
        if draw.mirror:
            to_image = mirror_affine(to_image, frame_size[0])
        if draw.color is not None:
            crops[mask] = change_colors(crops[mask], draw.color)
        keypoints_crop, keypoints = (np.where(visible[..., None], points, 0) for points in (keypoints_crop, keypoints))
        return Clip(crops, keypoints_crop.astype(np.float32), visible.astype(np.float32),
                    keypoints.astype(np.float32), to_image.astype(np.float32), np.array(frame_size, np.float32),
                    mask.astype(np.float32), np.int64(record.label), np.int64(index))

    def _persons(self, record: Annotation, times: np.ndarray,
                 frame_size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Joints (M, T, V, 2) in stored-frame pixels, visible bool (M, T, V), present bool (M,) at ``times``."""
        keypoints, scores = record.at(times)
        absent = [(0, max(0, self.num_persons - len(keypoints))), (0, 0), (0, 0)]
        keypoints, scores = np.pad(keypoints, [*absent, (0, 0)]), np.pad(scores, absent)
        known = np.isfinite(keypoints).all(-1) & (keypoints != 0).any(-1)
        visible = known & (scores > self.visible_above)  # (all persons, T, V)
        present = visible.any((1, 2))
        chosen = np.argsort(~present, kind='stable')[:self.num_persons]
        ratio = np.divide(frame_size, record.image_size)
        mask = present[chosen]
        mask[0] = True  # a clip in which nobody is visible shows the whole frame
        return np.where(visible[chosen, ..., None], keypoints[chosen] * ratio, 0.0), visible[chosen], mask

    def _warp(self, frames: Iterable[np.ndarray], position: np.ndarray, to_image: np.ndarray,
              persons: np.ndarray) -> np.ndarray:
        """Crops uint8 (M, T, H, W, 3); clip frame t shows source frame ``position[t]`` of the stream ``frames``."""
        width, height = self.image_size
        crops = np.zeros((*to_image.shape[:2], height, width, 3), np.uint8)
        for source, frame in enumerate(frames):
            for time in np.flatnonzero(position == source):
                for person in persons:
                    cv2.warpAffine(frame, to_image[person, time], (width, height), dst=crops[person, time],
                                   flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return crops
