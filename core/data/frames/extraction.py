"""From videos, or folders of pictures, to folders of JPEG frames: parallel, resumable; damaged files are refused."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from tqdm import tqdm

from core.data.frames.frame_folder import FRAME_NAME
from core.data.frames.jpeg import decode_jpeg, encode_jpeg
from core.data.frames.person_tubes import TubeCut
from core.data.frames.tube_files import Size, write_tube
from core.data.frames.video import VideoReader

VIDEO_SUFFIXES = ('.avi', '.mp4', '.mov')
"""Containers whose header counts the frames. Others only give an estimate, which does not reveal a truncated file."""

FrameSource = Path | tuple[Path, ...]
"""Where a sequence's frames come from: a video, or its JPEG files in order."""

ChooseCut = Callable[[Size, Size], TubeCut]
"""Chooses a tube, given the (width, height) of the source's frames and of the frames as they would be stored uncut."""


class FrameFormat(NamedTuple):
    """How a frame is stored: ``size`` as (width, height) in pixels, JPEG ``quality`` 1..100."""

    size: tuple[int, int] = (960, 540)
    quality: int = 95


class Summary(NamedTuple):
    """Result of a run: the numbers of sequences extracted and already present, and sequence → error message."""

    extracted: int
    present: int
    failures: dict[str, str]


def videos_by_sequence(folder: str | Path) -> dict[str, Path]:
    """Map sequence names to the videos below ``folder``; ``<name>_rgb.avi`` and ``<name>.avi`` are both ``<name>``.

    Raises:
        ValueError: no such folder, no video in it, or two videos of one sequence.
    """
    return by_sequence((sequence_stem(path), path) for path in videos_below(folder))


def videos_below(folder: str | Path) -> list[Path]:
    """Return all videos below ``folder``, sorted, without hidden ones.

    Raises:
        ValueError: no such folder, or no video in it.
    """
    videos = [path for path in files_below(folder) if is_video(path)]
    if not videos:
        raise ValueError(f"{folder}: holds no video; files must end in {', '.join(VIDEO_SUFFIXES)}")
    return videos


def files_below(folder: str | Path) -> list[Path]:
    """Return all files below ``folder``, sorted, without hidden ones such as macOS's ``._NAME`` beside ``NAME``.

    Raises:
        ValueError: no such folder.
    """
    if not Path(folder).is_dir():
        raise ValueError(f'{folder}: no such directory; give the folder that holds the videos')
    return [path for path in sorted(Path(folder).rglob('*')) if not path.name.startswith('.') and path.is_file()]


def is_video(path: Path) -> bool:
    """Whether a file's ending is that of a video."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def sequence_stem(video: Path) -> str:
    """Return the file name of a video without its ending and without ``_rgb``."""
    return video.stem.removesuffix('_rgb')


def by_sequence(named: Iterable[tuple[str, Path]]) -> dict[str, Path]:
    """Return pairs of a sequence and its source as a dict.

    Raises:
        ValueError: two sources of one sequence.
    """
    sources: dict[str, Path] = {}
    for name, path in named:
        if name in sources:
            raise ValueError(f'{sources[name]} and {path} are both sequence {name}; keep one of them')
        sources[name] = path
    return sources


def extract_sequence(source: FrameSource, target: Path, frame_format: FrameFormat, cut: ChooseCut | None = None) -> int:
    """Write the frames of one source, as ``write_frames`` or as a tube; ``target`` appears when it is complete.

    Args:
        source: video or JPEG files.
        target: folder to write.
        frame_format: how uncut frames are stored; with a cut, only its quality counts.
        cut: chooses the tube to store (``core.data.frames.tube_files``).

    Returns:
        the number of frames.

    Raises:
        ValueError: a file is damaged or delivers fewer frames than its header announces, or pictures differ in size.
        OSError: the frames cannot be written.
    """
    frames = _pictures(source) if isinstance(source, tuple) else _all_frames(source)
    if cut is None:
        return write_frames(frames, target, frame_format)
    first = next(frames)
    (left, top, right, bottom), tube = cut((first.shape[1], first.shape[0]), frame_format.size)
    parts = (frame[top:bottom, left:right] for frame in chain([first], frames))
    files = [[_encode(part, FrameFormat(size, frame_format.quality)) for size in tube.sizes] for part in parts]
    with _completed(target) as partial:
        write_tube(partial, tube, files)
    return len(files)


def write_frames(frames: Iterable[np.ndarray], target: Path, frame_format: FrameFormat) -> int:
    """Write RGB frames uint8 ``(H, W, 3)`` as ``target/00001.jpg, ...``; ``target`` appears when it is complete.

    Returns:
        the number of frames.

    Raises:
        OSError: the frames cannot be written.
    """
    count = 0
    with _completed(target) as partial:
        for count, frame in enumerate(frames, 1):
            (partial / FRAME_NAME.format(count)).write_bytes(_encode(frame, frame_format))
    return count


@contextmanager
def _completed(target: Path) -> Iterator[Path]:
    """A temporary folder that is renamed to ``target`` in the end, or removed after an error."""
    partial = _partial(target)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        os.replace(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _all_frames(video: Path) -> Iterator[np.ndarray]:
    """Frames of a video; raises at its end when it delivered fewer than its header announces."""
    reader, count = VideoReader(video, threads=1), 0
    for frame in reader:
        count += 1
        yield frame
    if count < max(1, reader.announced_frames):
        raise ValueError(f'{video}: truncated, {count} of {reader.announced_frames} frames could be decoded; copy '
                         'or download it again')


def _pictures(paths: tuple[Path, ...]) -> Iterator[np.ndarray]:
    """Frames of JPEG files; raises at a damaged one, and at one whose size differs from those before."""
    shape = None
    for path in paths:
        try:
            frame = decode_jpeg(np.fromfile(path, np.uint8))
        except (OSError, ValueError) as error:
            raise ValueError(f'{path}: cannot be read ({error}); copy or download it again') from error
        shape = shape or frame.shape
        if frame.shape != shape:
            raise ValueError(f'{path}: {frame.shape[1]}x{frame.shape[0]} pixels among pictures of '
                             f'{shape[1]}x{shape[0]}; all pictures of a sequence must have one size')
        yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)


def extract_sequences(sources: Mapping[str, FrameSource], out: str | Path, frame_format: FrameFormat, jobs: int,
                      cuts: Mapping[str, ChooseCut] | None = None) -> Summary:
    """Extract many sequences to ``out/<name>/``, each in one of ``jobs`` processes, those in ``cuts`` as tubes.

    Sequences that have a folder are skipped; leftovers of a killed run are removed. A damaged source does not stop the
    others.

    Raises:
        OSError: ``out`` cannot be created.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    there = {entry.name for entry in os.scandir(out)}
    for name in sources:
        if _partial(out / name).name in there:
            shutil.rmtree(_partial(out / name))
    missing = {name: source for name, source in sources.items() if name not in there}
    failures: dict[str, str] = {}
    pool = ProcessPoolExecutor(jobs, initializer=_start_worker)
    try:
        names = {pool.submit(extract_sequence, source, out / name, frame_format, (cuts or {}).get(name)): name
                 for name, source in missing.items()}
        for done in tqdm(as_completed(names), total=len(names), desc='extracting', unit='sequence',
                         disable=not names):
            error = done.exception()
            if isinstance(error, (ValueError, OSError)):
                failures[names[done]] = str(error)
            elif error is not None:
                raise error
    finally:
        pool.shutdown(cancel_futures=True)  # without it an interrupt would wait for every sequence
    return Summary(len(missing) - len(failures), len(sources) - len(missing), failures)


def _partial(target: Path) -> Path:
    return target.with_name(f'.partial-{target.name}')


def _encode(frame: np.ndarray, frame_format: FrameFormat) -> bytes:
    """JPEG file of an RGB frame ``(H, W, 3)``, resized if need be."""
    size = (frame.shape[1], frame.shape[0])
    if size != frame_format.size:
        shrinks = frame_format.size[0] < size[0] or frame_format.size[1] < size[1]
        frame = cv2.resize(frame, frame_format.size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return encode_jpeg(frame, frame_format.quality)


def _start_worker() -> None:
    cv2.setNumThreads(1)
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    """End this process with its parent: a killed run must not go on writing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
