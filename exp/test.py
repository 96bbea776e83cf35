"""Test a checkpoint: ``python exp/test.py --cfg FILE [--checkpoint CKPT] KEY VALUE ...`` (default: the demo's best).

Writes ``metrics.json``, ``scores.npz``, ``predictions.json`` and pictures into ``OUTPUT_DIR/NAME``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.cli import chosen_config, exit_with, run_parser
from core.config import load_config
from core.engine.evaluation.build import build_evaluation
from core.engine.evaluation.evaluate import evaluate
from core.engine.evaluation.figures import headline
from core.engine.runs.checkpoint import load_weights, read_checkpoint
from core.engine.runs.run_folder import run_folder
from core.engine.runtime import describe, start_runtime, stop_runtime
from core.engine.training.build import build_run_data
from core.systems.build import build_model


def main(argv: list[str] | None = None) -> None:
    """Test as the command line says."""
    parser = run_parser(__doc__)
    parser.add_argument('--checkpoint', type=Path, help='file to test (default: OUTPUT_DIR/NAME/best.pth)')
    arguments = parser.parse_args(argv)
    evaluate_run(chosen_config(arguments.cfg), arguments.overrides, arguments.checkpoint)


def evaluate_run(files: Sequence[str | Path], overrides: Sequence[str] = (), checkpoint: Path | None = None) -> dict:
    """Test what YAML files, merged in their order, and ``KEY, VALUE, ...`` say; return what is in ``metrics.json``.

    Args:
        files: of the experiment, or the ``config.yaml`` of its run.
        overrides: configuration keys and their values as text, in turns.
        checkpoint: file to test; by default ``best.pth`` of the run.
    """
    cfg = load_config(files, overrides)
    runtime = start_runtime(cfg.GPUS)
    runtime.say(describe(runtime))
    data, folder = build_run_data(cfg, runtime), run_folder(cfg)
    runtime.say(data.summary)
    model = build_model(cfg)
    load_weights(model, read_checkpoint(checkpoint or folder / 'best.pth'))
    metrics = evaluate(model, data, runtime, folder, build_evaluation(cfg), cfg.TEST.PICTURES)
    runtime.say(f'{json.dumps(headline(metrics), indent=2)}\nwritten to {folder}')
    stop_runtime(runtime)
    return metrics


if __name__ == '__main__':
    exit_with(main)
