"""The command line that the extraction tools share."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from core.data.annotations.records import read_annotations
from core.data.frames.extraction import ChooseCut, FrameFormat, FrameSource, extract_sequences
from core.data.frames.person_tubes import ASPECT, LEVELS, MARGIN, SHORT_SIDE, person_cut, shows_someone
from core.data.frames.tube_files import Size

QUALITY, TUBE_QUALITY = 95, 90
"""JPEG qualities of frames and of tubes; tubes are read most often, and 90 takes a quarter fewer bytes and a seventh
less time."""


def add_extraction_options(parser: argparse.ArgumentParser, size: Size) -> None:
    """Add the options that all extraction tools share; a tool adds its own for the place of the sources.

    Args:
        parser: of the tool.
        size: default (width, height) of stored frames, pixels.
    """
    parser.add_argument('--out', type=Path, required=True, help='folder for the frames, one folder a sequence')
    parser.add_argument('--size', type=int, nargs=2, default=size, metavar=('WIDTH', 'HEIGHT'),
                        help=f'stored frame size in pixels (default: {size[0]} {size[1]})')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='parallel processes (default: all cores)')
    parser.add_argument('--quality', type=int,
                        help=f'JPEG quality, 1 to 100 (default: {QUALITY}, with --crop-persons {TUBE_QUALITY})')
    parser.add_argument('--names', type=Path, help='text file: extract only these sequences, one name a line')
    parser.add_argument('--crop-persons', action='store_true',
                        help='store only the part that the people of --annotations move in, cut from the source at its '
                             f'own resolution, short side at most {SHORT_SIDE} pixels, and in {len(LEVELS) - 1} '
                             'smaller sizes, in one file a sequence; --size stays the size that coordinates count in')
    parser.add_argument('--annotations', type=Path, metavar='FILE.pkl', help='2D poses, for --crop-persons')
    parser.add_argument('--margin', type=float, default=MARGIN,
                        help=f"with --crop-persons: kept around a person's box, share of its sides (default: {MARGIN}, "
                             'enough for the default augmentation)')
    parser.add_argument('--aspect', type=float, default=ASPECT,
                        help='with --crop-persons: height / width of the crops to be made (default: '
                             f'{ASPECT:.3f}, as of 96x160)')


def parse_checked(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse a command line.

    Raises:
        ValueError: an option is out of range, or ``--crop-persons`` and ``--annotations`` are not given together.
    """
    arguments = parser.parse_args(argv)
    if arguments.quality is None:
        arguments.quality = TUBE_QUALITY if arguments.crop_persons else QUALITY
    if min(arguments.size) < 1 or arguments.jobs < 1 or not 1 <= arguments.quality <= 100:
        raise ValueError('--size and --jobs must be at least 1 and --quality between 1 and 100')
    if arguments.margin < 0 or arguments.aspect <= 0:
        raise ValueError('--margin must be at least 0 and --aspect above 0')
    if arguments.crop_persons != (arguments.annotations is not None):
        raise ValueError('--crop-persons needs --annotations FILE.pkl, which has no other use; give both or none')
    return arguments


def extract(sources: Mapping[str, FrameSource], arguments: argparse.Namespace, missing: Iterable[str] = ()) -> int:
    """Extract as ``arguments`` say, print the result, and return the exit status: 1 if anything failed.

    Args:
        sources: by sequence name.
        arguments: of ``parse_checked``.
        missing: sentences about requested sources that do not exist; they count as failures.

    Raises:
        ValueError: ``--names`` or ``--annotations`` cannot be used.
        OSError: the folder for the frames cannot be created.
    """
    failures = list(missing)
    if arguments.names:
        listed = read_names(arguments.names)
        failures += [f'{name}: listed in {arguments.names} but there is no source of it' for name in listed
                     if name not in sources]
        sources = {name: sources[name] for name in listed if name in sources}
    cuts = _cuts(sources, arguments) if arguments.crop_persons else None
    summary = extract_sequences(sources, arguments.out, FrameFormat(tuple(arguments.size), arguments.quality),
                                arguments.jobs, cuts)
    failures += summary.failures.values()
    print(*failures, sep='\n', end='\n' if failures else '', file=sys.stderr)
    print(f'{summary.extracted} sequences extracted, {summary.present} there already, {len(failures)} failed')
    return 1 if failures else 0


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


def _cuts(sources: Mapping[str, FrameSource], arguments: argparse.Namespace) -> dict[str, ChooseCut]:
    """Tubes of all sources; says how many have nobody in them."""
    records = {record.name: record for record in read_annotations(arguments.annotations).annotations}
    empty = sum(not shows_someone(records.get(name)) for name in sources)
    if sources and empty == len(sources):
        raise ValueError(f'{arguments.annotations}: has poses for none of the {empty} sequences; give the annotation '
                         'file of these sequences')
    if empty:
        print(f'{empty} sequences without a scored joint keep the whole picture')
    return {name: partial(person_cut, records.get(name), margin=arguments.margin, aspect=arguments.aspect)
            for name in sources}
