"""From a keypoint sequence to a ``SkeletonClip``: the input of networks that see joints and no pixels."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.data.annotations.skeletons import SkeletonRecord
from core.data.clips.augment import mirror_features
from core.data.clips.base import Array, RecordDataset
from core.data.clips.recipes import PREPROCESS, Preprocess
from core.data.clips.streams import format_gcn_input


class SkeletonClip(NamedTuple):
    """One clip (numpy), or a batch of them (tensors, with a leading axis B, by torch's default collate).

    Attributes:
        features: float32 ``(M, T, V, C)`` of the chosen stream; zeros for an absent person. Several test clips of one
            sequence lie one after the other on the axis T.
        person_mask: float32 ``(M,)``, 1 if the person is in the sequence; at least one person always is.
        label: int64 ``()``, 0-based class.
        index: int64 ``()``, position in the dataset's records.
    """

    features: Array
    person_mask: Array
    label: Array
    index: Array

    @property
    def inputs(self) -> tuple[Array, ...]:
        """What ``SkeletonModel`` reads."""
        return self.features, self.person_mask

    @property
    def targets(self) -> tuple[Array, ...]:
        """What ``JointLoss`` compares with."""
        return (self.label,)

    def mirrored(self, flip_order: Sequence[int]) -> tuple[Array, ...]:
        """``inputs`` of the mirrored clips of a batch, whose joints come in ``flip_order``; x is mirrored at 0."""
        return mirror_features(self.features, flip_order), self.person_mask


class SkeletonDataset(RecordDataset[SkeletonClip, SkeletonRecord]):
    """Clips of keypoint sequences.

    Args:
        records: keypoint sequences.
        preprocess: makes the features; its layout is that of the records.
        clip_size: T.
        num_persons: M; the first M persons present in the sequence, in file order.
        training: draw another clip every epoch, and augment.
        num_clips: test clips of every sequence, see ``Preprocess``.
        seed: base of all randomness.

    Raises:
        ValueError: a size is below 1, a record's joints are not those of the layout, or ``preprocess`` cannot read a
            record.
    """

    def __init__(self, records: Sequence[SkeletonRecord], preprocess: Preprocess, *, clip_size: int,
                 num_persons: int = 1, training: bool, num_clips: int = 1, seed: int = 0) -> None:
        if min(clip_size, num_persons) < 1:
            raise ValueError(f'clip size {clip_size} and number of persons {num_persons} must be at least 1')
        super().__init__(records, preprocess.layout, training=training, seed=seed)
        for record in records:
            if (record.image_size is not None) != preprocess.in_pixels:
                found, read = ('2D', '3D') if record.image_size else ('3D', '2D')
                raise ValueError(f"record '{record.name}' has {found} poses, but the preprocessing reads {read} ones; "
                                 f'choose another of {", ".join(PREPROCESS)}')
        self.clip_size, self.num_persons = clip_size, num_persons
        self.preprocess = dataclasses.replace(preprocess, num_clips=num_clips)

    def __getitem__(self, index: int) -> SkeletonClip:
        record, rng = self._people(self.records[index]), self.generator(index)
        features = self.preprocess(record, self.clip_size, self.training, rng)  # (people, T, V, C)
        mask = np.arange(self.num_persons) < len(features)
        return SkeletonClip(format_gcn_input(features, self.num_persons)[0], mask.astype(np.float32),
                            np.int64(record.label), np.int64(index))

    def _people(self, record: SkeletonRecord) -> SkeletonRecord:
        """The record with at most M of the persons present; with one empty person if there is nobody."""
        present = np.flatnonzero(record.keypoints[..., :2].any((1, 2, 3)))[:self.num_persons]
        nobody = np.zeros((1, *record.keypoints.shape[1:]), np.float32)
        return dataclasses.replace(record, keypoints=record.keypoints[present] if len(present) else nobody)
