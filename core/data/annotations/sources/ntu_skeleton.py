"""NTU RGB+D's ``.skeleton`` files to annotations: joints in pixels of the color video, or in meters."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from tqdm import tqdm

from core.data.annotations.ntu import UNUSABLE_SKELETONS, parse_ntu_name
from core.data.annotations.sources.ntu_bodies import choose_bodies, close_gaps, slot_bodies
from core.data.annotations.sources.ntu_text import Body, SkeletonFile, parse_skeleton
from core.layouts import COCO17, NTU25

_LOG = logging.getLogger(__name__)
_IMAGE_SHAPE = (1080, 1920)
_NOWHERE = 1e-3  # PYSKL: a frame whose coordinates sum up to less has no body
_FILES_A_TASK = 16

_KINECT_NAMES = {'nose': 'head'} | {name: name for name in COCO17.joints if name in NTU25.joints}
_KINECT_JOINTS: dict[str, list[int]] = {
    NTU25.name: list(range(NTU25.num_joints)),
    COCO17.name: [NTU25.joints.index(_KINECT_NAMES[name]) if name in _KINECT_NAMES else -1 for name in COCO17.joints]}
"""Layout → Kinect's joint for each of its joints; -1 for COCO's eyes and ears, which Kinect does not find."""


def read_ntu_skeletons(path: Path, *, layout: str = 'ntu25', dimensions: int = 2, jobs: int | None = None) -> dict:
    """Read ``.skeleton`` files into the content of an annotation pickle, sorted by name; the label is the action - 1.

    People are chosen as PYSKL's ``ntu_preproc`` does (``choose_bodies``, ``slot_bodies``); M is 1 or 2.

    In two dimensions ``keypoint`` is float16 ``(M, T, V, 2)`` in pixels of the 1920x1080 video, and ``keypoint_score``
    is 1 for tracked joints, 0.5 for inferred ones, 0 for others. Frames are numbered as in the file and frames without
    a body are kept (unlike PYSKL), so that joints match the video's frames. In three dimensions ``keypoint`` is float16
    ``(M, T, 25, 3)`` in meters, and frames are renumbered and trimmed as PYSKL does.

    Files that are listed as incomplete (not read) or have no usable body are left out; a logged warning counts them.

    Args:
        path: a file named ``SsssCcccPpppRrrrAaaa.skeleton``, or a folder of such files, searched with subfolders.
        layout: ``ntu25``, or ``coco17`` in two dimensions: Kinect's head is the nose, eyes and ears have score 0.
        dimensions: 2 or 3.
        jobs: parallel processes; by default one a core.

    Raises:
        ValueError: options that do not fit, no files, two of one name, a damaged file (named, with the frame), or no
            body in any of them.
        OSError: a file cannot be read.
    """
    _check_options(layout, dimensions)
    files = _find_skeletons(path)
    read = partial(_read_entry, layout=layout, dimensions=dimensions)
    with ProcessPoolExecutor(min(jobs or os.cpu_count() or 1, len(files))) as pool:
        entries = list(tqdm(pool.map(read, files, chunksize=_FILES_A_TASK), total=len(files), desc='reading',
                            unit='file'))
    empty = [file.stem for file, entry in zip(files, entries, strict=True) if entry is None]
    if len(empty) == len(files):
        raise ValueError(f'{path}: no .skeleton file holds a usable body ({_first_three(empty)}); give other files')
    if empty:
        _LOG.warning('%s: left out %d of %d files, without a usable body or listed as incomplete (%s)', path,
                     len(empty), len(files), _first_three(empty))
    return {'split': {}, 'annotations': [entry for entry in entries if entry is not None]}


def _check_options(layout: str, dimensions: int) -> None:
    if dimensions not in (2, 3):
        raise ValueError(f'dimensions must be 2 (pixels) or 3 (meters), found {dimensions!r}')
    choices = list(_KINECT_JOINTS) if dimensions == 2 else [NTU25.name]
    if layout not in choices:
        raise ValueError(f"layout '{layout}' cannot be made of .skeleton files in {dimensions} dimensions; choose "
                         f"{' or '.join(choices)}")


def _first_three(names: list[str]) -> str:
    return ', '.join(names[:3]) + ', ...' * (len(names) > 3)


def _find_skeletons(path: Path) -> list[Path]:
    """Files sorted by name, each of a valid name and no name twice."""
    files = [path] if path.is_file() else sorted(path.rglob('*.skeleton'), key=lambda file: (file.name, file))
    if not files:
        raise ValueError(f"{path}: no .skeleton files; give a file or the folder of NTU's skeletons")
    for file in files:
        try:
            parse_ntu_name(file.stem)
        except ValueError as error:
            raise ValueError(f'{file}: the label is read from names such as S001C001P001R001A001.skeleton; give the '
                             'file its name in the data set') from error
    for one, other in pairwise(files):
        if one.name == other.name:
            raise ValueError(f'{one} and {other} are the same clip; keep one of them')
    return files


def _read_entry(file: Path, layout: str, dimensions: int) -> dict | None:
    """Entry of one file; ``None`` if it is listed as incomplete or holds no usable body."""
    if file.stem in UNUSABLE_SKELETONS:
        return None
    parsed = parse_skeleton(file)
    arrays = _in_meters(parsed) if dimensions == 3 else _in_pixels(parsed, layout)
    if not arrays['keypoint'].any():
        return None
    return {'frame_dir': file.stem, 'label': parse_ntu_name(file.stem).label,
            'total_frames': arrays['keypoint'].shape[1], **arrays}


def _in_meters(parsed: SkeletonFile) -> dict:
    people = choose_bodies(close_gaps(parsed.bodies.values()))
    if len(people) == 1:
        keypoints = people[0].xyz[None]
    else:
        length = max((body.frames[-1] + 1 for body in people), default=0)
        keypoints = _fill(slot_bodies(people), length, lambda body: body.xyz)
        occupied = np.flatnonzero(np.abs(keypoints).sum((0, 2, 3)) >= _NOWHERE)
        keypoints = keypoints[:, occupied.min(initial=length):occupied.max(initial=-1) + 1]
    return {'keypoint': keypoints.astype(np.float16)}


def _in_pixels(parsed: SkeletonFile, layout: str) -> dict:
    slots = slot_bodies(choose_bodies(parsed.bodies.values()))
    joints = _fill(slots, parsed.num_frames, _scored_pixels)                # (M, T, 25, 3)
    with_nowhere = np.pad(joints, ((0, 0), (0, 0), (0, 1), (0, 0)))         # joint -1 is 0
    joints = with_nowhere[:, :, _KINECT_JOINTS[layout]].astype(np.float16)  # (M, T, V, 3)
    return {'img_shape': _IMAGE_SHAPE, 'original_shape': _IMAGE_SHAPE, 'keypoint': joints[..., :2],
            'keypoint_score': joints[..., 2]}


def _scored_pixels(body: Body) -> np.ndarray:
    """x, y, score ``(T, 25, 3)``; zeros where the file has no place that fits a float16."""
    found = (np.abs(body.color) <= np.finfo(np.float16).max).all(-1, keepdims=True)
    return np.where(found, np.concatenate([body.color, body.tracking[..., None] / 2], -1), 0)


def _fill(slots: list[list[Body]], length: int, values: Callable[[Body], np.ndarray]) -> np.ndarray:
    """Values ``(T_b, 25, 3)`` of the bodies at their frames of float32 ``(M, length, 25, 3)``; zeros elsewhere."""
    filled = np.zeros((len(slots), length, NTU25.num_joints, 3), np.float32)
    for slot, bodies in zip(filled, slots, strict=True):
        for body in bodies:
            slot[body.frames] = values(body)
    return filled
