"""Write tested scores as the result file of IntegralAction: ``{"<image id>": [probability of each class]}``.

    pose-action write-result --scores output/RUN/scores.npz --images data/kinetics50/Kinetics50_val.json \\
        --out kinetics_result.json

exp/test.py writes scores.npz into the folder of a run. The JSON file lists the videos; its poses must lie beside it as
for ``pose-action import``, because Kinetics' list of skeletons says which videos take part.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from core.cli import exit_with, program_parser
from core.data.annotations.sources.checks import NAMED
from core.data.annotations.sources.coco import read_image_names
from core.engine.evaluation.results import read_scores
from core.files import write_atomic


def result_of(scores: Path, images: Path) -> dict[str, list[float]]:
    """Return image id → class probabilities of the videos that ``images`` lists; other scores are left out.

    Raises:
        ValueError: an unreadable file, or listed videos without a score (named).
    """
    tested, names = read_scores(scores), read_image_names(images)
    rows = {name: row for row, name in enumerate(tested.names.tolist())}
    missing = [name for name in names.values() if name not in rows]
    if missing:
        more = ', ...' if len(missing) > NAMED else ''
        raise ValueError(f"score file '{scores}' lacks {len(missing)} of the {len(names)} videos in {images} "
                         f"({', '.join(missing[:NAMED])}{more}); test on the side that it lists, with all its frames")
    return {str(image): tested.scores[rows[name]].astype(np.float64).tolist() for image, name in names.items()}


def main(argv: list[str] | None = None) -> None:
    """Write as the command line says."""
    parser = program_parser(__doc__)
    parser.add_argument('--scores', type=Path, required=True, metavar='SCORES.npz', help='of the tested run')
    parser.add_argument('--images', type=Path, required=True, metavar='LIST.json', help='COCO-style list of the videos')
    parser.add_argument('--out', type=Path, required=True, metavar='RESULT.json', help='file to write')
    arguments = parser.parse_args(argv)
    result = result_of(arguments.scores, arguments.images)
    print(f'{len(result)} videos written to {write_atomic(arguments.out, json.dumps(result).encode())}')


if __name__ == '__main__':
    exit_with(main)
