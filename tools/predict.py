"""Label annotated videos: ``python tools/predict.py --checkpoint output/RUN/best.pth --annotations FILE.pkl``.

FILE.pkl and the frames in ``images/`` beside it are what ``tools/annotate_videos.py`` writes; classes in it are not
used. Each video is one clip. Printed are its most probable classes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from core.cli import exit_with
from core.config import saved_config
from core.data.annotations import read_annotations
from core.data.build import build_clips
from core.data.frames import FrameFolder
from core.data.loader import build_loader
from core.engine.checkpoint import read_checkpoint
from core.engine.evaluate import predict
from core.engine.runtime import start_runtime, wrap_model
from core.engine.testing import load_weights
from core.models.build import build_model


def predict_videos(checkpoint: Path, annotations: Path) -> tuple[list[str], np.ndarray, list[str]]:
    """Return the names (N) of the videos of an annotation file, their class probabilities (N, K), and K class names.

    Raises:
        ValueError: the checkpoint has no model from frames to actions, or a file cannot be read.
    """
    state = read_checkpoint(checkpoint)
    cfg = saved_config(state['config'])
    if cfg.TRAIN.MODE not in ('joint', 'two_stage'):
        raise ValueError(f"checkpoint '{checkpoint}' is of TRAIN.MODE {cfg.TRAIN.MODE}, which does not lead from "
                         'frames to actions; name one of joint or two_stage')
    cfg.DATASET.BOX_SOURCE = 'annotation'       # found in these videos, there is nothing to hide
    runtime = start_runtime(cfg.GPUS)
    records = read_annotations(annotations, cfg.DATASET.NUM_JOINTS).annotations
    clips = build_clips(cfg, records, FrameFolder(annotations.parent), False)
    model = build_model(cfg)
    load_weights(model, checkpoint)
    found = predict(wrap_model(model, runtime), build_loader(clips, cfg.TEST.BATCH_PER_GPU), runtime)
    names = state.get('class_names') or [f'class {label}' for label in range(cfg.DATASET.NUM_ACTION)]
    return [record.name for record in records], found.probabilities, names


def main(argv: list[str] | None = None) -> None:
    """Predict as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--checkpoint', type=Path, required=True, help='best.pth or last.pth of a run of exp/train.py')
    parser.add_argument('--annotations', type=Path, required=True, help='poses of the videos, beside images/')
    parser.add_argument('--top', type=int, default=3, help='classes to print (default: 3)')
    arguments = parser.parse_args(argv)
    names, probabilities, classes = predict_videos(arguments.checkpoint, arguments.annotations)
    for name, row in zip(names, probabilities, strict=True):
        best = np.argsort(-row)[:max(1, arguments.top)]
        print(f'{name}: ' + ', '.join(f'{classes[label]} {row[label]:.1%}' for label in best))


if __name__ == '__main__':
    exit_with(main)
