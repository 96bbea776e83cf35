"""Merge an rgb_only and a pose_only checkpoint of IntegralAction into the one that training with rgb+pose starts from.

    pose-action merge-integralaction RGB.pth POSE.pth --out MERGED.pth
    python exp/train.py --cfg exp/configs/integralaction.yaml MODE rgb+pose PRETRAINED MERGED.pth

Either may be ours (best.pth of a run) or a released snapshot. Aggregator and classifier are left out of both.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from core.cli import exit_with, program_parser
from core.files import write_atomic
from core.models.integral.merge import merge_streams
from core.models.published_weights import read_state


def write_state(path: Path, state: Mapping[str, Tensor]) -> None:
    """Write a checkpoint, and read it again to be sure that it holds every tensor.

    Raises:
        OSError: it does not.
    """
    buffer = io.BytesIO()
    torch.save({'state_dict': dict(state)}, buffer)
    write_atomic(path, buffer.getvalue())
    written = read_state(path)
    lost = [key for key, tensor in state.items() if key not in written or not torch.equal(tensor, written[key])]
    if lost:
        raise OSError(f"'{path}' does not hold {lost[0]} as it was written; check the disk and merge again")


def main(argv: list[str] | None = None) -> None:
    """Merge as the command line says."""
    parser = program_parser(__doc__)
    parser.add_argument('rgb', type=Path, metavar='RGB.pth', help='checkpoint of rgb_only')
    parser.add_argument('pose', type=Path, metavar='POSE.pth', help='checkpoint of pose_only')
    parser.add_argument('--out', type=Path, required=True, metavar='MERGED.pth', help='checkpoint to write')
    arguments = parser.parse_args(argv)
    merged = merge_streams(read_state(arguments.rgb), read_state(arguments.pose))
    write_state(arguments.out, merged.state)
    print(f'{merged.report()}\n{arguments.out}: all {len(merged.state)} tensors are there')


if __name__ == '__main__':
    exit_with(main)
