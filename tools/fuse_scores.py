"""Fuse the tested scores of several models by their weighted sum, and print how accurate each and the fusion are.

    pose-action fuse A/scores.npz B/scores.npz ... [--weights 1 1] [--out FUSED.npz]

exp/test.py writes scores.npz into the folder of a run. The files must hold the same clips, in any order.
"""

from __future__ import annotations

from pathlib import Path

from core.cli import exit_with, program_parser
from core.engine.evaluation.results import read_scores, write_scores
from core.metrics.classification import evaluate_classification
from core.metrics.score_fusion import ClipScores, fuse_scores


def format_accuracy(part: ClipScores) -> str:
    """One line of the report."""
    metrics = evaluate_classification(part.scores, part.labels)
    return f'{metrics.top1:8.2f} {metrics.top5:8.2f} {metrics.mean_class_accuracy:14.2f}  {part.source}'


def main(argv: list[str] | None = None) -> None:
    """Fuse as the command line says."""
    parser = program_parser(__doc__)
    parser.add_argument('files', nargs='+', type=Path, metavar='SCORES.npz')
    parser.add_argument('--weights', nargs='+', type=float, metavar='W', help='one per file (default: all 1)')
    parser.add_argument('--out', type=Path, help='file for the fused scores, in the same format')
    arguments = parser.parse_args(argv)
    parts = [read_scores(file) for file in arguments.files]
    fused = fuse_scores(parts, arguments.weights)
    print(f'{"top1 (%)":>8s} {"top5 (%)":>8s} {"class mean (%)":>14s}')
    print(*map(format_accuracy, (*parts, fused)), sep='\n')
    if arguments.out:
        write_scores(arguments.out, fused)


if __name__ == '__main__':
    exit_with(main)
