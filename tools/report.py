"""A run on one page: ``pose-action report RUN_DIR`` writes ``RUN_DIR/report.html``, which opens from disk.

It shows figures, best and worst clips, confusions, implicit poses, attention, curves and the setting, as far as the run
has them; ``exp/test.py`` makes what it shows of the test. Runs of systems that read keypoints have no pictures. Of a
joint model ``best.pth`` is run once more, on the clips that are shown.
"""

from __future__ import annotations

from pathlib import Path

from core.cli import exit_with, program_parser
from core.report.page import write_report
from core.report.run import read_run


def main(argv: list[str] | None = None) -> None:
    """Write the page as the command line says and print its path."""
    parser = program_parser(__doc__)
    parser.add_argument('run_dir', type=Path, metavar='RUN_DIR', help='folder of a run, OUTPUT_DIR/NAME')
    parser.add_argument('--out', type=Path, metavar='FILE', help='page to write (default: RUN_DIR/report.html)')
    parser.add_argument('--clips', type=int, default=3, metavar='N', help='best clips, and worst clips (default: 3)')
    arguments = parser.parse_args(argv)
    if arguments.clips < 0:
        parser.error(f'--clips {arguments.clips} must be 0 or more')
    file = arguments.out or arguments.run_dir / 'report.html'
    print(f'report: {write_report(read_run(arguments.run_dir), file, arguments.clips)}')


if __name__ == '__main__':
    exit_with(main)
