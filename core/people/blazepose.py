"""BlazePose (Bazarevsky et al., 2006.10204) as a pose estimator: MediaPipe's networks, run by LiteRT without MediaPipe.

The landmark network looks in every frame where the detector finds somebody and where somebody was in the frame before.
MediaPipe runs its detector only when it has lost the person. Its smoothing over time is left out, too: training data
should show what each frame shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from core.config import REPOSITORY
from core.people.blazepose_detector import BlazePoseDetector, Network, Region
from core.people.blazepose_landmarks import BlazePoseLandmarks, region_of
from core.people.person import Person, box_overlaps, distinct_people

MODEL_FOLDER = REPOSITORY / 'pretrained' / 'blazepose'
DETECTION_FILE, LANDMARK_FILE = 'pose_detection.tflite', 'pose_landmark_full.tflite'
MATCH_OVERLAP = 0.5


def load_network(path: Path, threads: int) -> Network:
    """Return the network of a ``.tflite`` file, run on ``threads`` processor threads.

    Raises:
        ValueError: the file or the package ai-edge-litert is missing.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise ValueError('BlazePose needs the package ai-edge-litert; '
                         'run pip install -r requirements-annotate.txt') from error
    if not path.is_file():
        raise ValueError(f'{path}: no such model file; run pose-action fetch-blazepose')
    interpreter = Interpreter(model_path=str(path), num_threads=threads)
    interpreter.allocate_tensors()
    source, outputs = interpreter.get_input_details()[0]['index'], interpreter.get_output_details()

    def run(picture: np.ndarray) -> list[np.ndarray]:
        interpreter.set_tensor(source, picture)
        interpreter.invoke()
        return [interpreter.get_tensor(output['index']) for output in outputs]

    return run


def paint_over(frame: np.ndarray, people: Sequence[Person]) -> np.ndarray:
    """Return frame ``(H, W, 3)`` uint8 with the people's boxes in its mean color."""
    painted, color = frame.copy(), np.array(cv2.mean(frame)[:3], dtype=np.uint8)
    for person in people:
        x0, y0, x1, y1 = person.box.astype(int)
        painted[y0:y1 + 1, x0:x1 + 1] = color
    return painted


class BlazePose:
    """The people of a frame; a ``PoseEstimator``.

    Args:
        folder: holds ``pose_detection.tflite`` and ``pose_landmark_full.tflite`` (``pose-action fetch-blazepose``).
        threads: processor threads of each network.
        load: returns the network of a model file, given the file and a number of threads.

    Raises:
        ValueError: a model file or the package ai-edge-litert is missing.
    """

    def __init__(self, folder: str | Path = MODEL_FOLDER, threads: int = 1,
                 load: Callable[[Path, int], Network] = load_network) -> None:
        self._detect = BlazePoseDetector(load(Path(folder) / DETECTION_FILE, threads))
        self._find_joints = BlazePoseLandmarks(load(Path(folder) / LANDMARK_FILE, threads))

    def __call__(self, frame: np.ndarray, expected: Sequence[Person] = ()) -> list[Person]:
        """Return the people in frame ``(H, W, 3)`` uint8 RGB; every joint lies inside.

        An expected person who is not detected is looked for at the former place. The detector is made for one person,
        so the people found are painted over and it looks again, until it finds nobody new.
        """
        people = distinct_people(self._look(frame, self._detect(frame)))
        lost = [person for person in expected if not _overlaps_any(person, people)]
        people, known = distinct_people(people + self._look(frame, map(region_of, lost))), 0
        while len(people) > known:
            known = len(people)
            people = distinct_people(people + self._look(frame, self._detect(paint_over(frame, people))))
        return people

    def _look(self, frame: np.ndarray, regions: Iterable[Region]) -> list[Person]:
        found = (self._find_joints(frame, region) for region in regions)
        return [person for person in found if person is not None]


def _overlaps_any(person: Person, people: Sequence[Person]) -> bool:
    boxes = np.reshape([other.box for other in people], (-1, 4))
    return bool((box_overlaps(person.box[None], boxes) >= MATCH_OVERLAP).any())
