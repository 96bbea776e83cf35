"""Compare our models, losses and data steps with recorded answers of the official implementations.

    pose-action parity VECTOR.json [VECTOR.json ...]

A vector is NAME.json with NAME.npz beside it. Prints for every output the largest absolute difference and how much of
the tolerance is used up. Exit status: 0 all within tolerance, 1 some above it, 2 a vector that cannot be answered.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from core.cli import exit_with, program_parser
from core.parity.families import check
from core.parity.vector import Comparison


def format_comparison(comparison: Comparison) -> str:
    """One line of the report."""
    verdict = 'ok' if comparison.passed else comparison.remark or 'TOO LARGE'
    return f'  {comparison.name:<60} {comparison.difference:10.3e}  {comparison.used:8.1%} of the tolerance  {verdict}'


def main(argv: Sequence[str] | None = None) -> int:
    """Check the vectors named on the command line and return the exit status."""
    parser = program_parser(__doc__)
    parser.add_argument('vectors', nargs='+', type=Path, metavar='VECTOR.json')
    status = 0
    for path in parser.parse_args(argv).vectors:
        try:
            comparisons = check(path)
        except ValueError as error:
            print(f'error: {error}', file=sys.stderr)
            status = 2
            continue
        failed = sum(not comparison.passed for comparison in comparisons)
        print(f'{path.stem}: {len(comparisons) - failed} of {len(comparisons)} outputs agree')
        print('\n'.join(map(format_comparison, comparisons)))
        status = max(status, int(failed > 0))
    return status


if __name__ == '__main__':
    exit_with(main)
