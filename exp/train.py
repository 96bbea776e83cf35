"""Train: ``python exp/train.py --cfg FILE KEY VALUE ...`` (without arguments: the demo); ``MODEL.NAME`` says what.

Everything of the run lies in ``OUTPUT_DIR/NAME``. Under ``torchrun`` every process runs this file.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from yacs.config import CfgNode

from core.cli import chosen_config, exit_with, run_parser
from core.config import load_config
from core.data.clips.loader import set_epoch
from core.engine.runs.bad_frames import check_frames
from core.engine.runs.run_folder import open_run, run_folder
from core.engine.runs.run_log import RunLogger
from core.engine.runtime import Runtime, check_equal_weights, describe, start_runtime, stop_runtime
from core.engine.training.build import build_run_data, build_trainer
from core.engine.training.loop import train_epoch, validate
from core.engine.training.resume import restore_training, save_training
from core.systems.build import blueprint_of


def main(argv: list[str] | None = None) -> None:
    """Train as the command line says."""
    arguments = run_parser(__doc__).parse_args(argv)
    train_run(chosen_config(arguments.cfg), arguments.overrides)


def train_run(files: Sequence[str | Path], overrides: Sequence[str] = ()) -> Path:
    """Train what YAML files, merged in their order, and ``KEY, VALUE, ...`` say; return the folder of the run."""
    cfg = load_config(files, overrides)
    runtime = start_runtime(cfg.GPUS)
    runtime.say(describe(runtime))
    for stage in [*blueprint_of(cfg).earlier_stages(cfg), cfg]:
        train(stage, runtime)
    stop_runtime(runtime)
    return run_folder(cfg)


def train(cfg: CfgNode, runtime: Runtime) -> None:
    """Train one run to its end."""
    data = build_run_data(cfg, runtime)
    runtime.say(data.summary)
    folder, epochs = run_folder(cfg), blueprint_of(cfg).num_epochs(cfg)
    if data.train is None:
        raise ValueError(f'protocol {cfg.TRAIN.EVAL_MODE} trains on nothing; choose another EVAL_MODE, or test a '
                         'checkpoint with exp/test.py')
    trainer = build_trainer(cfg, runtime, steps_per_epoch=len(data.train))
    last = open_run(cfg, runtime, epochs)
    first, best = restore_training(trainer, last, runtime) if last else (0, -1.0)
    if last:
        runtime.say(f'continuing {folder} after epoch {first}')
    about = {'config': cfg.dump(), 'class_names': data.class_names}
    logger = RunLogger(folder, runtime.is_main, trainer.step)
    if epochs == 0 and not last:                               # keep the starting weights, to be tested as they are
        save_training(folder, trainer, runtime, epoch=0, score=0.0, best=best, **about)

    for epoch in range(first, epochs):
        set_epoch(data.train, epoch)
        train_epoch(trainer, data.train, epoch, runtime, logger, cfg.PRINT_FREQ)
        score = None
        if (epoch + 1) % cfg.VALID_FREQ == 0 or epoch + 1 == epochs:
            score = validate(trainer, data.validation, epoch, runtime, logger)
        check_frames((data.train, data.validation), runtime, folder)
        best = save_training(folder, trainer, runtime, epoch=epoch + 1, score=score, best=best, **about)

    logger.close()
    check_equal_weights(trainer.model, runtime)
    runtime.say(f'trained {epochs} epochs; test with: python exp/test.py --cfg {folder / "config.yaml"}')


if __name__ == '__main__':
    exit_with(main)
