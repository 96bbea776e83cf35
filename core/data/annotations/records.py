"""The one annotation record, and the reader of its file format (the PYSKL pickle).

The file is ``{'split': {name: [id, ...]}, 'annotations': [dict, ...]}`` or a bare list of those dicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from core.data.annotations.pickles import load_pickle


@dataclass(frozen=True, eq=False)
class Annotation:
    """One labeled sequence.

    Attributes:
        name: sequence id, the name of its frame directory.
        label: 0-based class.
        total_frames: T.
        image_size: (width, height) of the picture whose pixels ``keypoints`` count.
        keypoints: ``(M, T, V, 2)``, (x, y) in pixels, (0, 0) where missing; kept in the file's type (float16 in the
            published files) because tens of thousands of records stay in memory.
        scores: ``(M, T, V)`` joint confidences.
    """

    name: str
    label: int
    total_frames: int
    image_size: tuple[int, int]
    keypoints: np.ndarray
    scores: np.ndarray

    def at(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Keypoints ``(M, L, V, 2)`` and scores ``(M, L, V)`` of the 0-based frames ``times`` ``(L,)``, as float32."""
        return self.keypoints[:, times].astype(np.float32), self.scores[:, times].astype(np.float32)


class Record(Protocol):
    """One labeled sequence: its id, its 0-based class and its joints ``(M, T, V, C)``."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> int: ...

    @property
    def keypoints(self) -> np.ndarray: ...


RecordT = TypeVar('RecordT', bound=Record)


@dataclass(frozen=True)
class AnnotationFile(Generic[RecordT]):
    """What an annotation file holds: its records, its named id lists, and its class names if it has any."""

    annotations: list[RecordT]
    split: dict[str, list[str]]
    class_names: tuple[str, ...] | None


def read_annotations(path: str | Path, num_joints: int | None = None) -> AnnotationFile[Annotation]:
    """Read a PYSKL annotation pickle of 2D poses.

    Args:
        path: the ``.pkl`` file.
        num_joints: V that every record must have; by default that of the first record.

    Raises:
        ValueError: naming the file, the record and what was expected.
    """
    return read_records(path, to_annotation, num_joints)


def read_records(path: str | Path, convert: Callable[[dict, int | None], RecordT],
                 num_joints: int | None = None) -> AnnotationFile[RecordT]:
    """Read an annotation pickle into records of any kind.

    Args:
        path: the ``.pkl`` file.
        convert: makes a ``Record`` of an entry and the wanted V; a ValueError of it says what is wrong with the entry.
        num_joints: V that every record must have; by default that of the first record.

    Raises:
        ValueError: naming the file, the record and what was expected.
    """
    content = to_content(path, load_pickle(path))
    records: list[RecordT] = []
    for record in convert_entries(content['annotations'], convert, num_joints):
        if isinstance(record, ValueError):
            raise ValueError(f'{path}: {record}') from record
        records.append(record)
    return AnnotationFile(records, content['split'], _to_class_names(path, content, records))


def to_content(path: str | Path, loaded: Any) -> dict[str, Any]:
    """Return a pickle's content as a dict with ``annotations``, ``split`` and, if the file has them, ``class_names``.

    Args:
        path: the file, for messages.
        loaded: the dict described in this module (the key ``annos`` is accepted for ``annotations``), or a bare list.

    Raises:
        ValueError: there is no list of records, or ``split`` or ``class_names`` has another form.
    """
    content = {'annotations': loaded} if isinstance(loaded, list) else loaded
    entries = content.get('annotations', content.get('annos')) if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"{path}: expected a list of records, or a dict with a list 'annotations'; found none")
    names = content.get('class_names')
    if names is not None and not _are_texts(names):
        raise ValueError(f"{path}: 'class_names' must be a list of names, one a class")
    return {'split': _to_split(path, content), 'annotations': entries} | ({'class_names': list(names)} if names else {})


def convert_entries(entries: list, convert: Callable[[dict, int | None], RecordT],
                    num_joints: int | None = None) -> Iterator[RecordT | ValueError]:
    """Yield a record for every entry, or the error that names the entry and says what is wrong with it.

    Args:
        entries: of an annotation pickle.
        convert: see ``read_records``.
        num_joints: V that every record must have; by default that of the first valid record.
    """
    names: set[str] = set()
    for position, entry in enumerate(entries):
        try:
            record = convert(_checked_entry(entry), num_joints)
            if record.name in names:
                raise ValueError('its id occurs twice; ids must be unique')
        except (ValueError, TypeError) as error:
            name = entry.get('frame_dir') if isinstance(entry, dict) else None
            yield ValueError(f'record {position} ({name}): {error}')
            continue
        names.add(record.name)
        num_joints = record.keypoints.shape[2]
        yield record


def to_entry(name: str, label: int, keypoints: np.ndarray, scores: np.ndarray, image_size: tuple[int, int], *,
             sizes_first: bool = False) -> dict[str, Any]:
    """Return an entry of an annotation pickle with 2D poses; ``to_annotation`` reads it.

    Args:
        name: sequence id.
        label: 0-based class.
        keypoints: ``(M, T, V, 2)`` in pixels.
        scores: ``(M, T, V)``.
        image_size: (width, height) of the picture in pixels.
        sizes_first: put the sizes before the number of frames. The order of the keys decides on the bytes of a file,
            and rendered and predicted poses have always been written in this one.
    """
    width, height = image_size
    sizes = {'img_shape': (height, width), 'original_shape': (height, width)}
    frames = {'total_frames': keypoints.shape[1]}
    shapes = sizes | frames if sizes_first else frames | sizes
    return {'frame_dir': name, 'label': label, **shapes, 'keypoint': keypoints, 'keypoint_score': scores}


def to_annotation(entry: dict, num_joints: int | None = None) -> Annotation:
    """Make a record of an entry with 2D poses.

    Raises:
        ValueError: saying what is wrong with the entry.
    """
    keypoints = checked_keypoints(entry, 2, num_joints)
    scores = entry.get('keypoint_score')
    if scores is None:
        scores = (keypoints != 0).any(-1).astype(keypoints.dtype)
    if not _is_numeric(scores) or scores.shape != keypoints.shape[:3] or not np.isfinite(scores).all():
        raise ValueError(f"'keypoint_score' must be a finite numeric array of shape {keypoints.shape[:3]}, found "
                         f'{_describe(scores)}')
    return Annotation(*name_and_label(entry), keypoints.shape[1], _to_image_size(entry), keypoints, scores)


def checked_keypoints(entry: dict, channels: int, num_joints: int | None = None) -> np.ndarray:
    """Return an entry's ``keypoint`` ``(M, T, V, channels)`` in the file's type.

    Raises:
        ValueError: another shape or number of joints, ``total_frames`` other than T, NaN or infinity.
    """
    keypoints, total_frames = entry['keypoint'], entry['total_frames']
    if (not _is_numeric(keypoints) or keypoints.ndim != 4 or keypoints.shape[3] != channels
            or 0 in keypoints.shape[1:]):
        raise ValueError(f"'keypoint' must be a numeric array of shape (M, T, V, {channels}), found "
                         f'{_describe(keypoints)}')
    if num_joints is not None and keypoints.shape[2] != num_joints:
        raise ValueError(f"'keypoint' has {keypoints.shape[2]} joints, expected {num_joints}")
    if keypoints.shape[1] != total_frames:
        raise ValueError(f"'total_frames' is {total_frames}, but 'keypoint' has {keypoints.shape[1]} frames")
    if not np.isfinite(keypoints).all():
        raise ValueError("'keypoint' holds NaN or infinity; store missing joints as zeros")
    return keypoints


def name_and_label(entry: dict) -> tuple[str, int]:
    """Return an entry's id and its 0-based class.

    Raises:
        ValueError: the id is no text, or the class no number from 0.
    """
    name, label = entry['frame_dir'], entry['label']
    if not isinstance(name, str) or not name:
        raise ValueError(f"'frame_dir' must be the name of the frame directory, found {name!r}")
    if isinstance(label, bool) or not isinstance(label, (int, np.integer)) or label < 0:
        raise ValueError(f"'label' must be a class number from 0, found {label!r}")
    return name, int(label)


def _checked_entry(entry: Any) -> dict:
    if not isinstance(entry, dict):
        raise ValueError(f'expected a dict, found {type(entry).__name__}')
    missing = [key for key in ('frame_dir', 'label', 'total_frames', 'keypoint') if key not in entry]
    if missing:
        raise ValueError(f"key '{missing[0]}' is missing")
    return entry


def _is_numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in 'fiu'


def _describe(value: Any) -> str:
    return f'{value.dtype} {value.shape}' if isinstance(value, np.ndarray) else type(value).__name__


def _are_texts(values: Any) -> bool:
    return isinstance(values, (list, tuple, set)) and all(isinstance(value, str) for value in values)


def _to_image_size(entry: dict) -> tuple[int, int]:
    shape = entry.get('img_shape', entry.get('original_shape'))
    if not isinstance(shape, (tuple, list, np.ndarray)) or len(shape) != 2 or min(shape) < 1:
        raise ValueError(f"'img_shape' must be (height, width) of the annotated picture, found {shape!r}")
    return int(shape[1]), int(shape[0])


def _to_split(path: str | Path, content: dict) -> dict[str, list[str]]:
    split = content.get('split') or {}
    if not isinstance(split, dict) or not all(_are_texts(ids) for ids in split.values()):
        raise ValueError(f"{path}: 'split' must map names to lists of ids")
    return {name: list(ids) for name, ids in split.items()}


def _to_class_names(path: str | Path, content: dict, records: list) -> tuple[str, ...] | None:
    names = content.get('class_names')
    largest = max(record.label for record in records)
    if names is not None and largest >= len(names):
        raise ValueError(f"{path}: 'class_names' names {len(names)} classes, but label {largest} occurs")
    return None if names is None else tuple(names)
