"""Convert annotations of another format to the one pickle, or only check them.

    pose-action import --from kinetics --in k400_hrnet.pkl --out data/k400.pkl
    pose-action import --from wholebody --in poses133.pkl --out data/ntu60_expressive-keypoints.pkl
    pose-action import --from pyskl --in data/ntu60_hrnet.pkl --check --images data/images

Prints a summary with a histogram of lengths. Nothing is written when a record is wrong; doubts (joints outside the
image, missing frames) are only reported.
Exit status: 0 fine, 1 wrong records (named on stderr), 2 bad arguments or a source that cannot be read.
"""

from __future__ import annotations

import argparse
import inspect
import pickle
import sys
from pathlib import Path

from core.cli import exit_with, program_parser
from core.data.annotations.sources.checks import NAMED, Report, check_content, describe_annotations
from core.data.annotations.sources.registry import SOURCES
from core.files import write_atomic

_OPTIONS = {'layout': '--layout', 'dimensions': '--dimensions', 'image_size': '--image-size',
            'squeeze': '--keep-frame-numbers'}


def main(argv: list[str] | None = None) -> int:
    """Convert or check as the command line says and return the exit status."""
    arguments = _parser().parse_args(argv)
    if arguments.check == (arguments.out is not None):
        raise ValueError('give either --out FILE.pkl, to write the annotations, or --check')
    if arguments.out is not None and arguments.out.suffix != '.pkl':
        raise ValueError(f'--out {arguments.out}: annotations are written as a pickle; end the name in .pkl')
    if arguments.num_classes is not None and arguments.num_classes < 1:
        raise ValueError(f'--num-classes must be at least 1, found {arguments.num_classes}')
    content = SOURCES[arguments.kind](arguments.path, **_options(arguments))
    report = check_content(content, num_classes=arguments.num_classes, images=arguments.images)
    _print_findings(arguments.path, report)
    if report.facts:
        print(describe_annotations(report.facts, content['split'], content.get('class_names', ())))
    if report.errors:
        return 1
    if arguments.out is not None:
        print(f'written to {write_atomic(arguments.out, pickle.dumps(content, protocol=4))}')
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = program_parser(__doc__)
    parser.add_argument('--from', dest='kind', required=True, choices=SOURCES, help='kind of the source')
    parser.add_argument('--in', dest='path', type=Path, required=True, help='file or folder of the source')
    parser.add_argument('--out', type=Path, help='pickle to write')
    parser.add_argument('--check', action='store_true', help='write nothing')
    parser.add_argument('--num-classes', type=int, help='labels must be below it (default: number of class names)')
    parser.add_argument('--images', type=Path, help='folder of frame folders, to look for frames that are missing')
    parser.add_argument('--layout', help='joints to make of ntu_skeleton: ntu25 (default) or coco17')
    parser.add_argument('--dimensions', type=int, help='of ntu_skeleton: 2, pixels (default), or 3, meters')
    parser.add_argument('--image-size', type=int, nargs=2, metavar=('WIDTH', 'HEIGHT'),
                        help='picture of mpose, in pixels; needed where coordinates are parts of it')
    parser.add_argument('--keep-frame-numbers', dest='squeeze', action='store_const', const=False,
                        help='of kinetics: keep frames without people, to use the poses with video frames')
    return parser


def _options(arguments: argparse.Namespace) -> dict:
    """Options of the reader that were given.

    Raises:
        ValueError: one that this kind of source does not have.
    """
    given = {name: getattr(arguments, name) for name in _OPTIONS if getattr(arguments, name) is not None}
    for name in given.keys() - inspect.signature(SOURCES[arguments.kind]).parameters.keys():
        raise ValueError(f'{_OPTIONS[name]} does not apply to --from {arguments.kind}; leave it out')
    if 'image_size' in given:
        given['image_size'] = tuple(given['image_size'])
        if min(given['image_size']) < 1:
            raise ValueError('--image-size must be a width and a height of at least 1 pixel')
    return given


def _print_findings(path: Path, report: Report) -> None:
    more = [f'{len(report.errors) - NAMED} more errors'] if len(report.errors) > NAMED else []
    for kind, sentences in (('error', report.errors[:NAMED] + more), ('warning', report.warnings)):
        for sentence in sentences:
            print(f'{kind}: {path}: {sentence}', file=sys.stderr)


if __name__ == '__main__':
    exit_with(main)
