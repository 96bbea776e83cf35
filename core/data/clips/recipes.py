"""From a keypoint sequence to the features of a clip: published recipes that normalize, augment and sample.

A recipe is a ``Preprocess``; configurations use its name in ``PREPROCESS``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.data.annotations.skeletons import SkeletonRecord
from core.data.clips.pose_compact import PicturePoses, compact, compact_box, flip, random_crop, resize
from core.data.clips.sampling import Sampler, centered, clip_after_clip, clip_samplers, random_segment
from core.data.clips.streams import prenormalize_2d, skeleton_features
from core.layouts import Layout

SCALE = 0.2
"""Largest relative stretch of an axis (PYSKL ``RandomScale``)."""

_ORIGIN = 1  # joint that CTR-GCN's feeder puts at 0


@dataclass(frozen=True)
class Preprocess(ABC):
    """A recipe that makes the input of a skeleton network.

    Attributes:
        layout: joints, bones and flip pairs of the records.
        stream: key of ``STREAMS``: joints, bones or the motion of either.
        mirror_prob: probability of a horizontal mirror in training.
        sampler: picks the frames in training.
        test_sampler: picks the frames in testing.
        p_interval: smallest and largest share of the sequence that a training clip covers (PYSKL, CTR-GCN).
        num_clips: K, number of clips that testing takes of a sequence, see ``core.data.clips.sampling``; what is
            measured on the whole sequence is the same for all. Training takes one.
        in_pixels: whether the recipe reads (x, y, score) in pixels or (x, y, z).
    """

    layout: Layout
    stream: str = 'j'
    mirror_prob: float = 0.0
    sampler: Sampler = random_segment
    test_sampler: Sampler = centered
    p_interval: tuple[float, float] = (1.0, 1.0)
    num_clips: int = 1

    in_pixels: ClassVar[bool]

    @abstractmethod
    def __call__(self, record: SkeletonRecord, clip_size: int, training: bool, rng: np.random.Generator) -> np.ndarray:
        """Make the clips of a sequence, one after the other on the frame axis.

        Args:
            record: keypoints ``(M, T, V, 3)`` of people who are there.
            clip_size: L, number of frames of the clip.
            training: augment, and draw the frames at random.
            rng: source of the draws; not used in testing.

        Returns:
            float32 ``(M, K * L, V, 3)``, in training ``(M, L, V, 3)``.

        Raises:
            ValueError: an unknown stream, or a layout without the bones it needs.
        """

    def _times(self, num_frames: int, clip_size: int, training: bool, rng: np.random.Generator) -> np.ndarray:
        """Frames ``(K * L,)`` of a sequence of ``num_frames``; in training ``(L,)`` of a random stretch of it."""
        if not training:
            samplers = clip_samplers(self.test_sampler, self.num_clips)
            return clip_after_clip(num_frames, clip_size, rng, samplers=samplers)
        if min(self.p_interval) == 1:
            return self.sampler(num_frames, clip_size, rng)
        covered = max(1, round(rng.uniform(*self.p_interval) * num_frames))
        return rng.integers(num_frames - covered + 1) + self.sampler(covered, clip_size, rng)

    def _mirrored(self, joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """With ``mirror_prob``, joints ``(M, T, V, 3)`` mirrored at x = 0, left and right exchanged."""
        if rng.random() >= self.mirror_prob:
            return joints
        return joints[..., self.layout.flip_order, :] * np.array((-1, 1, 1), np.float32)


@dataclass(frozen=True)
class CTRGCN(Preprocess):
    """3D joints seen from a random view, filling a cube (Chen et al., ICCV 2021; CTR-GCN ``feeders/feeder_ucla.py``).

    The joints are taken relative to joint 1 of the first person's first frame, turned about x and y by whole degrees
    in training, and stretched to -1..1 per axis over the whole sequence. The stream is made of the drawn frames.
    CTR-GCN's feeder draws them with ``repeating`` in training and ``even`` in testing.

    The feeder also scales by a random factor in training. The stretch undoes that, so it is not drawn here.

    Attributes:
        view_range: largest angles about x and y, degrees; CTR-GCN's are (60, 60).
    """

    view_range: tuple[int, int] = (60, 60)

    in_pixels = False

    def __call__(self, record: SkeletonRecord, clip_size: int, training: bool, rng: np.random.Generator) -> np.ndarray:
        """See ``Preprocess``."""
        joints = record.keypoints - record.keypoints[0, 0, _ORIGIN]  # (M, T, V, 3)
        if training:
            largest = np.array(self.view_range)
            joints = self._mirrored(joints, rng) @ view_rotation(*rng.integers(-largest, largest + 1))
        joints = stretch(joints)[:, self._times(joints.shape[1], clip_size, training, rng)]  # (M, K * L, V, 3)
        clips = joints.reshape(-1, clip_size, *joints.shape[2:])  # motion must not run over from clip to clip
        return skeleton_features(clips, self.layout, (self.stream,), scored=False).reshape(joints.shape)


@dataclass(frozen=True)
class PreNormalize(Preprocess):
    """2D joints over their picture, -1..1, with scores (PYSKL ``PreNormalize2D``, ``RandomScale``, ``UniformSample``).

    In training both axes are stretched about the picture's center, and mirrored. The stream is made of the whole
    sequence, then frames are taken.

    Attributes:
        stretch: largest relative stretch of an axis.
    """

    mirror_prob: float = 0.5
    stretch: float = SCALE

    in_pixels = True

    def __call__(self, record: SkeletonRecord, clip_size: int, training: bool, rng: np.random.Generator) -> np.ndarray:
        """See ``Preprocess``."""
        joints = prenormalize_2d(record.keypoints, image_size=record.picture_size)  # (M, T, V, 3)
        if training:
            joints = self._mirrored(joints, rng)
            joints = joints * np.append(rng.uniform(1 - self.stretch, 1 + self.stretch, 2), 1).astype(np.float32)
        features = skeleton_features(joints, self.layout, (self.stream,))
        return features[:, self._times(features.shape[1], clip_size, training, rng)]  # (M, K * L, V, 3)


@dataclass(frozen=True)
class PoseCompact(Preprocess):
    """2D joints in pixels of a heatmap that the people fill (PoseC3D, Duan et al., CVPR 2022; PYSKL's configs).

    Frames are taken first; one square around everybody in all these frames becomes the picture, and several test clips
    share it. Training crops it at random. A joint at (0, 0) is missing: it gets score 0.

    Positions are relative to the middle of the heatmap: x - (W - 1) / 2 and y - (W - 1) / 2, W its side in pixels. The
    mirror of training is the published one about W / 2, half a pixel off the middle.

    Attributes:
        train_size: W in training.
        test_size: W in testing.
        area_range: smallest and largest share of the square that a training crop keeps.

    Raises:
        ValueError: a stream other than the joints; heatmaps show positions.
    """

    mirror_prob: float = 0.5
    train_size: int = 56
    test_size: int = 64
    area_range: tuple[float, float] = (0.56, 1.0)

    in_pixels = True

    def __post_init__(self) -> None:
        if self.stream != 'j':
            raise ValueError(f"DATASET.STREAM is {self.stream}, but DATASET.PREPROCESS pose_compact places joints in "
                             'heatmaps; set STREAM to j')

    def __call__(self, record: SkeletonRecord, clip_size: int, training: bool, rng: np.random.Generator) -> np.ndarray:
        """See ``Preprocess``."""
        times = self._times(record.keypoints.shape[1], clip_size, training, rng)
        poses = PicturePoses(record.keypoints[:, times], record.picture_size)  # (M, K * L, V, 3)
        present = poses.keypoints[..., :2].any(-1, keepdims=True)
        poses = compact(poses._replace(keypoints=poses.keypoints * present), compact_box(poses))
        side = self.train_size if training else self.test_size
        if training:
            poses = random_crop(poses, self.area_range, rng)
        poses = resize(poses, (side, side))
        if training and rng.random() < self.mirror_prob:
            poses = flip(poses, self.layout.flip_order)
        middle = (side - 1) / 2
        return poses.keypoints - np.array((middle, middle, 0), np.float32)


PREPROCESS: dict[str, type[Preprocess]] = {'ctrgcn': CTRGCN, 'prenormalize': PreNormalize, 'pose_compact': PoseCompact}


def view_rotation(about_x: float, about_y: float) -> np.ndarray:
    """float32 ``(3, 3)`` matrix ``Ry @ Rx`` that turns row vectors, ``points @ matrix``, by two angles in degrees."""
    cos_x, cos_y = np.cos(np.radians((about_x, about_y)))
    sin_x, sin_y = np.sin(np.radians((about_x, about_y)))
    turn_x = np.array([[1, 0, 0], [0, cos_x, sin_x], [0, -sin_x, cos_x]])
    turn_y = np.array([[cos_y, 0, -sin_y], [0, 1, 0], [sin_y, 0, cos_y]])
    return (turn_y @ turn_x).astype(np.float32)


def stretch(joints: np.ndarray) -> np.ndarray:
    """Map each axis of joints ``(M, T, V, C)`` to -1..1 over all persons, frames and joints; a constant one to 0."""
    low, high = joints.min((0, 1, 2)), joints.max((0, 1, 2))  # (C,)
    extent = high - low
    return np.divide(2 * (joints - low), extent, out=np.ones_like(joints), where=extent > 0) - 1
