"""Extract videos to JPEG frames: ``pose-action extract-ntu --videos DIR --out DATA_DIR/images``.

``<SEQ>_rgb.avi`` becomes ``OUT/<SEQ>/00001.jpg, ...``; DIR may hold NTU's folders of one setup each, and NTU-120's.
With ``--crop-persons --annotations FILE.pkl`` only the part of the picture where people are is stored, in
``OUT/<SEQ>/tube.bin`` (``core/data/frames/tube_files.py``).
Start it again to resume: finished sequences are left alone, whatever their frame size.
Exit status: 0 all extracted, 1 some videos are damaged or missing (named on stderr), 2 bad arguments.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from core.cli import exit_with, program_parser
from core.data.annotations.ntu import parse_ntu_name
from core.data.frames.extraction import videos_by_sequence
from core.data.frames.extraction_cli import add_extraction_options, extract, parse_checked


def main(argv: list[str] | None = None) -> int:
    """Extract as the command line says and return the exit status."""
    parser = program_parser(__doc__)
    add_extraction_options(parser, (960, 540))
    parser.add_argument('--videos', type=Path, required=True, help='folder with the videos, searched with subfolders')
    parser.add_argument('--setups', type=setup_numbers, nargs='+', metavar='N|N-N',
                        help='only videos of these setups, such as 18 19 20-32 (default: all)')
    arguments = parse_checked(parser, argv)
    videos, missing = videos_by_sequence(arguments.videos), []
    if arguments.setups:
        setups = {name: parse_ntu_name(name).setup for name in videos}
        wanted = set().union(*arguments.setups)
        missing = [f'{arguments.videos}: no video of setup {setup}' for setup in sorted(wanted - set(setups.values()))]
        videos = {name: video for name, video in videos.items() if setups[name] in wanted}
    return extract(videos, arguments, missing)


def setup_numbers(text: str) -> range:
    """Return the setups that ``18`` or ``20-32`` stands for, the last one included.

    Raises:
        argparse.ArgumentTypeError: neither a number nor a range.
    """
    match = re.fullmatch(r'(\d+)(?:-(\d+))?', text)
    setups = range(int(match[1]), int(match[2] or match[1]) + 1) if match else ()
    if not setups:
        raise argparse.ArgumentTypeError(f"'{text}' is neither a setup such as 18 nor a range such as 20-32")
    return setups


if __name__ == '__main__':
    exit_with(main)
