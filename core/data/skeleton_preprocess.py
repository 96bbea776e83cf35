"""From a keypoint sequence to the features of a clip: the published recipes, each normalising, augmenting and sampling.

A recipe is a ``Preprocess``; its name in ``PREPROCESS`` is what a configuration says.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.data.sampling import Sampler, centred, random_segment
from core.data.skeleton_features import prenormalize_2d, skeleton_features
from core.data.skeletons import SkeletonRecord
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
        test_sampler: picks the frames else.
        p_interval: smallest and largest share of the sequence that a training clip covers (PYSKL, CTR-GCN).
        in_pixels: the recipe reads (x, y, score) in pixels, else (x, y, z).
    """

    layout: Layout
    stream: str = 'j'
    mirror_prob: float = 0.0
    sampler: Sampler = random_segment
    test_sampler: Sampler = centred
    p_interval: tuple[float, float] = (1.0, 1.0)

    in_pixels: ClassVar[bool]

    @abstractmethod
    def __call__(self, record: SkeletonRecord, clip_size: int, training: bool, rng: np.random.Generator) -> np.ndarray:
        """Make a clip.

        Args:
            record: keypoints (M, T, V, 3) of people who are there.
            clip_size: L, number of frames of the clip.
            training: augment, and draw the frames at random.
            rng: source of the draws; not used else.

        Returns:
            float32 (M, L, V, 3).

        Raises:
            ValueError: an unknown stream, or a layout without the bones it needs.
        """

    def _times(self, num_frames: int, clip_size: int, training: bool, rng: np.random.Generator) -> np.ndarray:
        """Frames (clip_size,) of a sequence of ``num_frames``; in training of a random stretch of it."""
        sampler = self.sampler if training else self.test_sampler
        if not training or min(self.p_interval) == 1:
            return sampler(num_frames, clip_size, rng)
        covered = max(1, round(rng.uniform(*self.p_interval) * num_frames))
        return rng.integers(num_frames - covered + 1) + sampler(covered, clip_size, rng)

    def _mirrored(self, joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """With ``mirror_prob``, joints (M, T, V, 3) mirrored at x = 0, left and right exchanged."""
        if rng.random() >= self.mirror_prob:
            return joints
        return joints[..., self.layout.flip_order, :] * np.array((-1, 1, 1), np.float32)


@dataclass(frozen=True)
class CTRGCN(Preprocess):
    """3D joints seen from a random view, filling a cube (Chen et al., ICCV 2021; CTR-GCN ``feeders/feeder_ucla.py``).

    The joints are taken relative to joint 1 of the first person's first frame, turned about x and y by whole degrees
    in training, and stretched to -1..1 per axis over the whole sequence. The stream is made of the frames drawn; the
    feeder draws them with ``repeating`` in training and ``even`` else.

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
        joints = stretch(joints)[:, self._times(joints.shape[1], clip_size, training, rng)]  # (M, L, V, 3)
        return skeleton_features(joints, self.layout, (self.stream,), scored=False)


@dataclass(frozen=True)
class PreNormalize(Preprocess):
    """2D joints over their picture, -1..1, with scores (PYSKL ``PreNormalize2D``, ``RandomScale``, ``UniformSample``).

    In training both axes are stretched by up to ±20 % about the picture's centre, and mirrored. The stream is made of
    the whole sequence, then frames are taken.
    """

    mirror_prob: float = 0.5

    in_pixels = True

    def __call__(self, record: SkeletonRecord, clip_size: int, training: bool, rng: np.random.Generator) -> np.ndarray:
        """See ``Preprocess``."""
        joints = prenormalize_2d(record.keypoints, image_size=record.image_size)  # (M, T, V, 3)
        if training:
            joints = self._mirrored(joints, rng)
            joints = joints * np.append(rng.uniform(1 - SCALE, 1 + SCALE, 2), 1).astype(np.float32)
        features = skeleton_features(joints, self.layout, (self.stream,))
        return features[:, self._times(features.shape[1], clip_size, training, rng)]  # (M, L, V, 3)


PREPROCESS: dict[str, type[Preprocess]] = {'ctrgcn': CTRGCN, 'prenormalize': PreNormalize}


def view_rotation(about_x: float, about_y: float) -> np.ndarray:
    """float32 (3, 3) matrix ``Ry @ Rx`` that turns row vectors, ``points @ matrix``, by two angles in degrees."""
    cos_x, cos_y = np.cos(np.radians((about_x, about_y)))
    sin_x, sin_y = np.sin(np.radians((about_x, about_y)))
    turn_x = np.array([[1, 0, 0], [0, cos_x, sin_x], [0, -sin_x, cos_x]])
    turn_y = np.array([[cos_y, 0, -sin_y], [0, 1, 0], [sin_y, 0, cos_y]])
    return (turn_y @ turn_x).astype(np.float32)


def stretch(joints: np.ndarray) -> np.ndarray:
    """Map each axis of joints (M, T, V, C) to -1..1 over all persons, frames and joints; one without extent to 0."""
    low, high = joints.min((0, 1, 2)), joints.max((0, 1, 2))  # (C,)
    extent = high - low
    return np.divide(2 * (joints - low), extent, out=np.ones_like(joints), where=extent > 0) - 1
