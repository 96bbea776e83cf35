"""The demo set: rendered videos, named and annotated like those of NTU RGB+D, to run every step without the real set.

Three cameras film every performance, at 0, -45 and +45 degrees around the actor. In repetition 1 the actor faces camera
3, in repetition 2 camera 2 (Shahroudy et al., "NTU RGB+D", CVPR 2016, section 3.2). The seed decides everything.

The set of interactions consists of matched triplets: the punch, kick and push of one pair and repetition have the same
length, the same person strikes at the same moment, and the other person reacts in the same way. The person being hit,
seen alone, does not reveal the action.
"""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from core.data.annotations.ntu import NTU60_TRAIN_CAMERAS, NTU60_TRAIN_SUBJECTS
from core.data.annotations.records import to_entry
from core.data.frames.video import write_video
from core.files import write_atomic
from core.parallel import in_parallel
from core.rendering.actions.library import ACTIONS, BLOWS, Action, stage
from core.rendering.actions.motion import Clock
from core.rendering.background import room
from core.rendering.body import forward_kinematics, place
from core.rendering.camera import DEMO_DISTANCES, Camera, orbit
from core.rendering.painter import DrawnJoints, Figure, annotate, compose, paint
from core.rendering.subject import demo_subject

DEMO_ACTIONS = (6, 7, 8, 9, 10, 22, 23, 24, 27, 43, 55, 59)
SETS = {'demo': DEMO_ACTIONS, 'interactions': tuple(BLOWS)}
CAMERA_DEGREES = {1: 0.0, 2: -45.0, 3: 45.0}
SIZE = (480, 270)
FPS = 30
FRAMES = (32, 48)

_SETUP = 1
_PAIR_TURN, _BLOW_TURN = 25.0, 45.0
"""Degrees by which pairs turn further from the faced camera, so that the partner does not hide the main actor."""
_CAMERA_STREAM, _ROOM_STREAM, _MOTION_STREAM = 1, 2, 3
_LIBRARY = ACTIONS | BLOWS
_CODEC = 'XVID'
_STATE_FILE, _ANNOTATION_FILE = 'demo_options.json', 'demo_annotations.pkl'


@dataclass(frozen=True)
class DemoOptions:
    """The options that decide the content of the demo set.

    Attributes:
        seed: of everything random.
        subjects: number of subjects, who bear NTU's numbers 1, 2, ... (8 gives 5 training and 3 test subjects).
        repetitions: per subject and class.
        actions: NTU's numbers of the classes, in the order of the labels.
    """

    seed: int = 0
    subjects: int = 8
    repetitions: int = 2
    actions: tuple[int, ...] = DEMO_ACTIONS


class Performance(NamedTuple):
    """One act that all cameras film; numbers count from 1 as in NTU's file names, ``action`` is NTU's class number."""

    seed: int
    subject: int
    partner: int
    repetition: int
    action: int

    def name(self, camera: int) -> str:
        """Return the NTU name of this act's video from ``camera``, without ``_rgb.avi``."""
        return f'S{_SETUP:03}C{camera:03}P{self.subject:03}R{self.repetition:03}A{self.action:03}'


def plan_demo(options: DemoOptions) -> list[Performance]:
    """Return all performances; a subject and the partner are on the same side of the cross-subject split.

    Raises:
        ValueError: for fewer than one subject or repetition.
    """
    if min(options.subjects, options.repetitions) < 1:
        raise ValueError(f'the demo needs at least 1 subject and 1 repetition, not {options.subjects} and '
                         f'{options.repetitions}')
    subjects = range(1, options.subjects + 1)
    partners = {subject: _partner(subject, max(options.subjects, 8)) for subject in subjects}
    return [Performance(options.seed, subject, partners[subject], repetition, action)
            for action in options.actions for subject in subjects for repetition in range(1, options.repetitions + 1)]


def _partner(subject: int, last: int) -> int:
    trains = subject in NTU60_TRAIN_SUBJECTS
    side = [other for other in range(1, last + 1) if (other in NTU60_TRAIN_SUBJECTS) == trains]
    return side[(side.index(subject) + 1) % len(side)]


@cache
def demo_camera(seed: int, camera: int) -> Camera:
    """Return camera 1, 2 or 3 at NTU's angle; its distance, height and lens differ a little from the others'."""
    rng = np.random.default_rng([seed, _CAMERA_STREAM, _SETUP, camera])
    azimuth = np.deg2rad(CAMERA_DEGREES[camera] + rng.uniform(-2, 2))
    return orbit(azimuth, rng.uniform(*DEMO_DISTANCES), height=rng.uniform(1.25, 1.6),
                 target_height=rng.uniform(0.8, 0.9), focal=rng.uniform(340, 365), size=SIZE)


@cache
def _demo_room(seed: int, camera: int) -> np.ndarray:
    return room(np.random.default_rng([seed, _ROOM_STREAM, _SETUP, camera]), demo_camera(seed, camera))


def act(performance: Performance) -> tuple[Figure, ...]:
    """Return the figures of a performance in the world that all cameras share, in the order of the annotation."""
    seed, subject, partner, repetition, number = performance
    action = _LIBRARY[number]
    script = min(BLOWS) if number in BLOWS else number  # all blows draw the same random numbers
    rng = np.random.default_rng([seed, _MOTION_STREAM, script, subject, repetition])
    cast = [demo_subject(seed, person) for person in (subject, partner)[:action.people]]
    num_frames = int(rng.integers(FRAMES[0], FRAMES[1] + 1))
    clock = Clock(np.arange(num_frames) / FPS, num_frames / FPS)
    degrees = 45.0 + rng.normal(0, 4) + _turn(action)
    heading = np.deg2rad(degrees if repetition % 2 else -degrees)
    spot = rng.uniform(-0.15, 0.15, 2)
    poses = stage(action, clock, tuple(cast), rng)
    return tuple(Figure(place(forward_kinematics(person.proportions, pose), heading, tuple(spot)), person.look)
                 for person, pose in zip(cast, poses, strict=True))


def _turn(action: Action) -> float:
    if action.number in BLOWS:
        return _BLOW_TURN
    return _PAIR_TURN if action.people == 2 else 0.0


def write_demo(out: Path, options: DemoOptions, jobs: int = 1, force: bool = False) -> bool:
    """Write ``out/videos/*_rgb.avi`` and ``out/demo_annotations.pkl``; return False if the set is complete already.

    Videos that an interrupted run with the same options has finished are kept, unless ``force`` is set.

    Raises:
        ValueError: if ``out/videos`` holds files that are not this program's.
        OSError: if a video cannot be written.
    """
    plan, videos = plan_demo(options), out / 'videos'
    if not force and _same_options(out, options) and _complete(out, plan):
        return False
    _prepare(out, options, force)
    annotations: list[dict[str, Any]] = []
    with tqdm(total=len(plan) * len(CAMERA_DEGREES), desc='demo videos', unit='video') as bar:
        for performance, seen in zip(plan, in_parallel(partial(film, videos=videos), plan, jobs), strict=True):
            label = options.actions.index(performance.action)
            annotations += [_record(performance, label, *view) for view in zip(CAMERA_DEGREES, seen, strict=True)]
            bar.update(len(seen))
    content = {'split': split_names([annotation['frame_dir'] for annotation in annotations]),
               'annotations': annotations, 'class_names': [_LIBRARY[number].name for number in options.actions]}
    write_atomic(out / _ANNOTATION_FILE, pickle.dumps(content, protocol=4))
    return True


def split_names(names: list[str]) -> dict[str, list[str]]:
    """Return NTU's cross-subject and cross-view splits of video names."""
    split: dict[str, list[str]] = {f'{kind}_{part}': [] for kind in ('xsub', 'xview') for part in ('train', 'val')}
    for name in names:
        split['xsub_train' if int(name[9:12]) in NTU60_TRAIN_SUBJECTS else 'xsub_val'].append(name)
        split['xview_train' if int(name[5:8]) in NTU60_TRAIN_CAMERAS else 'xview_val'].append(name)
    return split


def film(performance: Performance, videos: Path) -> list[DrawnJoints]:
    """Write the performance's missing videos and return what each camera saw."""
    figures, seen = act(performance), []
    for camera in CAMERA_DEGREES:
        scene = compose(figures, demo_camera(performance.seed, camera))
        path = videos / f'{performance.name(camera)}_rgb.avi'
        if not path.exists():
            write_video(path, paint(scene, _demo_room(performance.seed, camera)), FPS, _CODEC)
        seen.append(annotate(scene))
    return seen


def _record(performance: Performance, label: int, camera: int, seen: DrawnJoints) -> dict[str, Any]:
    """PYSKL's entry of one video; arrays are copied so that pickling gives the same bytes in every process."""
    return to_entry(performance.name(camera), label, seen.keypoints.astype(np.float32), 0.5 + 0.5 * seen.visible, SIZE,
                    sizes_first=True)


def _state(options: DemoOptions) -> dict[str, Any]:
    return {**asdict(options), 'actions': list(options.actions), 'size': list(SIZE)}


def _same_options(out: Path, options: DemoOptions) -> bool:
    state = out / _STATE_FILE
    return state.exists() and json.loads(state.read_text()) == _state(options)


def _complete(out: Path, plan: list[Performance]) -> bool:
    names = (performance.name(camera) for performance in plan for camera in CAMERA_DEGREES)
    return (out / _ANNOTATION_FILE).exists() and all((out / 'videos' / f'{name}_rgb.avi').exists() for name in names)


def _prepare(out: Path, options: DemoOptions, force: bool) -> None:
    """Delete the files of a set with other options and write down the options of the new set."""
    videos = out / 'videos'
    videos.mkdir(parents=True, exist_ok=True)
    if not (out / _STATE_FILE).exists() and any(videos.iterdir()):
        raise ValueError(f'{videos} holds files that are not a demo set; choose an empty --out folder')
    (out / _ANNOTATION_FILE).unlink(missing_ok=True)
    if force or not _same_options(out, options):
        for video in videos.glob('*.avi'):
            video.unlink()
    for unfinished in videos.glob('.*.avi'):
        unfinished.unlink()
    write_atomic(out / _STATE_FILE, (json.dumps(_state(options), indent=1) + '\n').encode())
