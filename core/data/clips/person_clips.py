"""From an annotation record and its frames to a ``Clip``: each person's crops and where the joints lie in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from core.data.annotations.records import Annotation
from core.data.boxes import Boxes, BoxSettings, apply_affine, clip_boxes, crop_affine, invert_affine, mirror_affine
from core.data.clips.augment import Augmentation, ClipDraw, augment_boxes, change_colors, flip_joints
from core.data.clips.base import Array, FrameCount, FrameLog, RecordDataset
from core.data.clips.detections import Detections, match_detections
from core.data.clips.sampling import Sampler, centered, random_segment
from core.data.clips.warps import needed_regions, warp_views
from core.data.frames.frame_folder import FrameFolder
from core.layouts import Layout


class Clip(NamedTuple):
    """One clip (numpy), or a batch of them (tensors, with a leading axis B, by torch's default collate).

    A mirrored clip (training only) is that of the mirrored frame in all its fields: a person on the left stands on the
    right, in the pixels and in the positions.

    Attributes:
        frames: uint8 ``(M, T, H, W, 3)`` RGB crops; zeros for an absent person.
        keypoints_crop: float32 ``(M, T, V, 2)``, (x, y) in crop pixels, (0, 0) where not visible.
        visible: float32 ``(M, T, V)``, 1 if the joint is annotated (it may lie outside the crop), else 0.
        keypoints_image: float32 ``(M, T, V, 2)``, pixels of the stored frame, (0, 0) where not visible.
        crop_to_image: float32 ``(M, T, 2, 3)``, affine map from crop pixels to pixels of the stored frame.
        image_size: float32 ``(2,)``, (width, height) of the stored frame.
        person_mask: float32 ``(M,)``, 1 if the person is in the clip; at least one person always is.
        label: int64 ``()``, 0-based class.
        index: int64 ``()``, position in the dataset's records.
    """

    frames: Array
    keypoints_crop: Array
    visible: Array
    keypoints_image: Array
    crop_to_image: Array
    image_size: Array
    person_mask: Array
    label: Array
    index: Array

    @property
    def inputs(self) -> tuple[Array, ...]:
        """What ``PoseModel`` and ``JointModel`` read."""
        return self.frames, self.person_mask, self.crop_to_image, self.image_size

    @property
    def targets(self) -> tuple[Array, ...]:
        """What ``JointLoss`` compares with."""
        return self.label, self.keypoints_crop, self.visible

    def mirrored(self, flip_order: Sequence[int]) -> tuple[Array, ...]:
        """``inputs`` of the mirrored clips of a batch; ``flip_order`` of the joints is not needed."""
        to_plain_crop = self.crop_to_image.new_tensor([[-1, 0, self.frames.shape[-2] - 1], [0, 1, 0], [0, 0, 1]])
        crop_to_image = self.crop_to_image @ to_plain_crop  # (B, M, T, 2, 3)
        crop_to_image[..., 0, :] *= -1
        crop_to_image[..., 0, 2] += self.image_size[:, 0, None, None] - 1
        return self.frames.flip(-2), self.person_mask, crop_to_image, self.image_size


class ClipDataset(RecordDataset[Clip, Annotation]):
    """Clips of annotated sequences.

    A clip depends on ``(seed, epoch, index)`` and nothing else; when not training, not on the epoch either. Frames that
    are missing or damaged are replaced by their neighbors and counted in ``frame_log``.

    Args:
        records: annotated sequences.
        frames: their pixels.
        layout: joint layout of the annotations.
        clip_size: T.
        image_size: (W, H) of the crops.
        num_persons: M; the first M persons seen in the clip, in file order.
        training: draw another clip every epoch, and augment.
        sampler: picks the frames; by default ``random_segment`` in training and ``centered`` otherwise. It may pick
            several clips, which follow each other on the axis T.
        boxes: how crop boxes are made.
        detections: boxes that a detector found, by sequence; for ``boxes`` of the source 'file'.
        augmentation: ranges of the draws, for training only; ``None`` augments nothing.
        visible_above: a joint counts as annotated if its score exceeds this.
        seed: base of all randomness.

    Raises:
        ValueError: a size below 1, or a record whose joints are not those of the layout.
    """

    def __init__(self, records: Sequence[Annotation], frames: FrameFolder, layout: Layout, *, clip_size: int,
                 image_size: tuple[int, int], num_persons: int = 1, training: bool, sampler: Sampler | None = None,
                 boxes: BoxSettings | None = None, detections: Mapping[str, Detections] | None = None,
                 augmentation: Augmentation | None = None, visible_above: float = 0.0, seed: int = 0) -> None:
        if min(clip_size, num_persons, *image_size) < 1:
            raise ValueError(f'clip size {clip_size}, number of persons {num_persons} and image size {image_size} must '
                             'be at least 1')
        super().__init__(records, layout, training=training, seed=seed)
        self.frames, self.visible_above, self.frame_log = frames, visible_above, FrameLog(len(records))
        self.clip_size, self.image_size, self.num_persons = clip_size, image_size, num_persons
        self.sampler = sampler or (random_segment if training else centered)
        self.boxes, self.detections, self.augmentation = boxes or BoxSettings(), detections, augmentation

    def __getitem__(self, index: int) -> Clip:
        record, rng = self.records[index], self.generator(index)
        times = self.sampler(record.total_frames, self.clip_size, rng).reshape(-1, self.clip_size)
        clip, frames = self._make(record, times, rng)
        self.frame_log.add(index, *frames)
        return clip._replace(index=np.int64(index))

    def clip(self, record: Annotation, times: np.ndarray, rng: np.random.Generator) -> Clip:
        """Return one clip of chosen frames of a record, which need not be one of ``records``.

        Its ``index`` is 0, and ``frame_log`` does not count its frames.

        Args:
            record: annotated sequence with the joints of the layout.
            times: 0-based frame numbers ``(T,)``; T may be any number.
            rng: draws jittered boxes and, in training, the augmentation.

        Raises:
            ValueError: no frame of the sequence can be read.
        """
        return self._make(record, times[None], rng)[0]

    def _make(self, record: Annotation, times: np.ndarray, rng: np.random.Generator) -> tuple[Clip, FrameCount]:
        """The clips of the frames ``(K, L)``, one after the other on the axis T = K * L, and the frames read for them.

        Each of the K clips has its own boxes.
        """
        frame_size = self.frames.frame_size(record.name, record.total_frames)
        keypoints, visible, mask = self._persons(record, times.ravel(), frame_size)
        draw = self.augmentation.draw(rng) if self.augmentation and self.training else ClipDraw()
        boxes = augment_boxes(self._boxes(record, times, keypoints, visible, frame_size, rng), draw)  # (M, T, 2)
        to_crop = crop_affine(boxes.center, boxes.size[..., 0], self.image_size, draw.rotation)  # (M, T, 2, 3)
        keypoints_crop = apply_affine(to_crop, keypoints)
        if draw.mirror:
            to_crop, order = mirror_affine(to_crop, self.image_size[0]), self.layout.flip_order
            keypoints_crop, _ = flip_joints(keypoints_crop, visible, self.image_size[0], order)
            keypoints, visible = flip_joints(keypoints, visible, frame_size[0], order)
        to_image = invert_affine(to_crop)
        crops, frames = self._crops(record, times.ravel(), to_image, mask)
        if draw.mirror:
            to_image = mirror_affine(to_image, frame_size[0])
        if draw.color is not None:
            crops[mask] = change_colors(crops[mask], draw.color)
        keypoints_crop, keypoints = (np.where(visible[..., None], points, 0) for points in (keypoints_crop, keypoints))
        return Clip(crops, keypoints_crop.astype(np.float32), visible.astype(np.float32),
                    keypoints.astype(np.float32), to_image.astype(np.float32), np.array(frame_size, np.float32),
                    mask.astype(np.float32), np.int64(record.label), np.int64(0)), frames

    def _crops(self, record: Annotation, times: np.ndarray, to_image: np.ndarray,
               mask: np.ndarray) -> tuple[np.ndarray, FrameCount]:
        """RGB crops ``(M, T, H, W, 3)`` by the maps ``(M, T, 2, 3)``, of the persons in ``mask`` ``(M,)``."""
        distinct, position = np.unique(times, return_inverse=True)  # (L,), (T,)
        persons = np.flatnonzero(mask)
        regions, steps = needed_regions(to_image[persons], position, self.image_size)  # (L, 4), (L,)
        views = self.frames.read(record.name, distinct, record.total_frames, regions, steps)
        crops, shown = warp_views(views, position, to_image, persons, self.image_size)
        return crops, FrameCount(len(distinct), int((shown != distinct).sum()))

    def _persons(self, record: Annotation, times: np.ndarray,
                 frame_size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Joints ``(M, T, V, 2)`` in stored-frame pixels, visible ``(M, T, V)`` and present ``(M,)`` at ``times``."""
        keypoints, scores = record.at(times)
        if len(keypoints) < self.num_persons:
            absent = [(0, self.num_persons - len(keypoints)), (0, 0), (0, 0)]
            keypoints, scores = np.pad(keypoints, [*absent, (0, 0)]), np.pad(scores, absent)
        known = np.isfinite(keypoints).all(-1) & (keypoints != 0).any(-1)
        visible = known & (scores > self.visible_above)  # (all persons, T, V)
        present = visible.any((1, 2))
        chosen = np.argsort(~present, kind='stable')[:self.num_persons]
        ratio = np.divide(frame_size, record.image_size)
        mask = present[chosen]
        mask[0] = True  # a clip in which nobody is visible shows the whole frame
        return np.where(visible[chosen, ..., None], keypoints[chosen] * ratio, 0.0), visible[chosen], mask

    def _boxes(self, record: Annotation, times: np.ndarray, keypoints: np.ndarray, visible: np.ndarray,
               frame_size: tuple[int, int], rng: np.random.Generator) -> Boxes:
        """Crop boxes ``(M, T, 2)`` of the clips ``times`` ``(K, L)``, in stored-frame pixels like ``keypoints``."""

        def by_clip(values: np.ndarray) -> np.ndarray:
            return values.reshape(len(values), *times.shape, *values.shape[2:])  # (M, K, L, ...)

        found = None
        if self.detections is not None:
            candidates, valid = self.detections[record.name].at(times.ravel(),
                                                                np.divide(frame_size, record.image_size))
            matched, known = match_detections(candidates, valid, keypoints, visible, frame_size)
            found = Boxes(*map(by_clip, matched)), by_clip(known)
        aspect = self.image_size[1] / self.image_size[0]
        boxes = clip_boxes(by_clip(keypoints), by_clip(visible), frame_size, aspect, self.boxes, rng, found)
        return Boxes(*(values.reshape(*keypoints.shape[:2], 2) for values in boxes))
