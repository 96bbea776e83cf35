"""Keypoint sequences of any origin as one kind of record, for networks that read joints and no frames."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.annotations.nucla import CLASS_NAMES, NuclaSequence, parse_nucla_name, read_nucla_sequences
from core.data.annotations.records import AnnotationFile, checked_keypoints, name_and_label, read_records, to_annotation
from core.layouts import NUCLA20


@dataclass(frozen=True, eq=False)
class SkeletonRecord:
    """One labeled keypoint sequence.

    Attributes:
        name: sequence id.
        label: 0-based class.
        keypoints: float32 ``(M, T, V, C)``: (x, y, score) in pixels, or (x, y, z) in meters; zeros where missing.
        image_size: (width, height) of the picture whose pixels ``keypoints`` count; ``None`` for (x, y, z).
    """

    name: str
    label: int
    keypoints: np.ndarray
    image_size: tuple[int, int] | None = None

    @property
    def picture_size(self) -> tuple[int, int]:
        """``image_size`` of a sequence in pixels.

        Raises:
            ValueError: the joints are (x, y, z).
        """
        if self.image_size is None:
            raise ValueError(f"record '{self.name}' has 3D poses, which lie in no picture; give 2D poses")
        return self.image_size


def read_skeletons(path: str | Path, num_joints: int | None = None) -> AnnotationFile[SkeletonRecord]:
    """Read all keypoint sequences of a file.

    Args:
        path: a PYSKL pickle of 2D or 3D poses, or what ``read_nucla_sequences`` reads: N-UCLA's ``.npz`` or its folder
            of JSON files.
        num_joints: V that every record must have; by default that of the first record.

    Raises:
        ValueError: naming the file and what was expected.
    """
    path = Path(path)
    if not path.is_dir() and path.suffix != '.npz':
        return read_records(path, to_skeleton, num_joints)
    if num_joints not in (None, NUCLA20.num_joints):
        raise ValueError(f'{path}: N-UCLA skeletons have {NUCLA20.num_joints} joints, expected {num_joints}; choose '
                         f"the layout '{NUCLA20.name}'")
    records = [_from_nucla(sequence) for sequence in read_nucla_sequences(path)]
    return AnnotationFile(records, {}, tuple(CLASS_NAMES.values()))


def to_skeleton(entry: dict, num_joints: int | None = None) -> SkeletonRecord:
    """Make a record of an entry with 2D poses, or with 3D poses and no ``img_shape``.

    Raises:
        ValueError: saying what is wrong with the entry.
    """
    if 'img_shape' not in entry and getattr(entry['keypoint'], 'shape', ())[-1:] == (3,):
        keypoints = checked_keypoints(entry, 3, num_joints)  # (M, T, V, 3)
        return SkeletonRecord(*name_and_label(entry), keypoints.astype(np.float32))
    pose = to_annotation(entry, num_joints)
    keypoints = np.concatenate([pose.keypoints, pose.scores[..., None]], -1, dtype=np.float32)  # (M, T, V, 3)
    return SkeletonRecord(pose.name, pose.label, keypoints, pose.image_size)


def _from_nucla(sequence: NuclaSequence) -> SkeletonRecord:
    return SkeletonRecord(sequence.name, parse_nucla_name(sequence.name).label, sequence.joints[None])
