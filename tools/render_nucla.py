"""Draw N-UCLA's recorded skeletons as dressed people in rooms: frames and exact COCO-17 keypoints.

    pose-action render-nucla --skeletons FILE.npz|JSON_FOLDER --out data/nucla_rendered
"""

from __future__ import annotations

import os
from pathlib import Path

from core.cli import exit_with, program_parser
from core.data.annotations.nucla import read_nucla_sequences
from core.files import save_image
from core.rendering.contact_sheet import contact_sheet
from core.rendering.nucla_set import write_nucla


def main(argv: list[str] | None = None) -> None:
    """Render as the command line says; an interrupted run continues where it stopped."""
    parser = program_parser(__doc__)
    parser.add_argument('--skeletons', type=Path, required=True, help="skeletons: .npz, or folder of CTR-GCN's JSON")
    parser.add_argument('--out', type=Path, required=True, help='folder of the set')
    parser.add_argument('--seed', type=int, default=0, help='of looks and rooms')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='processes (default: all cores)')
    parser.add_argument('--sheet', type=Path, help='also draw every action from every view into this picture')
    arguments = parser.parse_args(argv)
    sequences = read_nucla_sequences(arguments.skeletons)
    if arguments.sheet:
        save_image(arguments.sheet, contact_sheet(sequences, arguments.seed))
    write_nucla(sequences, arguments.out, arguments.seed, max(arguments.jobs, 1))
    print(f'{arguments.out}: {len(sequences)} sequences, {sum(len(sequence.joints) for sequence in sequences)} frames')


if __name__ == '__main__':
    exit_with(main)
