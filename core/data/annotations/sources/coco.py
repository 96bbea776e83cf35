"""The COCO-style JSON of IntegralAction (Moon et al., CVPRW 2021): Kinetics, Mimetics and NTU.

``images`` list the clips (id, file_name, seq_name or skeleton_file_name, height, width, frame_num), ``annotations``
their classes (image_id, action_label, action_name). Poses lie beside the JSON file, in a folder whose name tells the
data set: ``kinetics-skeleton``, ``pose_results`` (Mimetics) or ``nturgb+d_skeletons``. Frames lie in the folder
``frames`` beside it; a clip's name is its folder in there, ``train_256/<seq_name>/<file_name>`` (Kinetics) or
``<seq_name>/<file_name>`` (Mimetics). An NTU clip is named by its skeleton file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.data.annotations.records import to_entry
from core.data.annotations.sources.json_files import find_json, list_name, read_json, reading
from core.data.annotations.sources.kinetics import stack_people
from core.data.annotations.sources.ntu_skeleton import read_ntu_skeletons
from core.layouts import NTU25, OPENPOSE18

_KINETICS, _MIMETICS, _NTU = 'kinetics-skeleton', 'pose_results', 'nturgb+d_skeletons'


class _Clip(NamedTuple):
    """A clip of the JSON file: ``image_id`` there, ``file_name`` of its poses, ``size`` as (width, height)."""

    image_id: int
    name: str
    file_name: str
    label: int
    num_frames: int
    size: tuple[int, int]


class _People(NamedTuple):
    """Skeletons of a clip: ``poses`` ``(N, 18, 3)`` x, y in pixels and score, ``frames`` int ``(N,)``, 0-based."""

    poses: np.ndarray
    frames: np.ndarray


def read_coco(path: Path, *, max_persons: int = 5) -> dict:
    """Read the clips of a JSON file, or of all JSON files in a folder, with their poses.

    Kinetics and Mimetics have OpenPose's 18 joints. At most ``max_persons`` people are kept in a frame, chosen by score
    as IntegralAction does. NTU has Kinect's 25 joints; people are chosen as ``read_ntu_skeletons`` does. The end of the
    file name, ``train``, ``val`` or ``test``, names the list; without such an end (Mimetics) it is ``test``.

    As published, clips of Kinetics whose ``has_skeleton`` is false have no entry. The lists keep them, so that a check
    counts them. Clips in which nobody was found have an entry without people.

    Raises:
        ValueError: naming the file, when one is missing, damaged or of another form.
    """
    split: dict[str, list[str]] = {}
    entries: list[dict] = []
    names: dict[int, str] = {}
    for file in find_json(path):
        clips, class_names = _read_clips(file)
        names |= class_names
        split.setdefault(_side(file), []).extend(clip.name for clip in clips)
        entries += _read_entries(file, clips, max_persons)
    content = {'split': split, 'annotations': entries}
    if names:
        content['class_names'] = [names.get(label, str(label)) for label in range(max(names) + 1)]
    return content


def read_image_names(file: Path) -> dict[int, str]:
    """Return image id → name of the clips for which ``read_coco`` makes an entry.

    Raises:
        ValueError: naming the file, when it or Kinetics' list of videos is missing, damaged or of another form.
    """
    clips, _ = _read_clips(file)
    return {clip.image_id: clip.name for clip in _with_skeleton(file, clips)}


def _side(file: Path) -> str:
    return list_name(file) or 'test'


def _read_clips(file: Path) -> tuple[list[_Clip], dict[int, str]]:
    """Clips, and names of the classes that have one."""
    folder = f'{_side(file)}_256/' if (file.parent / _KINETICS).is_dir() else ''
    with reading(file, "a COCO-style file of clips ('images') and their classes ('annotations')"):
        content = read_json(file)
        classes = {annotation['image_id']: annotation for annotation in content['annotations']}
        clips = [_to_clip(image, classes[image['id']]['action_label'], folder) for image in content['images']]
        return clips, {int(annotation['action_label']): annotation['action_name']
                       for annotation in content['annotations'] if 'action_name' in annotation}


def _to_clip(image: dict, label: int, folder: str) -> _Clip:
    file_name = image.get('skeleton_file_name', image['file_name']).removesuffix('.skeleton')
    name = f"{folder}{image['seq_name']}/{file_name}" if 'seq_name' in image else file_name
    return _Clip(image['id'], name, file_name, label, int(image['frame_num']),
                 (int(image['width']), int(image['height'])))


def _with_skeleton(file: Path, clips: list[_Clip]) -> list[_Clip]:
    """The clips that have poses: in Kinetics those that its list marks, elsewhere all."""
    if not (file.parent / _KINETICS).is_dir():
        return clips
    label_file = file.parent / _KINETICS / f'kinetics_{_side(file)}_label.json'
    with reading(label_file, "kinetics-skeleton's list of videos"):
        known = {name for name, video in read_json(label_file).items() if video['has_skeleton']}
    return [clip for clip in clips if _video(file, clip) in known]


def _video(file: Path, clip: _Clip) -> str:
    """A clip's name in kinetics-skeleton, which leaves out the start and end time of training clips."""
    return clip.file_name.rsplit('_', 2)[0] if _side(file) == 'train' else clip.file_name


def _read_entries(file: Path, clips: list[_Clip], max_persons: int) -> list[dict]:
    root = file.parent
    if (root / _NTU).is_dir():
        return _ntu_entries(root / _NTU, clips)
    if (root / _KINETICS).is_dir():
        people = _kinetics_people(file, _with_skeleton(file, clips))
    elif (root / _MIMETICS).is_dir():
        people = _mimetics_people(root / _MIMETICS, clips)
    else:
        raise ValueError(f'{file}: no poses beside it; put one of the folders {_KINETICS}, {_MIMETICS} and {_NTU} '
                         'into its folder')
    return [_clip_entry(clip, *found, max_persons) for clip, found in people]


def _clip_entry(clip: _Clip, poses: np.ndarray, frames: np.ndarray, max_persons: int) -> dict:
    keypoint, scores = stack_people(poses, frames, clip.num_frames, max_persons)
    return to_entry(clip.name, clip.label, keypoint, scores, clip.size)


def _kinetics_people(file: Path, clips: list[_Clip]) -> Iterator[tuple[_Clip, _People]]:
    folder = file.parent / _KINETICS / f'kinetics_{_side(file)}'
    for clip in clips:
        poses = folder / f'{_video(file, clip)}.json'
        with reading(poses, "a pose file of kinetics-skeleton with a list 'data'"):
            people = _parse_kinetics(read_json(poses)['data'], clip)
        yield clip, people


def _parse_kinetics(data: list[dict], clip: _Clip) -> _People:
    """People of a pose file. Positions are fractions of the picture; frames count from 1 unless a frame 0 occurs."""
    first = min([1, *(frame['frame_index'] for frame in data)])
    if first < 0:
        raise ValueError(f'frame_index {first}')
    people = [(frame['frame_index'] - first, person['pose'], person['score'])
              for frame in data for person in frame['skeleton']]
    frames, poses, scores = zip(*people, strict=True) if people else ((), (), ())
    places = np.array(poses, np.float32).reshape(-1, OPENPOSE18.num_joints, 2) * clip.size
    return _within(clip, places, np.array(scores, np.float32), frames)


def _mimetics_people(folder: Path, clips: list[_Clip]) -> Iterator[tuple[_Clip, _People]]:
    for clip in clips:
        file = folder / clip.name / 'data.json'
        with reading(file, "a pose file of Mimetics with lists 'pose' and 'score'"):
            people = _parse_mimetics(read_json(file), clip)
        yield clip, people


def _parse_mimetics(content: dict, clip: _Clip) -> _People:
    """People of a pose file; a joint's score is multiplied by its person's score."""
    people = [(time, pose, score)
              for time, (poses, scores) in enumerate(zip(content['pose'], content['score'], strict=True))
              for pose, score in zip(poses or (), scores or (), strict=True)]
    frames, poses, scores = zip(*people, strict=True) if people else ((), (), ())
    joints = np.array(poses, np.float32).reshape(-1, OPENPOSE18.num_joints, 3)
    return _within(clip, joints[..., :2], joints[..., 2] * np.array(scores, np.float32)[:, None], frames)


def _within(clip: _Clip, places: np.ndarray, scores: np.ndarray, frames: tuple[int, ...]) -> _People:
    """People in the frames of the clip; IntegralAction ignores those in later frames."""
    poses = np.concatenate([places, scores.reshape(-1, OPENPOSE18.num_joints, 1)], -1)
    times = np.array(frames, np.int64)
    return _People(poses[times < clip.num_frames], times[times < clip.num_frames])


def _ntu_entries(folder: Path, clips: list[_Clip]) -> list[dict]:
    """Entries of the clips, with the JSON file's classes. Clips whose skeleton file holds no body have no people."""
    read = {entry['frame_dir']: entry for entry in read_ntu_skeletons(folder)['annotations']}
    nobody = np.zeros((0, NTU25.num_joints, 3), np.float32), np.zeros(0, np.int64)
    return [_fitted(read[clip.name], clip) if clip.name in read else _clip_entry(clip, *nobody, max_persons=1)
            for clip in clips]


def _fitted(entry: dict, clip: _Clip) -> dict:
    """An entry with the class and length of a clip: surplus frames are cut, missing ones hold no people."""
    missing = max(0, clip.num_frames - entry['total_frames'])
    return entry | {'label': clip.label, 'total_frames': clip.num_frames} | {
        key: np.pad(entry[key][:, :clip.num_frames], [(0, 0), (0, missing), *[(0, 0)] * (entry[key].ndim - 2)])
        for key in ('keypoint', 'keypoint_score')}
