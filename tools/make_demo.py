"""Write the demo set: rendered videos of acting people with exact 2D poses, in NTU RGB+D's names and PYSKL's format.

    pose-action demo --out data/demo
    pose-action demo --out data/demo_pairs --set interactions --repetitions 4
"""

from __future__ import annotations

import os
from pathlib import Path

from core.cli import exit_with, program_parser
from core.rendering.demo_set import SETS, DemoOptions, write_demo


def main(argv: list[str] | None = None) -> int:
    """Run the program; a complete set with the same options is left alone."""
    parser = program_parser(__doc__)
    parser.add_argument('--out', type=Path, required=True, help='folder of the set')
    parser.add_argument('--set', choices=SETS, default='demo',
                        help='the 12 classes of the demo, or 3 that take both persons to be told apart')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--subjects', type=int, default=8, help='subjects 1..n act')
    parser.add_argument('--repetitions', type=int, default=2, help='of every class by every subject')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='processes')
    parser.add_argument('--force', action='store_true', help='render everything again')
    args = parser.parse_args(argv)
    options = DemoOptions(args.seed, args.subjects, args.repetitions, SETS[args.set])
    if not write_demo(args.out, options, max(args.jobs, 1), args.force):
        print(f'{args.out} is complete; --force renders it again')
    return 0


if __name__ == '__main__':
    exit_with(main)
