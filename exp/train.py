"""Train the joint model: ``python exp/train.py --cfg FILE KEY VALUE ...`` (without arguments: the demo).

Everything of the run lies in ``OUTPUT_DIR/NAME``. Under ``torchrun`` every process runs this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.cli import chosen_config, exit_with, run_parser
from core.config import load_config
from core.data.build import build_data
from core.data.loader import set_epoch
from core.engine.build import build_trainer
from core.engine.checkpoint import restore_training, save_training
from core.engine.evaluate import validate
from core.engine.logger import RunLogger
from core.engine.run_folder import open_run, run_folder
from core.engine.runtime import check_equal_weights, describe, start_runtime, stop_runtime
from core.engine.testing import evaluate_checkpoint
from core.engine.train import train_epoch


def main(argv: list[str] | None = None) -> None:
    """Train as the command line says."""
    arguments = run_parser(__doc__).parse_args(argv)
    cfg = load_config(chosen_config(arguments.cfg), arguments.overrides)
    runtime = start_runtime(cfg.GPUS)
    runtime.say(describe(runtime))
    data = build_data(cfg, devices=runtime.devices, rank=runtime.rank, world_size=runtime.world_size)
    runtime.say(data.summary)
    folder = run_folder(cfg)
    if cfg.PURE_VALID:
        evaluate_checkpoint(cfg, data, runtime, folder / 'best.pth')
        return

    trainer = build_trainer(cfg, runtime, steps_per_epoch=len(data.train))
    state = open_run(cfg, runtime)
    first, best = restore_training(trainer, state, runtime) if state else (0, -1.0)
    if state:
        runtime.say(f'continuing {folder} after epoch {first}')
    logger = RunLogger(folder, runtime.is_main, trainer.step)
    if cfg.TRAIN.END_EPOCH == 0 and not state:                  # keep what PRETRAINED gives, to be tested as it is
        save_training(folder, trainer, runtime, epoch=0, score=0.0, best=best, config=cfg.dump())

    for epoch in range(first, cfg.TRAIN.END_EPOCH):
        set_epoch(data.train, epoch)
        train_epoch(trainer, data.train, epoch, runtime, logger, cfg.PRINT_FREQ)
        score = None
        if (epoch + 1) % cfg.VALID_FREQ == 0 or epoch + 1 == cfg.TRAIN.END_EPOCH:
            score = validate(trainer, data.validation, epoch, runtime, logger)
        best = save_training(folder, trainer, runtime, epoch=epoch + 1, score=score, best=best, config=cfg.dump())

    logger.close()
    check_equal_weights(trainer.model, runtime)
    runtime.say(f'trained {cfg.TRAIN.END_EPOCH} epochs; test with: python exp/test.py --cfg {folder / "config.yaml"}')
    stop_runtime(runtime)


if __name__ == '__main__':
    exit_with(main)
