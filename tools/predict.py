"""Label the people of your own videos: ``pose-action predict --checkpoint output/RUN/best.pth --video FILE|DIR``.

People are found and tracked, and what each of them does is recognized in a window that slides over the video. Written
to --out are, for every video, an overlay to look at (``<name>_overlay.mp4``: skeleton, track, label, confidence),
``<name>.json`` and ``<name>.csv`` (a line for every run of frames with the same label). The checkpoint is of a system
that reads crops of people (MODEL.NAME joint) or COCO's 17 joints; a file ``.onnx`` of ``pose-action export`` (part
joint) will do, too.
``--video 0`` watches the camera of that number (MODEL.NAME joint): labels are shown and printed as they come, q or
Ctrl-C ends; ``--live`` reads a file in that way.
``--annotations FILE.pkl`` instead of --video takes people from what ``pose-action annotate`` wrote, and where the
system reads pixels, frames from ``images/`` beside it; any system will do. Classes in it are not used, every video is
looked at as in testing (TEST.NUM_CLIPS, TEST.FLIP), printed are its best classes.
Exit status: 0 all labeled, 1 some videos of a folder are damaged or show nobody (named on stderr), 2 bad input.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.cli import exit_with, program_parser
from core.config.systems import SYSTEMS
from core.data.annotations.records import read_annotations
from core.data.annotations.skeletons import read_skeletons
from core.data.build import DATASETS
from core.data.clips.loader import build_loader
from core.data.frames.extraction import VIDEO_SUFFIXES, by_sequence, files_below, is_video
from core.data.frames.frame_folder import FrameFolder
from core.data.frames.video import write_video
from core.engine.evaluation.build import build_evaluation
from core.engine.evaluation.predict import predict
from core.engine.runtime import start_runtime, wrap_model
from core.inference.footage import Footage
from core.inference.live import load_live
from core.inference.loading import load_recognizer
from core.inference.overlay import overlay
from core.inference.recognizers import load_clip_recognizer
from core.inference.result_files import write_csv, write_json
from core.inference.video_actions import VideoActions, recognize_video
from core.inference.watch import open_source, watch
from core.people.estimators import POSES, build_estimator

DEFAULT_OUT = Path('output/predictions')
DEFAULT_WINDOW = 4.0
"""Seconds: an action of NTU RGB+D lasts about three."""


def predict_videos(checkpoint: Path, annotations: Path) -> tuple[list[str], np.ndarray, list[str]]:
    """Return the names (N) of the videos of an annotation file, their class probabilities (N, K), and K class names.

    Raises:
        ValueError: the checkpoint has no model that knows actions, or a file cannot be read.
    """
    model, cfg, class_names = load_recognizer(checkpoint)
    cfg.DATASET.BOX_SOURCE = 'annotation'       # found in these videos, there is nothing to hide
    runtime, reads, num_clips = start_runtime(cfg.GPUS), SYSTEMS[cfg.MODEL.NAME].clips, cfg.TEST.NUM_CLIPS
    read, frames = (read_skeletons, None) if reads == 'keypoints' else (read_annotations,
                                                                        FrameFolder(annotations.parent))
    records = read(annotations, cfg.DATASET.NUM_JOINTS).annotations
    clips = build_loader(DATASETS[reads](cfg, records, frames, False, num_clips=num_clips),
                         max(1, cfg.TEST.BATCH_PER_GPU // num_clips))
    found = predict(wrap_model(model, runtime), clips, runtime, build_evaluation(cfg))
    return [record.name for record in records], found.probabilities, list(class_names)


def find_videos(source: Path) -> dict[str, Path]:
    """Map names to the videos of a folder, with its subfolders, or to the one file; ``/`` in names becomes ``_``.

    Raises:
        ValueError: there is no video, or two would have the same name.
    """
    if source.is_file():
        return {source.stem: source}
    videos = by_sequence(('_'.join(path.relative_to(source).with_suffix('').parts), path)
                         for path in files_below(source) if is_video(path))
    if not videos:
        raise ValueError(f"{source}: holds no video; files must end in {', '.join(VIDEO_SUFFIXES)}")
    return videos


def write_records(out: Path, name: str, actions: VideoActions, class_names: Sequence[str]) -> None:
    """Write what the people of a video do to ``<name>.json`` and ``<name>.csv`` in the folder ``out``, and print it."""
    write_json(out / f'{name}.json', name, actions, class_names)
    write_csv(out / f'{name}.csv', name, actions, class_names)
    for timeline in actions.timelines:
        for first, last, label, probabilities in timeline.segments:
            start, end = actions.edges[first], actions.edges[last + 1]
            print(f'{name}  #{timeline.person.number}  {start:.1f} to {end:.1f} s  {class_names[label]} '
                  f'{probabilities[label]:.0%}')


def main(argv: list[str] | None = None) -> int:
    """Predict as the command line says and return the exit status."""
    arguments = _parse_arguments(argv)
    if arguments.annotations:
        return _print_annotated(arguments)
    if arguments.window <= 0:
        raise ValueError(f'--window {arguments.window} must be more than 0 seconds')
    camera = arguments.video.name.isdigit() and not arguments.video.exists()
    if camera or arguments.live:
        return _go_live(arguments, int(arguments.video.name) if camera else arguments.video)
    return _label_files(arguments)


def _print_annotated(arguments: argparse.Namespace) -> int:
    names, probabilities, classes = predict_videos(arguments.checkpoint, arguments.annotations)
    for name, row in zip(names, probabilities, strict=True):
        best = np.argsort(-row)[:max(1, arguments.top)]
        print(f'{name}: ' + ', '.join(f'{classes[label]} {row[label]:.1%}' for label in best))
    return 0


def _label_files(arguments: argparse.Namespace) -> int:
    """Label the videos one after the other; a damaged one does not stop the others."""
    videos, recognizer = find_videos(arguments.video), load_clip_recognizer(arguments.checkpoint)
    estimator, failures, out = build_estimator(arguments.annotator, arguments.checkpoint), [], arguments.out
    out.mkdir(parents=True, exist_ok=True)
    for name, path in videos.items():
        try:
            actions = recognize_video(path, recognizer, estimator, arguments.window)
            drawn = overlay(Footage(path), actions, recognizer.class_names)
            write_video(out / f'{name}_overlay.mp4', drawn, actions.rate)
            write_records(out, name, actions, recognizer.class_names)
        except (ValueError, OSError) as error:
            failures.append(str(error))
    if len(videos) == len(failures) == 1:
        raise ValueError(failures[0])
    print(*failures, sep='\n', end='\n' if failures else '', file=sys.stderr)
    print(f'{len(videos) - len(failures)} of {len(videos)} videos labeled; look at the overlays in {out}')
    return 1 if failures else 0


def _go_live(arguments: argparse.Namespace, video: Path | int) -> int:
    """Label a camera, or a file as if it were one."""
    source, name = open_source(video), f'camera_{video}' if isinstance(video, int) else video.stem
    live = load_live(arguments.checkpoint, build_estimator(arguments.annotator, arguments.checkpoint),
                     arguments.window, source.rate)
    arguments.out.mkdir(parents=True, exist_ok=True)
    watch(source, live, arguments.out / f'{name}_overlay.mp4')
    write_records(arguments.out, name, live.actions(name), live.recognizer.class_names)
    return 0


def _parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = program_parser(__doc__)
    parser.add_argument('--checkpoint', type=Path, required=True,
                        help='best.pth or last.pth of a run of exp/train.py, or for --video an exported .onnx')
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument('--video', type=Path, metavar='FILE|DIR|CAMERA', help='video, folder of videos, or camera id')
    source.add_argument('--annotations', type=Path, help='poses of the videos, beside images/ where it needs those')
    parser.add_argument('--out', type=Path, default=DEFAULT_OUT, help='folder to write (default: %(default)s)')
    parser.add_argument('--annotator', choices=POSES, default=POSES[0],
                        help='who finds people (default: %(default)s; checkpoint: the network of --checkpoint)')
    parser.add_argument('--window', type=float, default=DEFAULT_WINDOW, metavar='SECONDS',
                        help='length of the sliding window, best that of the training clips; whoever is seen for no '
                             'longer is one clip (default: %(default)s)')
    parser.add_argument('--live', action='store_true', help='read a file frame by frame, as from a camera')
    parser.add_argument('--top', type=int, default=3, help='with --annotations: classes to print (default: 3)')
    return parser.parse_args(argv)


if __name__ == '__main__':
    exit_with(main)
