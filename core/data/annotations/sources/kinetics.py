"""PYSKL's Kinetics-400 poses: a pickle without keypoints, which lie compressed in further pickles ("kpfiles").

An entry has ``raw_file`` (its kpfile), ``frame_inds`` ``(N,)`` (the 0-based frame of each of the clip's N skeletons)
and ``box_score`` ``(N,)``. A kpfile is ``{frame_dir: {'keypoint': (N, 17, 3)}}``, x and y in pixels and the joint's
score.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from core.data.annotations.pickles import load_pickle
from core.data.annotations.records import to_content

_KEYS = ('frame_dir', 'label', 'total_frames', 'img_shape', 'raw_file', 'frame_inds', 'box_score')
_COPIED = ('frame_dir', 'label', 'img_shape', 'original_shape')


def read_kinetics(path: Path, *, box_threshold: float = 0.5, max_persons: int = 10, squeeze: bool = True) -> dict:
    """Read the compressed pickle and its kpfiles (PYSKL ``DecompressPose``); clips without a person are left out.

    Args:
        path: the pickle. A kpfile is searched at its ``raw_file``, then in the pickle's folder at shorter and shorter
            ends of that path: ``/there/kpfiles/a.pkl`` is found as ``kpfiles/a.pkl`` or ``a.pkl``.
        box_threshold: skeletons whose person box has a lower score are dropped.
        max_persons: if a frame has more persons, those with the best joint scores are kept in each frame.
        squeeze: drop the frames without people, as PYSKL does. Frame numbers are then no longer the video's, which
            suits networks that read joints only; pass False to use the poses with video frames.

    Raises:
        ValueError: naming the file and the record, when one is missing, damaged or of another form.
    """
    path = Path(path)
    content = to_content(path, load_pickle(path))
    entries: dict[int, dict] = {}
    for raw_file, positions in _by_kpfile(path, content['annotations']).items():
        kpfile = _find(path.parent, raw_file)
        poses = load_pickle(kpfile)
        for position in positions:
            entry = content['annotations'][position]
            try:
                people = _chosen_people(entry, poses, box_threshold)
                entries[position] = _decompress(entry, *people, max_persons, squeeze)
            except (ValueError, TypeError, LookupError, AttributeError) as error:
                raise ValueError(f'{path}: record {position} ({entry["frame_dir"]}) does not fit its poses in '
                                 f'{kpfile} ({error}); fetch both files again') from error
    content['annotations'] = [entries[position] for position in sorted(entries) if len(entries[position]['keypoint'])]
    return content


def stack_people(poses: np.ndarray, frames: np.ndarray, num_frames: int,
                 max_persons: int) -> tuple[np.ndarray, np.ndarray]:
    """Put the skeletons of each frame into person slots, in their listed order (no tracking).

    If any frame has more than ``max_persons``, the skeletons of every frame are ordered by falling score first.

    Args:
        poses: ``(N, V, 3)`` x, y in pixels and score.
        frames: int ``(N,)``, the 0-based frame of each skeleton.
        num_frames: T.
        max_persons: upper limit of M; up to it, M is the largest number of skeletons in a frame.

    Returns:
        keypoints float16 ``(M, T, V, 2)`` and scores float16 ``(M, T, V)``, zeros where a slot is empty.
    """
    counts = np.bincount(frames, minlength=num_frames)
    num_persons = int(counts.max(initial=0))
    scores = poses[..., 2].astype(np.float16).sum(-1)           # float16 as in PYSKL, to tie as there
    order = np.lexsort((-scores, frames)) if num_persons > max_persons else np.argsort(frames, kind='stable')
    frames, poses = frames[order], poses[order]
    slots = np.arange(len(frames)) - (np.cumsum(counts) - counts)[frames]
    kept = slots < max_persons
    stacked = np.zeros((min(num_persons, max_persons), num_frames, *poses.shape[1:]), np.float16)
    with np.errstate(over='ignore'):                            # infinity is for the check to report
        stacked[slots[kept], frames[kept]] = poses[kept]
    return stacked[..., :2], stacked[..., 2]


def _by_kpfile(path: Path, entries: list) -> dict[str, list[int]]:
    """Positions of the entries of each ``raw_file``, so that every kpfile is read once."""
    positions: dict[str, list[int]] = defaultdict(list)
    for position, entry in enumerate(entries):
        missing = [key for key in _KEYS if not isinstance(entry, dict) or key not in entry]
        if missing or not isinstance(entry['raw_file'], str):
            raise ValueError(f"{path}: record {position} has no {missing[0] if missing else 'text as raw_file'}, which "
                             "Kinetics' compressed form needs; read files with keypoints as kind 'pyskl'")
        positions[entry['raw_file']].append(position)
    return positions


def _find(folder: Path, raw_file: str) -> Path:
    parts = Path(raw_file).parts
    candidates = [folder / Path(*parts[start:]) for start in range(len(parts))]  # absolute: start 0 is itself
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise ValueError(f"{raw_file}: no such kpfile, neither there nor in {folder}; put the folder of kpfiles beside the "
                     'annotation pickle')


def _chosen_people(entry: dict, poses: Any, box_threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Poses ``(N, V, 3)`` and frames ``(N,)`` of the skeletons with a good box."""
    joints = poses[entry['frame_dir']]['keypoint']
    frames, boxes = np.asarray(entry['frame_inds'], np.int64), np.asarray(entry['box_score'])
    if joints.ndim != 3 or joints.shape[2] != 3 or not len(joints) == len(frames) == len(boxes):
        raise ValueError(f'{len(frames)} frames, {len(boxes)} boxes and joints {joints.shape}')
    if len(frames) and not 0 <= frames.min() <= frames.max() < entry['total_frames']:
        raise ValueError(f'frames {frames.min()} to {frames.max()} of {entry["total_frames"]}')
    chosen = boxes >= box_threshold
    return joints[chosen], frames[chosen]


def _decompress(entry: dict, poses: np.ndarray, frames: np.ndarray, max_persons: int, squeeze: bool) -> dict:
    num_frames = entry['total_frames']
    if squeeze:
        occupied, frames = np.unique(frames, return_inverse=True)
        num_frames = len(occupied)
    keypoint, scores = stack_people(poses, frames, num_frames, max_persons)
    return {key: entry[key] for key in _COPIED if key in entry} | {
        'total_frames': num_frames, 'keypoint': keypoint, 'keypoint_score': scores}
