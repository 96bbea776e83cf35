"""What more persons cost a skeleton network, with Instance Pooling and without.

    pose-action benchmark-persons [--cfg FILE] [--rounds 5] [KEY VALUE ...]

Networks with random weights test one clip of random joints on the CPU, for 2, 5 and 10 persons; by default SkeleT's for
NTU-60. All of them run in turns in one process, so that a drifting machine hits them alike. Reported are the median
seconds of a clip, its multiply-adds, and both over those of the same network with 2 persons.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

from core.cli import exit_with, run_parser
from core.config import REPOSITORY, load_config
from core.systems.build import build_model
from tools.benchmarks.turns import seconds_in_turns

CONFIG = REPOSITORY / 'exp' / 'configs' / 'skelet' / 'ntu60_xsub.yaml'
PERSONS = (2, 5, 10)
CHANNELS = 3
WARM_UP = 1


class Entrant(NamedTuple):
    """A network on a clip: what to call, and its number of persons."""

    pooling: bool
    persons: int
    run: Callable[[], object]


def prepare(files: Sequence[Path], overrides: Sequence[str]) -> list[Entrant]:
    """Build a network for every number of persons, first without, then with pooling."""
    entrants = []
    for pooling in (False, True):
        for persons in PERSONS:
            cfg = load_config(files, [*overrides, 'MODEL.NUM_PERSONS', str(persons), 'MODEL.INSTANCE_POOLING',
                                      str(pooling)])
            joints = torch.randn(1, persons, cfg.DATASET.CLIP_SIZE, cfg.DATASET.NUM_JOINTS, CHANNELS)
            entrants.append(Entrant(pooling, persons, partial(build_model(cfg).eval(), joints, torch.ones(1, persons))))
    return entrants


def count_multiply_adds(entrant: Entrant) -> float:
    """Multiply-adds of matrix products and convolutions for one clip."""
    with FlopCounterMode(display=False) as operations:
        entrant.run()
    return operations.get_total_flops() / 2


@torch.no_grad()
def main(argv: list[str] | None = None) -> None:
    """Benchmark as the command line says."""
    parser = run_parser(__doc__)
    parser.add_argument('--rounds', type=int, default=5, help='timed clips of each network, after one that does not '
                                                              'count')
    arguments = parser.parse_args(argv)
    if arguments.rounds < 1:
        raise ValueError(f'--rounds must be at least 1, found {arguments.rounds}')
    entrants = prepare(arguments.cfg or [CONFIG], arguments.overrides)
    columns = seconds_in_turns([entrant.run for entrant in entrants], arguments.rounds, WARM_UP)
    seconds = [statistics.median(column) for column in columns]
    operations = [count_multiply_adds(entrant) for entrant in entrants]
    print(f'CPU, {torch.get_num_threads()} threads, {arguments.rounds} rounds\n'
          f'{"pooling":>7} {"persons":>7} {"s per clip":>10} {"ratio":>6} {"G mult-adds":>11} {"ratio":>6}')
    for index, entrant in enumerate(entrants):
        least = index - index % len(PERSONS)
        print(f'{"yes" if entrant.pooling else "no":>7} {entrant.persons:7d} {seconds[index]:10.3f} '
              f'{seconds[index] / seconds[least]:6.2f} {operations[index] / 1e9:11.3f} '
              f'{operations[index] / operations[least]:6.2f}')


if __name__ == '__main__':
    exit_with(main)
