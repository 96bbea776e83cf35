"""The one annotation record, and the reader of its file format (the PYSKL pickle).

The file is ``{'split': {name: [id, ...]}, 'annotations': [dict, ...]}`` or a bare list of those dicts. Pickles can run
code when loaded, so only numpy arrays and plain containers are let through.
"""

from __future__ import annotations

import codecs
import pickle
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

_NUMPY_GLOBALS = {
    '_reconstruct': np.empty(0).__reduce__()[0],
    'scalar': np.float32(0).__reduce__()[0],
    '_frombuffer': np.empty(0).__reduce_ex__(5)[0],
}
_ALLOWED_GLOBALS: dict[tuple[str, str], Any] = {
    ('numpy', 'ndarray'): np.ndarray,
    ('numpy', 'dtype'): np.dtype,
    ('collections', 'OrderedDict'): OrderedDict,
    ('_codecs', 'encode'): codecs.encode,
    **{('builtins', kind.__name__): kind for kind in (set, frozenset, bytearray)},
    **{(f'numpy.{core}.{module}', name): _NUMPY_GLOBALS[name]  # numpy 1 and numpy 2 call the package differently
       for core in ('core', '_core')
       for module, name in (('multiarray', '_reconstruct'), ('multiarray', 'scalar'), ('numeric', '_frombuffer'))},
}


@dataclass(frozen=True, eq=False)
class Annotation:
    """One labelled sequence.

    Attributes:
        name: sequence id, the name of its frame directory.
        label: 0-based class.
        total_frames: T.
        image_size: (width, height) of the picture whose pixels ``keypoints`` count.
        keypoints: (M, T, V, 2), (x, y) in pixels, (0, 0) where missing; kept in the file's type (float16 in the
            published files) because tens of thousands of records stay in memory.
        scores: (M, T, V) joint confidences.
    """

    name: str
    label: int
    total_frames: int
    image_size: tuple[int, int]
    keypoints: np.ndarray
    scores: np.ndarray

    def at(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Keypoints (M, L, V, 2) and scores (M, L, V) of the 0-based frames ``times`` (L,), as float32."""
        return self.keypoints[:, times].astype(np.float32), self.scores[:, times].astype(np.float32)


class AnnotationFile(NamedTuple):
    """What an annotation file holds: its records, its named id lists, and its class names if it has any."""

    annotations: list[Annotation]
    split: dict[str, list[str]]
    class_names: tuple[str, ...] | None


class _RestrictedUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Return an allowed global; refuse everything else."""
        try:
            return _ALLOWED_GLOBALS[module, name]
        except KeyError:
            raise ValueError(f"asks for '{module}.{name}', which is neither a numpy array nor a plain container; "
                             'such a file could run code and is refused') from None


def load_pickle(path: str | Path) -> Any:
    """Load a pickle of numpy arrays, scalars and plain containers.

    Raises:
        ValueError: the file is missing, damaged, or asks for anything else (named in the message).
    """
    try:
        with open(path, 'rb') as file:
            return _RestrictedUnpickler(file).load()
    except OSError as error:
        raise ValueError(f'{path}: cannot read the annotation file ({error.strerror}); give the path of a PYSKL '
                         'pickle') from error
    except ValueError as error:
        raise ValueError(f'{path}: {error}') from error
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise ValueError(f'{path}: not a readable pickle ({error}); copy or download the file again') from error


def read_annotations(path: str | Path, num_joints: int | None = None) -> AnnotationFile:
    """Read a PYSKL annotation pickle.

    Args:
        path: the ``.pkl`` file.
        num_joints: V that every record must have; by default that of the first record.

    Raises:
        ValueError: naming the file, the record and what was expected.
    """
    content = load_pickle(path)
    if isinstance(content, list):
        content = {'annotations': content}
    entries = content.get('annotations', content.get('annos')) if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"{path}: expected a list of records, or a dict with a list 'annotations'; found none")
    annotations: list[Annotation] = []
    names: set[str] = set()
    for position, entry in enumerate(entries):
        try:
            annotations.append(_to_annotation(entry, num_joints))
            num_joints = annotations[0].keypoints.shape[2]
            if annotations[-1].name in names:
                raise ValueError('its id occurs twice; ids must be unique')
        except (ValueError, TypeError) as error:
            name = entry.get('frame_dir') if isinstance(entry, dict) else None
            raise ValueError(f'{path}: record {position} ({name}): {error}') from error
        names.add(annotations[-1].name)
    return AnnotationFile(annotations, _to_split(path, content), _to_class_names(path, content, annotations))


def _to_annotation(entry: Any, num_joints: int | None) -> Annotation:
    if not isinstance(entry, dict):
        raise ValueError(f'expected a dict, found {type(entry).__name__}')
    missing = [key for key in ('frame_dir', 'label', 'total_frames', 'keypoint') if key not in entry]
    if missing:
        raise ValueError(f"key '{missing[0]}' is missing")
    keypoints, total_frames = entry['keypoint'], entry['total_frames']
    if not _is_numeric(keypoints) or keypoints.ndim != 4 or keypoints.shape[3] != 2 or 0 in keypoints.shape[1:]:
        raise ValueError(f"'keypoint' must be a numeric array of shape (M, T, V, 2), found {_describe(keypoints)}")
    if num_joints is not None and keypoints.shape[2] != num_joints:
        raise ValueError(f"'keypoint' has {keypoints.shape[2]} joints, expected {num_joints}")
    if keypoints.shape[1] != total_frames:
        raise ValueError(f"'total_frames' is {total_frames}, but 'keypoint' has {keypoints.shape[1]} frames")
    scores = entry.get('keypoint_score')
    if scores is None:
        scores = (keypoints != 0).any(-1).astype(keypoints.dtype)
    if not _is_numeric(scores) or scores.shape != keypoints.shape[:3]:
        raise ValueError(f"'keypoint_score' must be a numeric array of shape {keypoints.shape[:3]}, found "
                         f'{_describe(scores)}')
    if not (np.isfinite(keypoints).all() and np.isfinite(scores).all()):
        raise ValueError("'keypoint' or 'keypoint_score' holds NaN or infinity; store missing joints as zeros")
    return Annotation(_to_name(entry['frame_dir']), _to_label(entry['label']), int(total_frames), _to_image_size(entry),
                      keypoints, scores)


def _is_numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in 'fiu'


def _describe(value: Any) -> str:
    return f'{value.dtype} {value.shape}' if isinstance(value, np.ndarray) else type(value).__name__


def _to_name(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"'frame_dir' must be the name of the frame directory, found {value!r}")
    return value


def _to_label(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise ValueError(f"'label' must be a class number from 0, found {value!r}")
    return int(value)


def _to_image_size(entry: dict) -> tuple[int, int]:
    shape = entry.get('img_shape', entry.get('original_shape'))
    if not isinstance(shape, (tuple, list, np.ndarray)) or len(shape) != 2 or min(shape) < 1:
        raise ValueError(f"'img_shape' must be (height, width) of the annotated picture, found {shape!r}")
    return int(shape[1]), int(shape[0])


def _to_split(path: str | Path, content: dict) -> dict[str, list[str]]:
    split = content.get('split') or {}
    if not isinstance(split, dict) or not all(isinstance(ids, (list, tuple, set)) for ids in split.values()):
        raise ValueError(f"{path}: 'split' must map names to lists of ids")
    return {name: list(ids) for name, ids in split.items()}


def _to_class_names(path: str | Path, content: dict, annotations: list[Annotation]) -> tuple[str, ...] | None:
    names = content.get('class_names')
    largest = max(record.label for record in annotations)
    if names is not None and largest >= len(names):
        raise ValueError(f"{path}: 'class_names' names {len(names)} classes, but label {largest} occurs")
    return None if names is None else tuple(names)
