"""Time a training step part by part, on the same clips: the published arithmetic, then what this project adds to it.

    pose-action benchmark-step [--cfg FILE] [--steps 5] [KEY VALUE ...]

All variants run on the same batches in turns (A B C A B C ...), so that a drifting machine hits them alike. Reported
are medians: seconds per clip, shares of loader, forward, backward and optimizer, and the ratio to the variant before.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import torch
from torch.utils.data import DataLoader

from core.cli import chosen_config, exit_with, run_parser
from core.config import load_config
from core.config.systems import require
from core.data.build import build_data
from core.data.clips.base import Batch
from core.engine.runtime import Runtime, autocast, describe, start_runtime, to_device
from core.engine.training.build import build_trainer
from core.engine.training.loop import Trainer

PARTS = ('loader', 'forward', 'backward', 'optimizer')
SIZES = ['IMAGE_SIZE', '[96,160]', 'CLIP_SIZE', '32', 'BATCH_PER_GPU', '4', 'WORKERS', '0', 'PRETRAINED', '',
         'VAL_RATIO', '0']
VARIANTS = {
    'published': ['IMPLICIT.MODE', 'logits', 'IMPLICIT.GEOM', 'none', 'SKELETON.NAME', 'stgcn',
                  'KL_REDUCTION', 'upstream', 'KL_NORM', 'all',
                  'TARGET_NORM', 'upstream', 'OPTIMIZER', 'adam', 'EMA_DECAY', '0', 'CLIP_GRAD', '0'],
    'stgcnpp': ['SKELETON.NAME', 'stgcnpp'],
    'ms_stgcnpp': ['SKELETON.NAME', 'ms_stgcnpp'],
    'with visual': ['SKELETON.NAME', 'ms_stgcnpp', 'MULTI_FUSE', 'true'],
}


def now(device: torch.device) -> float:
    """Return seconds, after the device has finished what it was given."""
    if device.type == 'cuda':
        torch.cuda.synchronize(device)
    return time.perf_counter()


def time_step(trainer: Trainer, clips: Iterator[Batch], runtime: Runtime) -> list[float]:
    """Make one training step on the next batch of ``clips`` and return the seconds of each of ``PARTS``."""
    stamps = [now(runtime.device)]
    clip = to_device(next(clips), runtime.device)
    stamps.append(now(runtime.device))
    with autocast(runtime.device, trainer.amp):
        output = trainer.model(*clip.inputs)
    losses = trainer.criterion(output, *clip.targets)
    stamps.append(now(runtime.device))
    trainer.optimizer.zero_grad(set_to_none=True)
    losses['loss'].backward()
    stamps.append(now(runtime.device))
    trainer.optimizer.step()
    stamps.append(now(runtime.device))
    return [end - start for start, end in zip(stamps, stamps[1:], strict=False)]


def repeat(loader: DataLoader) -> Iterator[Batch]:
    """Yield the batches of ``loader`` for ever."""
    while True:
        yield from loader


def main(argv: list[str] | None = None) -> None:
    """Benchmark as the command line says."""
    parser = run_parser(__doc__)
    parser.add_argument('--steps', type=int, default=5, help='timed steps of each model, after one warm-up step')
    arguments = parser.parse_args(argv)
    runs = {}
    for name, extra in VARIANTS.items():
        cfg = load_config(chosen_config(arguments.cfg), arguments.overrides, [*SIZES, *extra])
        require('pose', cfg.MODEL.NAME, cfg.TRAIN.MODE, 'the configuration')
        runtime = start_runtime(cfg.GPUS)
        batches = build_data(cfg).train
        if batches is None:
            raise ValueError(f'protocol {cfg.TRAIN.EVAL_MODE} trains on nothing; choose another EVAL_MODE')
        runs[name] = (build_trainer(cfg, runtime, len(batches)), repeat(batches), cfg.BATCH_PER_GPU)
    seconds: dict[str, list[list[float]]] = {name: [] for name in runs}
    for step in range(arguments.steps + 1):
        for name, (trainer, clips, _) in runs.items():
            parts = time_step(trainer, clips, runtime)
            if step:
                seconds[name].append(parts)

    print(f'{describe(runtime)}; {torch.get_num_threads()} threads; {cfg.MODEL.IMAGE_SIZE} pixels, '
          f'{cfg.DATASET.CLIP_SIZE} frames, {cfg.BATCH_PER_GPU} clips a step, {arguments.steps} steps')
    before = None
    for name, rows in seconds.items():
        medians = [statistics.median(column) for column in zip(*rows, strict=True)]
        shares = ', '.join(f'{part} {100 * value / sum(medians):.0f} %' for part, value in
                           zip(PARTS, medians, strict=True))
        ratio = f'; {sum(medians) / before:.2f} of the line above' if before else ''
        print(f'{name:11s} {sum(medians) / runs[name][2]:.3f} s per clip: {shares}{ratio}')
        before = sum(medians)


if __name__ == '__main__':
    exit_with(main)
