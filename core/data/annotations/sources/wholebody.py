"""Whole-body poses as COCO-WholeBody numbers them (Jin et al., ECCV 2020, 2007.11858), without the 68 face landmarks.

Two forms are read: PYSKL pickles with 133 joints (or the 65 that are kept), and COCO-WholeBody's JSON. There,
``images`` have an id, a ``file_name`` ``<clip>/<frame>.jpg``, width, height and optionally an ``action_label``, the
clip's 0-based class. ``annotations`` holds one item a person: an image_id and the lists ``keypoints``, ``foot_kpts``,
``lefthand_kpts`` and ``righthand_kpts``, each with x, y and visibility (or score) of one joint after the other.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np

from core.data.annotations.ntu import parse_ntu_name
from core.data.annotations.sources.json_files import find_json, list_name, read_json, reading
from core.data.annotations.sources.kinetics import stack_people
from core.data.annotations.sources.pyskl import read_pyskl
from core.layouts import WHOLEBODY65

WHOLEBODY133 = 133
KEPT = (*range(23), *range(91, WHOLEBODY133))
"""COCO-WholeBody's index of every joint of layout ``wholebody65``: body, feet, left hand, right hand."""

_LISTS = {'keypoints': 17, 'foot_kpts': 6, 'lefthand_kpts': 21, 'righthand_kpts': 21}


def read_wholebody(path: Path, *, max_persons: int = 10) -> dict:
    """Read a PYSKL pickle (``.pkl``), a JSON file, or all JSON files of a folder, into entries of 65 joints.

    In JSON files the frames of a clip are the images of its folder in the order of their names. Persons keep the order
    in which a frame lists them (no tracking); scores above 1, which are COCO's visibilities, become 1. The class is
    ``action_label``, or what an NTU name says. A file whose name ends in ``train``, ``val`` or ``test`` gives the list
    of that name. Clips without a person are in their list and have no entry.

    Args:
        path: file or folder.
        max_persons: for JSON files: if a frame of a clip holds more people, those with the best joint scores are kept.

    Raises:
        ValueError: naming the file, and the record or clip, when one is damaged or of another form.
    """
    path = Path(path)
    if path.suffix == '.pkl':
        content = read_pyskl(path)
        return content | {'annotations': [_drop_face(path, entry) for entry in content['annotations']]}
    split: dict[str, list[str]] = {}
    entries: list[dict] = []
    for file in find_json(path):
        clips = _read_clips(file, max_persons)
        if side := list_name(file):
            split.setdefault(side, []).extend(clip['frame_dir'] for clip in clips)
        entries += [clip for clip in clips if len(clip['keypoint'])]
    return {'split': split, 'annotations': entries}


def _drop_face(path: Path, entry: dict) -> dict:
    """The entry with 65 joints. What is no entry with an array of joints stays as it is; the check refuses it."""
    keypoint = entry.get('keypoint') if isinstance(entry, dict) else None
    if not isinstance(keypoint, np.ndarray) or keypoint.ndim != 4 or keypoint.shape[2] == WHOLEBODY65.num_joints:
        return entry
    if keypoint.shape[2] != WHOLEBODY133:
        raise ValueError(f"{path}: record {entry.get('frame_dir')} has {keypoint.shape[2]} joints, not the "
                         f"{WHOLEBODY133} of COCO-WholeBody or {WHOLEBODY65.num_joints}; read the file as kind 'pyskl'")
    return {key: value[:, :, list(KEPT)] if np.shape(value)[2:3] == (WHOLEBODY133,) else value
            for key, value in entry.items()}


def _read_clips(file: Path, max_persons: int) -> list[dict]:
    """Entries of a JSON file's clips, those without a person included."""
    with reading(file, "COCO-WholeBody's form, 'images' of clips and people as 'annotations' with body, foot and hand "
                       'joints'):
        content = read_json(file)
        people: dict[int, list[np.ndarray]] = defaultdict(list)
        for annotation in content['annotations']:
            people[annotation['image_id']].append(_to_joints(annotation))
        clips: dict[str, list[dict]] = defaultdict(list)
        for image in sorted(content['images'], key=lambda image: image['file_name']):
            clips[Path(image['file_name']).parent.name].append(image)
        entries = [_to_entry(name, images, [people[image['id']] for image in images], max_persons)
                   for name, images in clips.items()]
    return [entry | {'label': _to_label(file, entry['frame_dir'], entry['label'])} for entry in entries]


def _to_joints(annotation: dict) -> np.ndarray:
    """x, y and score ``(65, 3)`` of a person."""
    joints = np.concatenate([np.reshape(annotation[key], (count, 3)) for key, count in _LISTS.items()])
    return np.minimum(joints.astype(np.float32), (np.inf, np.inf, 1))


def _to_entry(name: str, images: list[dict], people: list[list[np.ndarray]], max_persons: int) -> dict:
    """Entry of a clip; ``people`` of each of its images. The label is that of the first image, or ``None``."""
    frames = np.repeat(np.arange(len(images)), [len(found) for found in people])
    poses = np.array([joints for found in people for joints in found], np.float32).reshape(-1, len(KEPT), 3)
    keypoint, scores = stack_people(poses, frames, len(images), max_persons)
    size = (int(images[0]['height']), int(images[0]['width']))
    return {'frame_dir': name, 'label': images[0].get('action_label'), 'total_frames': len(images), 'img_shape': size,
            'original_shape': size, 'keypoint': keypoint, 'keypoint_score': scores}


def _to_label(file: Path, name: str, label: int | None) -> int:
    if label is not None:
        return label
    try:
        return parse_ntu_name(name).label
    except ValueError as error:
        raise ValueError(f"{file}: clip '{name}' has neither an 'action_label' at its first image nor an NTU name; "
                         "name images '<clip>/<frame>.jpg' and give each the class of its clip") from error
