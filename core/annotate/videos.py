"""Annotates videos: writes the frames of each, a file with its people's joints, and an overview picture.

The data directory then holds ``images/<name>/00001.jpg, ...``, ``people/<name>.npz`` and ``people/<name>.jpg``. The
``.npz`` is written last: a video that has one is finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from core.annotate.entries import People, count_frames, draw_overview, load_people, read_frames, save_people
from core.annotate.labels import LabeledVideo
from core.data.frames.extraction import FrameFormat, extract_sequence
from core.data.frames.video import USUAL_FPS, VideoReader, usual_size
from core.files import save_image
from core.parallel import in_parallel
from core.people.estimators import build_estimator
from core.people.person import PoseEstimator
from core.people.tracking import Tracker, choose_tracks, fill_gaps, join_fragments, steady


class AnnotationSettings(NamedTuple):
    """How videos are annotated.

    Attributes:
        out: data directory.
        pose: one of ``POSES``.
        checkpoint: file of the pose network for ``pose`` 'checkpoint'.
        persons: largest number of people in a video.
        size: (width, height) of the stored frames in pixels; by default that of the video, at most 960 on the longer
            side.
    """

    out: Path
    pose: str = 'blazepose'
    checkpoint: Path | None = None
    persons: int = 2
    size: tuple[int, int] | None = None

    @property
    def method(self) -> str:
        """Describes how people are found; videos whose file names another method are annotated again."""
        return f'{self.pose} {self.checkpoint or ""} {self.persons}'


class AnnotationSummary(NamedTuple):
    """What a run did.

    Attributes:
        found: people of all finished videos by name.
        annotated: number of videos that this run finished.
        failures: what went wrong, by video name.
    """

    found: dict[str, People]
    annotated: int
    failures: dict[str, str]


def annotate_videos(videos: Sequence[LabeledVideo], settings: AnnotationSettings, jobs: int) -> AnnotationSummary:
    """Annotate videos in ``jobs`` processes.

    Finished videos are skipped. A video that fails does not stop the others.

    Raises:
        ValueError: the pose estimator's files or packages are missing.
    """
    files = {video.name: _people_file(settings, video.name) for video in videos}
    missing = [video for video in videos if load_people(files[video.name], settings.method) is None]
    if missing:
        build_estimator(settings.pose, settings.checkpoint)  # reports missing files once, not for every video
    outcomes = tqdm(in_parallel(partial(_annotate_or_say, settings), missing, jobs), desc='annotating', unit='video',
                    total=len(missing), disable=not missing)
    failures = {video.name: sentence for video, sentence in zip(missing, outcomes, strict=True) if sentence}
    people = {name: load_people(file, settings.method) for name, file in files.items() if name not in failures}
    found = {name: everybody for name, everybody in people.items() if everybody is not None}
    return AnnotationSummary(found, len(missing) - len(failures), failures)


def annotate_video(video: LabeledVideo, settings: AnnotationSettings, estimator: PoseEstimator) -> None:
    """Write the frames, the overview and the people of one video; frames that exist already are used unchanged.

    Raises:
        ValueError: the video is damaged, or nobody was found in it.
        OSError: a file cannot be written.
    """
    images, fps = settings.out / 'images' / video.name, 0.0
    if video.path.is_dir():
        if not (images.is_dir() and images.samefile(video.path)):
            raise ValueError(f"{video.path}: frames are used where they are; give --out in the folder above 'images'")
    else:
        reader = VideoReader(video.path, threads=1)
        fps = reader.fps
        if not images.is_dir():
            extract_sequence(video.path, images, FrameFormat(settings.size or _stored_size(reader)))
    people = find_people(images, estimator, settings.persons, round(fps) if fps >= 1 else USUAL_FPS)
    if people is None:
        raise ValueError(f'{video.path}: nobody was found in it; leave it out, or try another --pose')
    save_image(settings.out / 'people' / f'{video.name}.jpg', draw_overview(people, images))
    save_people(_people_file(settings, video.name), people, settings.method)


def find_people(folder: Path, estimator: PoseEstimator, persons: int, second: int) -> People | None:
    """Return the strongest ``persons`` people of a sequence of frames, or ``None`` if there is nobody.

    Args:
        folder: of its frames.
        estimator: looks at every frame.
        persons: largest number of people.
        second: frames in about a second; a person may be unseen for that long.
    """
    num_frames, frame = count_frames(folder), np.empty((0, 0, 3), np.uint8)
    tracker = Tracker(second)
    for time, frame in enumerate(read_frames(folder, range(num_frames))):
        tracker.update(time, estimator(frame, tracker.expected))
    tracks = choose_tracks(join_fragments(tracker.tracks, second), num_frames, persons)
    if not tracks:
        return None
    keypoints, scores = zip(*(fill_gaps(track.times, steady(track.joints, second), num_frames, second)
                              for track in tracks), strict=True)
    height, width = frame.shape[:2]
    return People(np.stack(keypoints).astype(np.float16), np.stack(scores).astype(np.float16), (width, height))


def _annotate_or_say(settings: AnnotationSettings, video: LabeledVideo) -> str:
    """Annotate one video; return what went wrong, or an empty string."""
    try:
        annotate_video(video, settings, build_estimator(settings.pose, settings.checkpoint))
    except (ValueError, OSError) as error:
        return str(error)
    return ''


def _people_file(settings: AnnotationSettings, name: str) -> Path:
    return settings.out / 'people' / f'{name}.npz'


def _stored_size(reader: VideoReader) -> tuple[int, int]:
    first = next(iter(reader), None)
    if first is None:
        raise ValueError(f'{reader.path}: no frame of it could be decoded; copy or download it again')
    return usual_size(first.shape[1::-1])
