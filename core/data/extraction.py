"""Videos to folders of JPEG frames: parallel, resumable, and suspicious of damaged files."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from tqdm import tqdm

from core.data.frames import FRAME_NAME
from core.data.video import VideoReader

VIDEO_SUFFIXES = ('.avi', '.mp4', '.mov')
"""Containers whose header counts the frames; others only allow an estimate, which cannot tell a truncated file."""


class FrameFormat(NamedTuple):
    """How frames are stored: ``size`` as (width, height) in pixels, JPEG ``quality`` 1..100."""

    size: tuple[int, int] = (960, 540)
    quality: int = 95


class Summary(NamedTuple):
    """What a run did: sequences extracted, sequences that were there already, and sequence → what went wrong."""

    extracted: int
    present: int
    failures: dict[str, str]


def find_videos(folder: str | Path) -> dict[str, Path]:
    """Map sequence names to the videos below ``folder``; ``<name>_rgb.avi`` and ``<name>.avi`` are both ``<name>``.

    Raises:
        ValueError: no such folder, no video in it, or two videos of one sequence.
    """
    if not Path(folder).is_dir():
        raise ValueError(f'{folder}: no such directory; give the folder that holds the videos')
    videos: dict[str, Path] = {}
    for path in sorted(Path(folder).rglob('*')):
        if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file():
            name = path.stem.removesuffix('_rgb')
            if name in videos:
                raise ValueError(f'{videos[name]} and {path} are both sequence {name}; keep one of them')
            videos[name] = path
    if not videos:
        raise ValueError(f"{folder}: holds no video; files must end in {', '.join(VIDEO_SUFFIXES)}")
    return videos


def read_names(path: str | Path) -> list[str]:
    """Sequence names of a text file, one a line.

    Raises:
        ValueError: the file cannot be read or names nothing.
    """
    try:
        names = Path(path).read_text(encoding='utf-8').split()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f'{path}: cannot read the list of names; give a text file with one name a line') from error
    if not names:
        raise ValueError(f'{path}: the list of names is empty')
    return list(dict.fromkeys(names))


def extract_video(video: Path, target: Path, frame_format: FrameFormat) -> int:
    """Write the frames of one video as ``target/00001.jpg, ...``; ``target`` appears when it is complete.

    Returns:
        the number of frames.

    Raises:
        ValueError: the file is not a video, or delivers fewer frames than its header announces.
        OSError: the frames cannot be written.
    """
    return write_frames(_all_frames(video), target, frame_format)


def write_frames(frames: Iterable[np.ndarray], target: Path, frame_format: FrameFormat) -> int:
    """Write RGB frames uint8 (H, W, 3) as ``target/00001.jpg, ...``; ``target`` appears when it is complete.

    Returns:
        the number of frames.

    Raises:
        OSError: the frames cannot be written.
    """
    partial, count = _partial(target), 0
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for count, frame in enumerate(frames, 1):
            (partial / FRAME_NAME.format(count)).write_bytes(_encode(frame, frame_format))
        os.replace(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return count


def _all_frames(video: Path) -> Iterator[np.ndarray]:
    """Frames of a video; raises at its end when it delivered fewer than its header announces."""
    reader, count = VideoReader(video, threads=1), 0
    for frame in reader:
        count += 1
        yield frame
    if count < max(1, reader.announced_frames):
        raise ValueError(f'{video}: truncated, {count} of {reader.announced_frames} frames could be decoded; copy '
                         'or download it again')


def extract_videos(videos: Mapping[str, Path], out: str | Path, frame_format: FrameFormat, jobs: int) -> Summary:
    """Extract many videos to ``out/<name>/``, each in one of ``jobs`` processes.

    Sequences that have a folder are skipped; what a killed run left behind is removed. A damaged video does not stop
    the others.

    Raises:
        OSError: ``out`` cannot be created.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    there = {entry.name for entry in os.scandir(out)}
    for name in videos:
        if _partial(out / name).name in there:
            shutil.rmtree(_partial(out / name))
    missing = {name: video for name, video in videos.items() if name not in there}
    failures: dict[str, str] = {}
    pool = ProcessPoolExecutor(jobs, initializer=_start_worker)
    try:
        names = {pool.submit(extract_video, video, out / name, frame_format): name for name, video in missing.items()}
        for done in tqdm(as_completed(names), total=len(names), desc='extracting', unit='video',
                         disable=not names):
            error = done.exception()
            if isinstance(error, (ValueError, OSError)):
                failures[names[done]] = str(error)
            elif error is not None:
                raise error
    finally:
        pool.shutdown(cancel_futures=True)  # without it an interrupt would wait for every video
    return Summary(len(missing) - len(failures), len(videos) - len(missing), failures)


def _partial(target: Path) -> Path:
    return target.with_name(f'.partial-{target.name}')


def _encode(frame: np.ndarray, frame_format: FrameFormat) -> bytes:
    """JPEG file of an RGB frame (H, W, 3), resized if need be."""
    size = (frame.shape[1], frame.shape[0])
    if size != frame_format.size:
        shrinks = frame_format.size[0] < size[0] or frame_format.size[1] < size[1]
        frame = cv2.resize(frame, frame_format.size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    return cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, frame_format.quality])[1].tobytes()


def _start_worker() -> None:
    cv2.setNumThreads(1)
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    """A killed run must not leave processes behind that go on writing."""
    multiprocessing.parent_process().join()
    os._exit(1)
