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
from math import inf
from pathlib import Path

from core.cli import exit_with, program_parser
from core.inference.annotated import best_classes
from core.inference.build import load_annotated, load_clip_recognizer, load_estimator, load_stream_recognizer, opened
from core.inference.label_files import find_videos, label_files
from core.inference.live import LiveRecognizer
from core.inference.watch import label_live, open_source
from core.inference.windows import USUAL_SECONDS
from core.people.estimators import POSES

DEFAULT_OUT = Path('output/predictions')


def main(argv: list[str] | None = None) -> int:
    """Predict as the command line says and return the exit status."""
    arguments = _parse_arguments(argv)
    if arguments.annotations:
        print(*best_classes(load_annotated(arguments.checkpoint, arguments.annotations), max(1, arguments.top)),
              sep='\n')
        return 0
    if not 0 < arguments.window < inf:
        raise ValueError(f'--window {arguments.window} must be more than 0 seconds and finite')
    camera = arguments.video.name.isdigit() and not arguments.video.exists()
    if camera or arguments.live:
        return _go_live(arguments, int(arguments.video.name) if camera else arguments.video)
    return _label_files(arguments)


def _label_files(arguments: argparse.Namespace) -> int:
    videos, trained = find_videos(arguments.video), opened(arguments.checkpoint)
    recognizer, estimator = load_clip_recognizer(trained), load_estimator(arguments.annotator, trained)
    failures = label_files(videos, recognizer, estimator, arguments.window, arguments.out)
    if len(videos) == len(failures) == 1:
        raise ValueError(failures[0])
    print(*failures, sep='\n', end='\n' if failures else '', file=sys.stderr)
    print(f'{len(videos) - len(failures)} of {len(videos)} videos labeled; look at the overlays in {arguments.out}')
    return 1 if failures else 0


def _go_live(arguments: argparse.Namespace, video: Path | int) -> int:
    trained = opened(arguments.checkpoint)
    recognizer, estimator = load_stream_recognizer(trained), load_estimator(arguments.annotator, trained)
    source = open_source(video)
    label_live(source, LiveRecognizer(recognizer, estimator, arguments.window, source.rate), arguments.out)
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
    parser.add_argument('--window', type=float, default=USUAL_SECONDS, metavar='SECONDS',
                        help='length of the sliding window, best that of the training clips; whoever is seen for no '
                             'longer is one clip (default: %(default)s)')
    parser.add_argument('--live', action='store_true', help='read a file frame by frame, as from a camera')
    parser.add_argument('--top', type=int, default=3, help='with --annotations: classes to print (default: 3)')
    return parser.parse_args(argv)


if __name__ == '__main__':
    exit_with(main)
