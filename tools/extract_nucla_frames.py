"""Extract Northwestern-UCLA: ``pose-action extract-nucla --release DIR --out DATA_DIR/images``.

DIR holds the released folders of pictures (``view_1/a01_s01_e00``) or videos (``a01/v01_s01_e00.avi``); each sequence
becomes ``OUT/a01_s01_e00_v01/00001.jpg, ...``.
With ``--crop-persons --annotations FILE.pkl`` only the part of the picture where people are is stored, in
``OUT/a01_s01_e00_v01/tube.bin`` (``core/data/frames/tube_files.py``).
Start it again to resume: finished sequences are left alone, whatever their frame size.
Exit status: 0 all extracted, 1 some sources are damaged or missing (named on stderr), 2 bad arguments.
"""

from __future__ import annotations

from pathlib import Path

from core.cli import exit_with, program_parser
from core.data.frames.extraction_cli import add_extraction_options, extract, parse_checked
from core.data.frames.nucla_release import find_nucla


def main(argv: list[str] | None = None) -> int:
    """Extract as the command line says and return the exit status."""
    parser = program_parser(__doc__)
    add_extraction_options(parser, (640, 480))
    parser.add_argument('--release', type=Path, required=True, help='folder of the release, searched with subfolders')
    arguments = parse_checked(parser, argv)
    found = find_nucla(arguments.release)
    if found.left_out:
        print(f'{found.left_out} sequences left out: of none of the ten actions (7 and 10 are not among them)')
    return extract(found.sequences, arguments)


if __name__ == '__main__':
    exit_with(main)
