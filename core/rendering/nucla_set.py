"""The rendered N-UCLA set: people drawn from recorded skeletons at the recorded viewpoints, with exact keypoints.

Every subject has its own look and every view its own room, so the scene also changes between the sides of the
cross-view protocol. The skeletons and the seed alone decide the frames and the PYSKL-format pickle.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from core.data.annotations.nucla import CLASS_NAMES, NuclaSequence, parse_nucla_name
from core.data.annotations.records import to_entry
from core.data.frames.extraction import FrameFormat, write_frames
from core.files import write_atomic
from core.parallel import in_parallel
from core.rendering.background import room
from core.rendering.camera import Camera
from core.rendering.kinect import SIZE, fill_missing, kinect_body, to_world, view_camera
from core.rendering.painter import DrawnJoints, Figure, Scene, annotate, compose, faces_camera, paint
from core.rendering.subject import demo_subject

ANNOTATION_FILE, _OPTIONS_FILE = 'nucla_annotations.pkl', 'nucla_options.json'
_ROOM_STREAM = 4
_NUM_FACE_POINTS = 5
_FORMAT = FrameFormat(SIZE, 95)


def compose_sequence(sequence: NuclaSequence, seed: int) -> Scene:
    """Return the scene of one sequence: its subject, dressed, before the camera of its view."""
    number = parse_nucla_name(sequence.name)
    camera = view_camera(number.view)
    body = kinect_body(to_world(fill_missing(sequence.joints.astype(np.float64)), camera))
    return compose((Figure(body, demo_subject(seed, number.subject).look),), camera)


@cache
def view_room(seed: int, view: int) -> np.ndarray:
    """Return the empty room ``(480, 640, 3)``, uint8 RGB, that a view's camera sees."""
    return room(np.random.default_rng([seed, _ROOM_STREAM, view]), view_camera(view))


def paint_sequence(sequence: NuclaSequence, seed: int) -> np.ndarray:
    """Return the frames ``(T, 480, 640, 3)``, uint8 RGB, of one sequence."""
    return paint(compose_sequence(sequence, seed), view_room(seed, parse_nucla_name(sequence.name).view))


def render_sequence(sequence: NuclaSequence, images: Path, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Write the frames of one sequence unless they exist; return keypoints ``(1, T, 17, 2)`` and scores ``(1, T, 17)``.

    A keypoint that is seen has the score 1, a covered one 0.5, and a face point turned away from the camera 0.
    """
    target = images / sequence.name
    scene = compose_sequence(sequence, seed)
    if not target.exists():
        write_frames(paint(scene, view_room(seed, parse_nucla_name(sequence.name).view)), target, _FORMAT)
    seen = annotate(scene)
    return seen.keypoints, _scores(seen, scene.figures[0].points, scene.camera)


def _new_entry(sequence: NuclaSequence, keypoints: np.ndarray, scores: np.ndarray) -> dict[str, Any]:
    """PYSKL's entry of one sequence; arrays are copied so that pickling gives the same bytes in every process."""
    return to_entry(sequence.name, parse_nucla_name(sequence.name).label, keypoints.astype(np.float32),
                    scores.astype(np.float32), SIZE, sizes_first=True)


def _scores(seen: DrawnJoints, points: np.ndarray, camera: Camera) -> np.ndarray:
    scores = (0.5 + 0.5 * seen.visible).astype(np.float32)                                # (1, T, 17)
    scores[0, :, :_NUM_FACE_POINTS] *= faces_camera(points, camera)
    return scores


def write_nucla(sequences: Sequence[NuclaSequence], out: Path, seed: int = 0, jobs: int = 1) -> None:
    """Write ``out/images/NAME/%05d.jpg`` and ``out/nucla_annotations.pkl``; sequences with a folder are not redrawn.

    Raises:
        ValueError: ``out`` holds a set drawn with another seed.
        OSError: a file cannot be written.
    """
    options = json.dumps({'seed': seed, 'size': SIZE}) + '\n'
    state = out / _OPTIONS_FILE
    if state.exists() and state.read_text() != options:
        raise ValueError(f'{out} holds a set drawn with other options ({state.read_text().strip()}); choose another '
                         'folder, or delete this one')
    write_atomic(state, options.encode())
    render = partial(render_sequence, images=out / 'images', seed=seed)
    with tqdm(total=sum(len(sequence.joints) for sequence in sequences), desc='rendering', unit='frame') as bar:
        annotations = []
        for sequence, drawn in zip(sequences, in_parallel(render, sequences, jobs), strict=True):
            annotations.append(_new_entry(sequence, *drawn))
            bar.update(len(sequence.joints))
    content = {'split': {}, 'annotations': annotations, 'class_names': list(CLASS_NAMES.values())}
    write_atomic(out / ANNOTATION_FILE, pickle.dumps(content, protocol=4))
