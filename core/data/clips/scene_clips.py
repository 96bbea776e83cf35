"""From an annotation record and its frames to a ``SceneClip``: whole frames and everybody's joints.

The input of IntegralAction (Moon et al., CVPRW 2021; ``data/Kinetics/Kinetics.py``, ``common/utils/preprocessing.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from core.data.annotations.records import Annotation
from core.data.boxes import apply_affine, invert_affine, mirror_affine
from core.data.clips.augment import change_colors, color_matrix, mirror_features
from core.data.clips.base import Array, FrameLog, RecordDataset
from core.data.clips.sampling import Sampler, dense, dense_starts
from core.data.clips.warps import needed_regions, warp_views
from core.data.frames.frame_folder import FrameFolder
from core.layouts import Layout

POSE_STRIDE = 4
"""Pixels of the crop per pixel of the pose map, along each axis."""

_SIDES = (1.0, 0.875, 0.75, 0.66)
_SIDE_PAIRS = np.array([(_SIDES[across], _SIDES[down]) for across, down in product(range(len(_SIDES)), repeat=2)
                        if abs(across - down) <= 1])  # (10, 2)


class SceneClip(NamedTuple):
    """One clip (numpy), or a batch of them (tensors, with a leading axis B, by torch's default collate).

    Several test clips of one sequence follow each other on the frame axes. There are f pose frames for every step from
    one RGB frame to the next: T_p = (T - 1) * f + 1.

    Attributes:
        frames: uint8 ``(1, T, H, W, 3)`` RGB crops of the whole frame; the first axis stands for the persons.
        keypoints: float32 ``(M, T_p, V, 3)``: x, y and the score; all three are 0 for a missing joint. x and y are
            pixels of the pose map, which is ``POSE_STRIDE`` times smaller than the crop, counted from its middle. Each
            frame has the M persons with the best joints, best first; nobody is followed from frame to frame.
        label: int64 ``()``, 0-based class.
        index: int64 ``()``, position in the dataset's records.
    """

    frames: Array
    keypoints: Array
    label: Array
    index: Array

    @property
    def inputs(self) -> tuple[Array, ...]:
        """What the model of IntegralAction reads."""
        return self.frames, self.keypoints

    @property
    def targets(self) -> tuple[Array, ...]:
        """What ``JointLoss`` compares with."""
        return (self.label,)

    def mirrored(self, flip_order: Sequence[int]) -> tuple[Array, ...]:
        """``inputs`` of the mirrored clips of a batch, whose joints come in ``flip_order``; x is mirrored at 0."""
        return self.frames.flip(-2), mirror_features(self.keypoints, flip_order)


class SceneDraw(NamedTuple):
    """One clip's augmentation.

    Attributes:
        sides: ``(2,)`` width and height of the box that is cut out, relative to the crop's.
        place: ``(2,)`` position of the box along x and y: 0 at the frame's left or upper border, 1 at the right or
            lower one.
        mirror: flip left to right.
        color: ``(3, 4)`` matrix on (R, G, B, 1) in 0..255, or ``None`` to leave colors alone.
    """

    sides: np.ndarray | tuple[float, float] = (1.0, 1.0)
    place: np.ndarray | tuple[float, float] = (0.5, 0.5)
    mirror: bool = False
    color: np.ndarray | None = None


@dataclass(frozen=True)
class SceneAugmentation:
    """What is drawn once per clip: a box, a mirror and colors.

    Each side of the box is 1, .875, .75 or .66 of the crop's; both sides are at most one step apart in this list.

    Attributes:
        flip_prob: probability of a mirror.
        color: gains of brightness, contrast and saturation are drawn from 1 - color .. 1 + color; published: 0.
    """

    flip_prob: float = 0.5
    color: float = 0.0

    def draw(self, rng: np.random.Generator) -> SceneDraw:
        """Draw one clip's augmentation."""
        sides, place, mirror = rng.choice(_SIDE_PAIRS), rng.random(2), rng.random() < self.flip_prob
        gains = rng.uniform(1 - self.color, 1 + self.color, 3)
        return SceneDraw(sides, place, bool(mirror), color_matrix(*gains) if self.color else None)


class SceneDataset(RecordDataset[SceneClip, Annotation]):
    """Whole-frame clips of annotated sequences.

    Scale and crop are one affine map, so every frame is resampled once. Sequences too short for the sampler's stride
    are kept: ``dense`` takes their frames closer together. The published code leaves them out.

    Args:
        records: annotated sequences.
        frames: their pixels, as uncut frames.
        layout: joint layout of the annotations.
        clip_size: T.
        image_size: (W, H) of the crops.
        short_side: shorter side to which the frame is scaled before the crop, pixels.
        num_persons: M.
        frame_factor: f; the sampler picks the T_p pose frames, and every f-th of them is an RGB frame.
        training: draw another clip every epoch, and augment.
        sampler: picks the pose frames; by default 8 apart. It may pick several clips, one after the other.
        augmentation: for training clips. Without it, and in testing, the crop lies in the middle of the frame.
        seed: base of all randomness.

    Raises:
        ValueError: a size is below 1, or a record's joints are not those of the layout; on access, if a sequence is
            stored as a person tube.
    """

    def __init__(self, records: Sequence[Annotation], frames: FrameFolder, layout: Layout, *, clip_size: int,
                 image_size: tuple[int, int], short_side: int = 256, num_persons: int = 5, frame_factor: int = 1,
                 training: bool, sampler: Sampler | None = None, augmentation: SceneAugmentation | None = None,
                 seed: int = 0) -> None:
        if min(clip_size, num_persons, short_side, frame_factor, *image_size) < 1:
            raise ValueError(f'clip size {clip_size}, number of persons {num_persons}, short side {short_side}, frame '
                             f'factor {frame_factor} and image size {image_size} must be at least 1')
        super().__init__(records, layout, training=training, seed=seed)
        self.frames, self.frame_log = frames, FrameLog(len(records))
        self.clip_size, self.image_size, self.short_side = clip_size, image_size, short_side
        self.num_persons, self.frame_factor = num_persons, frame_factor
        self.sampler = sampler or (dense if training else dense_starts)
        self.augmentation = augmentation if training else None

    def __getitem__(self, index: int) -> SceneClip:
        record, rng = self.records[index], self.generator(index)
        pose_times = self.sampler(record.total_frames, (self.clip_size - 1) * self.frame_factor + 1, rng)
        times = pose_times.reshape(-1, (self.clip_size - 1) * self.frame_factor + 1)[:, ::self.frame_factor].ravel()
        draw = self.augmentation.draw(rng) if self.augmentation else SceneDraw()
        frame_size = self._frame_size(record)
        to_crop = scene_affine(frame_size, self.image_size, self.short_side, draw)
        frames = self._frames(index, times, invert_affine(to_crop), draw.color)
        keypoints, scores = best_people(*record.at(pose_times), num_persons=self.num_persons)
        keypoints = apply_affine(to_crop, keypoints * np.divide(frame_size, record.image_size))
        # Published is x / 4; from the middle, mirrored joints are those of the mirrored frame.
        keypoints = (keypoints - (np.array(self.image_size) - 1) / 2) / POSE_STRIDE
        joints = np.concatenate([keypoints, scores[..., None]], -1) * (scores > 0)[..., None]
        if draw.mirror:
            joints = joints[..., self.layout.flip_order, :]
        return SceneClip(frames, joints.astype(np.float32), np.int64(record.label), np.int64(index))

    def _frame_size(self, record: Annotation) -> tuple[int, int]:
        if self.frames.is_cut(record.name, record.total_frames):
            raise ValueError(f'{self.frames.images / record.name}: shows a person, not the whole frame; extract the '
                             'sequence without --crop-persons, or name another folder in DATASET.FRAMES')
        return self.frames.frame_size(record.name, record.total_frames)

    def _frames(self, index: int, times: np.ndarray, to_image: np.ndarray, color: np.ndarray | None) -> np.ndarray:
        """RGB crops ``(1, T, H, W, 3)`` of the frames ``times`` ``(T,)``, by the map ``(2, 3)`` to the stored frame."""
        record = self.records[index]
        times, position = np.unique(times, return_inverse=True)
        to_image = np.broadcast_to(to_image, (1, len(position), 2, 3))
        regions, steps = needed_regions(to_image, position, self.image_size)
        views = self.frames.read(record.name, times, record.total_frames, regions, steps)
        crops, shown = warp_views(views, position, to_image, np.zeros(1, int), self.image_size)
        self.frame_log.add(index, len(times), int((shown != times).sum()))
        return crops if color is None else change_colors(crops, color)


def scene_affine(frame_size: tuple[int, int], crop_size: tuple[int, int], short_side: int,
                 draw: SceneDraw) -> np.ndarray:
    """Map ``(2, 3)`` from pixels of the stored frame to those of a crop of the whole frame.

    The frame is scaled to ``short_side``; a box is cut out, scaled to the crop and mirrored if drawn. If the box is
    larger than the scaled frame, ``draw.place`` moves the frame within the box.

    Args:
        frame_size: (width, height) of the stored frame.
        crop_size: (W, H).
        short_side: pixels.
        draw: box and mirror.
    """
    frame, crop = np.array(frame_size, float), np.array(crop_size, float)
    box = crop * draw.sides * min(frame_size) / short_side      # in pixels of the stored frame
    center = box / 2 + (frame - box) * draw.place
    matrix = np.column_stack([np.diag(crop / box), crop / 2 - crop / box * center])
    return mirror_affine(matrix, crop_size[0]) if draw.mirror else matrix


def best_people(keypoints: np.ndarray, scores: np.ndarray, num_persons: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the persons with the highest mean joint score in each frame, best first.

    Args:
        keypoints: ``(N, T, V, 2)``, (0, 0) where missing.
        scores: ``(N, T, V)``.
        num_persons: M.

    Returns:
        keypoints ``(M, T, V, 2)`` and scores ``(M, T, V)``, 0 where a joint, or a person, is missing.
    """
    scores = np.where((keypoints != 0).any(-1), scores, 0)
    order = np.argsort(-scores.mean(-1), axis=0, kind='stable')[:num_persons]  # (at most M, T)
    keypoints = np.take_along_axis(keypoints, order[..., None, None], 0)
    scores = np.take_along_axis(scores, order[..., None], 0)
    absent = [(0, num_persons - len(order)), (0, 0), (0, 0)]
    return np.pad(keypoints, [*absent, (0, 0)]), np.pad(scores, absent)
