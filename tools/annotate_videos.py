"""Annotate your own videos: ``pose-action annotate --videos DIR --out data/custom/annotations.pkl``.

Finds and tracks people and writes, beside the annotation file, all frames (``images/``) and for every video a picture
of what was found (``people/<name>.jpg``): look at those. A video's class is the folder it lies in, or what a CSV file
with columns video,label[,split] says; files with NTU names keep their names and classes. Then train on it:
``python exp/train.py --cfg exp/configs/custom.yaml``.
Start it again to resume: finished videos are left alone unless they were annotated by another method.
Exit status: 0 all annotated, 1 some videos are damaged or show nobody (named on stderr), 2 bad arguments.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from pathlib import Path

from core.annotate.entries import labeled_content
from core.annotate.labels import Labels, label_videos
from core.annotate.videos import AnnotationSettings, AnnotationSummary, annotate_videos
from core.cli import exit_with, program_parser
from core.files import write_atomic
from core.people.estimators import POSES

POOR_COVERAGE = 0.7


def _parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = program_parser(__doc__)
    parser.add_argument('--videos', type=Path, required=True, help='folder with the videos, or one video')
    parser.add_argument('--out', type=Path, required=True, help='annotation file to write, ending in .pkl')
    parser.add_argument('--labels', type=Path, help='CSV file: video,label[,split]; only listed videos are annotated')
    parser.add_argument('--test', metavar='PATTERN', help="file names of the test side, such as 's04*'")
    parser.add_argument('--pose', choices=POSES, default=POSES[0], help='who finds the joints (default: %(default)s)')
    parser.add_argument('--checkpoint', type=Path, help='for --pose checkpoint: file written by exp/train.py')
    parser.add_argument('--persons', type=int, default=2, help='most people of a video (default: %(default)s)')
    parser.add_argument('--size', type=int, nargs=2, metavar=('WIDTH', 'HEIGHT'),
                        help="stored frame size in pixels (default: the video's, at most 960 on the longer side)")
    parser.add_argument('--jobs', type=int, default=1, help='parallel processes (default: %(default)s)')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Annotate as the command line says and return the exit status."""
    arguments = _parse_arguments(argv)
    if min(arguments.persons, arguments.jobs, *(arguments.size or ())) < 1:
        raise ValueError('--persons, --size and --jobs must be at least 1')
    if arguments.out.suffix != '.pkl' or (arguments.pose == 'checkpoint') != (arguments.checkpoint is not None):
        raise ValueError('--out must end in .pkl, and --pose checkpoint and --checkpoint FILE belong together')
    labels = label_videos(arguments.videos, arguments.labels, arguments.test)
    settings = AnnotationSettings(arguments.out.parent, arguments.pose, arguments.checkpoint, arguments.persons,
                                  tuple(arguments.size) if arguments.size else None)
    summary = annotate_videos(labels.videos, settings, arguments.jobs)
    print(*summary.failures.values(), sep='\n', end='\n' if summary.failures else '', file=sys.stderr)
    present = len(summary.found) - summary.annotated
    print(f'{summary.annotated} videos annotated, {present} there already, {len(summary.failures)} failed')
    if summary.found:
        write_atomic(arguments.out, pickle.dumps(labeled_content(labels, summary.found), protocol=4))
        _report(labels, summary, arguments.out)
    return 1 if summary.failures else 0


def _report(labels: Labels, summary: AnnotationSummary, file: Path) -> None:
    """Say how much was seen, who is on which side, and what the configuration needs to know."""
    coverage = {name: people.coverage for name, people in summary.found.items()}
    print(f'somebody is seen in {sum(coverage.values()) / len(coverage):.1%} of the frames; look at the pictures in '
          f"{file.parent / 'people'}")
    poor = [f'{name} ({share:.0%})' for name, share in coverage.items() if share < POOR_COVERAGE]
    if poor:
        print(f"rarely seen: {', '.join(poor)}")
    if labels.left_out:
        print(f'{labels.left_out} videos are not in the list of labels and were left out')
    if set(labels.split) == {'train'}:
        print("every video is in the list 'train'; name those to test on with --test or a column split")
    if labels.class_names:
        print(f'now train: python exp/train.py --cfg exp/configs/custom.yaml DATA_DIR {file.parent.resolve()} '
              f'ANNOTATIONS {file.name} NUM_ACTION {len(labels.class_names)}')


if __name__ == '__main__':
    exit_with(main)
