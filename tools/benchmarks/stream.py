"""Time a stream of frames against whole clips: what one new frame costs, with an answer every frame or every fourth.

    pose-action benchmark-stream [--cfg FILE] [--rounds 20] [--threads 1] [KEY VALUE ...]

Without ``--cfg`` the model is that of the defaults, on 32 frames of 96x160 pixels; weights and pixels are random. Clip
and stream run in turns in one process, first as plain PyTorch, then both as recorded graphs (``TracedModel``), so that
every ratio compares like with like. Reported are milliseconds per new frame (median and 95th percentile), frames per
second, and the clip's median over this one.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from yacs.config import CfgNode

from core.cli import exit_with, program_parser
from core.config import load_config
from core.config.systems import require
from core.inference.stream import FrameStream, TracedModel
from core.models.joint import JointModel
from core.systems.build import build_model
from tools.benchmarks.turns import seconds_in_turns

ANSWER_EVERY = 4
WARM_UP = 3


class Footage(NamedTuple):
    """What a model reads of one clip: crops ``(1, M, T, H, W, 3)``, person mask, affine maps, image size."""

    frames: Tensor
    person_mask: Tensor
    crop_to_image: Tensor
    image_size: Tensor

    def frame(self, time_: int) -> tuple[Tensor, ...]:
        """Return frame ``time_`` of it as ``FrameStream.push`` takes it."""
        return self.frames[:, :, time_], self.person_mask, self.crop_to_image[:, :, time_], self.image_size


class Contender(NamedTuple):
    """Something to be timed.

    Attributes:
        name: of the line in the report.
        run: what is timed.
        frames: new frames that one run takes in.
    """

    name: str
    run: Callable[[], object]
    frames: int


def random_footage(cfg: CfgNode) -> Footage:
    """Return random crops of the configured persons, frames and size."""
    persons, frames, (width, height) = cfg.MODEL.NUM_PERSONS, cfg.DATASET.CLIP_SIZE, cfg.MODEL.IMAGE_SIZE
    crops = torch.randint(0, 256, (1, persons, frames, height, width, 3), dtype=torch.uint8)
    affine = torch.tensor([[2.0, 0, 10], [0, 2, 20]]).expand(1, persons, frames, 2, 3)
    return Footage(crops, torch.ones(1, persons), affine, torch.tensor([[480.0, 270.0]]))


def contenders(model: JointModel | TracedModel, footage: Footage) -> list[Contender]:
    """Return the clip, which comes first, and the ways to use a stream that is full already."""
    clip_size = footage.frames.shape[2]
    stream = FrameStream(model, clip_size)
    for time_ in range(clip_size):
        stream.push(*footage.frame(time_))

    def push(count: int) -> None:
        for time_ in range(count):
            stream.push(*footage.frame(time_ % clip_size))

    def push_and_answer(count: int) -> Tensor:
        push(count)
        return stream.answer()

    return [Contender('whole clip for each frame', torch.inference_mode()(lambda: model(*footage)), 1),
            Contender('stream, answer every frame', lambda: push_and_answer(1), 1),
            Contender(f'stream, answer every {ANSWER_EVERY}th', lambda: push_and_answer(ANSWER_EVERY), ANSWER_EVERY),
            Contender('  a frame without answer', lambda: push(1), 1),
            Contender('  an answer without frame', stream.answer, 1)]


def frame_times(entrants: list[Contender], rounds: int) -> list[list[float]]:
    """Run everything in turns and return the milliseconds per frame of each round, for every contender."""
    columns = seconds_in_turns([entrant.run for entrant in entrants], rounds, WARM_UP)
    return [[1000 * seconds / entrant.frames for seconds in column]
            for entrant, column in zip(entrants, columns, strict=True)]


def report(title: str, entrants: list[Contender], columns: list[list[float]]) -> None:
    """Print a table; the first contender is what the others are compared with."""
    print(f'{title:28s}  median ms   p95 ms  frames/s  ratio')
    whole = statistics.median(columns[0])
    for entrant, column in zip(entrants, columns, strict=True):
        median, high = statistics.median(column), sorted(column)[round(0.95 * (len(column) - 1))]
        print(f'{entrant.name:28s}  {median:9.2f}  {high:7.2f}  {1000 / median:8.1f}  1/{whole / median:.1f}')


def main(argv: list[str] | None = None) -> None:
    """Benchmark as the command line says."""
    parser = program_parser(__doc__)
    parser.add_argument('--cfg', type=Path, help='YAML file of the experiment (default: no file)')
    parser.add_argument('--rounds', type=int, default=20, help='timed runs of each, after three to warm up')
    parser.add_argument('--threads', type=int, default=1, help='threads that PyTorch may use')
    parser.add_argument('overrides', nargs='*', metavar='KEY VALUE', help='configuration overrides')
    arguments = parser.parse_args(argv)
    if min(arguments.rounds, arguments.threads) < 1:
        raise ValueError('--rounds and --threads must be at least 1')
    cfg = load_config(arguments.cfg, arguments.overrides)
    require('stream', cfg.MODEL.NAME, cfg.TRAIN.MODE, 'the configuration')
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    model, footage = build_model(cfg).eval(), random_footage(cfg)
    assert isinstance(model, JointModel)                    # the system that can stream
    lines = {'plain PyTorch': contenders(model, footage), 'recorded graphs': contenders(TracedModel(model), footage)}
    columns = frame_times([entrant for entrants in lines.values() for entrant in entrants], arguments.rounds)
    name = cfg.MODEL.SKELETON.NAME + ' with visual branch' * cfg.MODEL.MULTI_FUSE
    print(f'{cfg.BACKBONE}, {name}; {cfg.MODEL.IMAGE_SIZE} pixels, {cfg.DATASET.CLIP_SIZE} frames, '
          f'{cfg.MODEL.NUM_PERSONS} person(s); CPU, {arguments.threads} thread(s)')
    for title, entrants in lines.items():
        report(title, entrants, columns[:len(entrants)])
        columns = columns[len(entrants):]


if __name__ == '__main__':
    exit_with(main)
