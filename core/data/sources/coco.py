"""The COCO-style JSON of IntegralAction (Moon et al., CVPRW 2021): Kinetics, Mimetics and NTU.

``images`` list the clips (id, file_name, seq_name or skeleton_file_name, height, width, frame_num), ``annotations``
their classes (image_id, action_label, action_name). Poses lie beside the JSON file, in a folder whose name tells the
data set: ``kinetics-skeleton``, ``pose_results`` (Mimetics) or ``nturgb+d_skeletons``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.data.sources.kinetics import stack_people
from core.data.sources.ntu_skeleton import read_ntu_skeletons
from core.layouts import OPENPOSE18

_SIDES = ('train', 'val', 'test')
_KINETICS, _MIMETICS, _NTU = 'kinetics-skeleton', 'pose_results', 'nturgb+d_skeletons'


class _Clip(NamedTuple):
    """A clip of the JSON file; ``size`` is (width, height), ``folder`` its class folder (not NTU)."""

    name: str
    folder: str
    label: int
    num_frames: int
    size: tuple[int, int]


class _People(NamedTuple):
    """Skeletons of a clip: ``poses`` (N, 18, 3) x, y in pixels and score, ``frames`` int (N,), 0-based."""

    poses: np.ndarray
    frames: np.ndarray


def read_coco(path: Path, *, max_persons: int = 5) -> dict:
    """Read the clips of a JSON file, or of all JSON files in a folder, with their poses.

    Kinetics and Mimetics have OpenPose's 18 joints, at most ``max_persons`` a frame, chosen by score as IntegralAction
    does; NTU has Kinect's 25 (``read_ntu_skeletons``), also those of its clips named by the skeleton file. A list is
    named by the end of the file name, ``train``, ``val`` or ``test``; files without such an end (Mimetics) give
    ``test``. The lists keep the clips that have no skeleton and therefore no entry.

    Raises:
        ValueError: naming the file, when one is missing, damaged or of another form.
    """
    path = Path(path)
    files = sorted(path.glob('*.json')) if path.is_dir() else [path]
    if not files:
        raise ValueError(f'{path}: no JSON files; give the annotation file or the folder that holds it')
    split: dict[str, list[str]] = {}
    entries: list[dict] = []
    names: dict[int, str] = {}
    for file in files:
        side = file.stem.rsplit('_', 1)[-1]
        side = side if side in _SIDES else 'test'
        clips, class_names = _read_clips(file)
        names |= class_names
        split.setdefault(side, []).extend(clip.name for clip in clips)
        entries += _read_entries(file, side, clips, max_persons)
    content = {'split': split, 'annotations': entries}
    if names:
        content['class_names'] = [names.get(label, str(label)) for label in range(max(names) + 1)]
    return content


@contextmanager
def _reading(file: Path, expected: str) -> Iterator[None]:
    """Turn whatever goes wrong with a file's content into one sentence."""
    try:
        yield
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise ValueError(f'{file}: not {expected} ({type(error).__name__}: {error}); copy or download it '
                         'again') from error


def _read_json(file: Path) -> Any:
    return json.loads(file.read_text(encoding='utf-8'))


def _read_clips(file: Path) -> tuple[list[_Clip], dict[int, str]]:
    """Clips, and names of the classes that have one."""
    with _reading(file, "a COCO-style file of clips ('images') and their classes ('annotations')"):
        content = _read_json(file)
        classes = {annotation['image_id']: annotation for annotation in content['annotations']}
        clips = [_to_clip(image, classes[image['id']]['action_label']) for image in content['images']]
        return clips, {int(annotation['action_label']): annotation['action_name']
                       for annotation in content['annotations'] if 'action_name' in annotation}


def _to_clip(image: dict, label: int) -> _Clip:
    name = image.get('skeleton_file_name', image['file_name']).removesuffix('.skeleton')
    return _Clip(name, image.get('seq_name', ''), label, int(image['frame_num']),
                 (int(image['width']), int(image['height'])))


def _read_entries(file: Path, side: str, clips: list[_Clip], max_persons: int) -> list[dict]:
    root = file.parent
    if (root / _NTU).is_dir():
        return _ntu_entries(root / _NTU, clips)
    if (root / _KINETICS).is_dir():
        people = _kinetics_people(root / _KINETICS, side, clips)
    elif (root / _MIMETICS).is_dir():
        people = _mimetics_people(root / _MIMETICS, clips)
    else:
        raise ValueError(f'{file}: no poses beside it; put one of the folders {_KINETICS}, {_MIMETICS} and {_NTU} '
                         'into its folder')
    return [_to_entry(clip, *found, max_persons) for clip, found in people if len(found.frames)]


def _to_entry(clip: _Clip, poses: np.ndarray, frames: np.ndarray, max_persons: int) -> dict:
    keypoint, scores = stack_people(poses, frames, clip.num_frames, max_persons)
    return {'frame_dir': clip.name, 'label': clip.label, 'total_frames': clip.num_frames, 'img_shape': clip.size[::-1],
            'original_shape': clip.size[::-1], 'keypoint': keypoint, 'keypoint_score': scores}


def _kinetics_people(folder: Path, side: str, clips: list[_Clip]) -> Iterator[tuple[_Clip, _People]]:
    """People of the clips that kinetics-skeleton has; training clips are named there without their two times."""
    label_file = folder / f'kinetics_{side}_label.json'
    with _reading(label_file, "kinetics-skeleton's list of videos"):
        known = {name for name, video in _read_json(label_file).items() if video['has_skeleton']}
    for clip in clips:
        name = clip.name.rsplit('_', 2)[0] if side == 'train' else clip.name
        if name in known:
            file = folder / f'kinetics_{side}' / f'{name}.json'
            with _reading(file, "a pose file of kinetics-skeleton with a list 'data'"):
                people = _parse_kinetics(_read_json(file)['data'], clip)
            yield clip, people


def _parse_kinetics(data: list[dict], clip: _Clip) -> _People:
    """People of a pose file, places 0 to 1 there; frames count from 1 unless a frame 0 occurs."""
    first = min([1, *(frame['frame_index'] for frame in data)])
    if first < 0:
        raise ValueError(f'frame_index {first}')
    people = [(frame['frame_index'] - first, person['pose'], person['score'])
              for frame in data for person in frame['skeleton']]
    frames, places, scores = zip(*people, strict=True) if people else ((), (), ())
    places = np.array(places, np.float32).reshape(-1, OPENPOSE18.num_joints, 2) * clip.size
    return _within(clip, places, np.array(scores, np.float32), frames)


def _mimetics_people(folder: Path, clips: list[_Clip]) -> Iterator[tuple[_Clip, _People]]:
    for clip in clips:
        file = folder / clip.folder / clip.name / 'data.json'
        with _reading(file, "a pose file of Mimetics with lists 'pose' and 'score'"):
            people = _parse_mimetics(_read_json(file), clip)
        yield clip, people


def _parse_mimetics(content: dict, clip: _Clip) -> _People:
    """People of a pose file; a joint's score is that of the joint times that of the person."""
    people = [(time, pose, score)
              for time, (poses, scores) in enumerate(zip(content['pose'], content['score'], strict=True))
              for pose, score in zip(poses or (), scores or (), strict=True)]
    frames, poses, scores = zip(*people, strict=True) if people else ((), (), ())
    joints = np.array(poses, np.float32).reshape(-1, OPENPOSE18.num_joints, 3)
    return _within(clip, joints[..., :2], joints[..., 2] * np.array(scores, np.float32)[:, None], frames)


def _within(clip: _Clip, places: np.ndarray, scores: np.ndarray, frames: tuple[int, ...]) -> _People:
    """People of the frames that the clip has: IntegralAction never looks at later ones."""
    poses = np.concatenate([places, scores.reshape(-1, OPENPOSE18.num_joints, 1)], -1)
    times = np.array(frames, np.int64)
    return _People(poses[times < clip.num_frames], times[times < clip.num_frames])


def _ntu_entries(folder: Path, clips: list[_Clip]) -> list[dict]:
    """Entries of the clips whose skeleton file holds a body, with the class of the JSON file."""
    read = {entry['frame_dir']: entry for entry in read_ntu_skeletons(folder)['annotations']}
    return [read[clip.name] | {'label': clip.label} for clip in clips if clip.name in read]
