"""Time exported files against PyTorch on the CPU, and the way from a video file to its label.

    pose-action benchmark-export [--cfg FILE] [--threads 2] [--rounds 20] [KEY VALUE ...]
    pose-action benchmark-export --video FILE --annotations FILE.pkl

Without ``--cfg`` the model is that of the defaults, on 32 frames of 96x160 pixels. Its backbone has the weights of
``PRETRAINED``, by default those in the repository: random ones let its numbers become so small that PyTorch takes many
times as long. PyTorch and file run in turns in one process. Reported are medians.
With ``--video`` the parts pose and action label a video: every frame is decoded, cropped around the people of the
annotation file (``pose-action annotate``) and looked at, then the action is recognized on the frames of one clip.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch

from core.cli import exit_with, program_parser
from core.config import load_config, resolve_path, saved_config
from core.config.systems import require
from core.inference.build import build_recognizer
from core.inference.exported import MAKING, ExportedModel, check_packages
from core.inference.recognizers import Recognizer
from core.models.joint import JointModel
from core.models.published_weights import load_pretrained
from core.systems.build import build_model
from tools.benchmarks.export_video import STEPS, label_video, record_of
from tools.benchmarks.turns import seconds_in_turns

WEIGHTS = ['PRETRAINED', 'pretrained/litehrnet18_rendered.pth']
WARM_UP = 2


class Duel(NamedTuple):
    """The same work done by PyTorch and by an exported file.

    Attributes:
        name: of the line in the report.
        frames: crops that one run looks at.
        torch: runs PyTorch.
        onnx: runs the file.
    """

    name: str
    frames: int
    torch: Callable[[], object]
    onnx: Callable[[], object]


def prepare(cfg_file: Path | None, overrides: list[str]) -> Recognizer:
    """Return the model of a configuration, with pretrained weights where they fit."""
    cfg = load_config(cfg_file, [*WEIGHTS, *overrides])
    require('export', cfg.MODEL.NAME, cfg.TRAIN.MODE, 'the configuration')
    torch.manual_seed(0)
    model = build_model(cfg)
    if cfg.PRETRAINED:
        load_pretrained(model, resolve_path(cfg.PRETRAINED))
    return build_recognizer(cfg, model)


def export_to(folder: Path, recognizer: Recognizer, part: str, threads: int) -> ExportedModel:
    """Export a part of a model into a folder and load it."""
    from core.export.export import export_part  # imports packages that may be missing
    file = folder / f'{part}.onnx'
    file.write_bytes(export_part(recognizer, part).SerializeToString())
    return ExportedModel(file, threads)


def duels(recognizer: Recognizer, pose: ExportedModel, joint: ExportedModel) -> list[Duel]:
    """Return what is compared: single frames, a clip's frames, one clip, four clips."""
    from core.export.check import part_answers, part_inputs, random_clips
    found, clip_size = [], recognizer.clip_size
    model = cast(JointModel, recognizer.model)              # the system that can be exported
    clips = random_clips(recognizer, 4, np.random.default_rng(0))
    crops, whole = (part_inputs(model, part, clips) for part in ('pose', 'joint'))
    for name, exported, inputs, count, frames in (
            ('pose, 1 frame', pose, crops, 1, 1), (f'pose, {clip_size} frames', pose, crops, clip_size, clip_size),
            ('joint, 1 clip', joint, whole, 1, clip_size), ('joint, 4 clips', joint, whole, 4, 4 * clip_size)):
        chosen = {key: values[:count] for key, values in inputs.items()}
        arrays = {key: values.numpy() for key, values in chosen.items()}
        found.append(Duel(name, frames * (1 if exported is pose else recognizer.view.num_persons),
                          partial(part_answers, model, exported, chosen), partial(exported.run, **arrays)))
    return found


@torch.inference_mode()
def fight(duel: Duel, rounds: int) -> tuple[float, float]:
    """Return the median seconds of PyTorch and of the file, run in turns."""
    eager, exported = seconds_in_turns([duel.torch, duel.onnx], rounds, WARM_UP)
    return statistics.median(eager), statistics.median(exported)


def report_duels(found: list[Duel], rounds: int) -> None:
    """Print a line for each duel."""
    print(f"{'':16s} {'PyTorch':>21s} {'exported':>23s}")
    for duel in found:
        eager, exported = fight(duel, rounds)
        print(f'{duel.name:16s} {1000 * eager:8.1f} ms {duel.frames / eager:6.1f}/s   {1000 * exported:8.1f} ms '
              f'{duel.frames / exported:6.1f}/s   {eager / exported:.2f} times as fast', flush=True)


def report_video(video: Path, annotations: Path, pose: ExportedModel, action: ExportedModel, rounds: int) -> None:
    """Print how long a video takes from the file to its label."""
    record = record_of(video, annotations)
    times = [list(label_video(video, record, pose, action)[1].values()) for _ in range(WARM_UP + rounds)]
    whole = statistics.median(sum(steps) for steps in times[WARM_UP:])
    parts = (f'{step} {statistics.median(column):.3f}' for step, column in
             zip(STEPS, zip(*times[WARM_UP:], strict=True), strict=True))
    print(f"{video.name}: {record.total_frames} frames in {whole:.3f} s ({', '.join(parts)}): "
          f'{record.total_frames / whole:.1f} frames/s')


def main(argv: list[str] | None = None) -> None:
    """Benchmark as the command line says."""
    parser = program_parser(__doc__)
    parser.add_argument('--cfg', type=Path, help='YAML file of the experiment (default: no file)')
    parser.add_argument('--threads', type=int, default=2, help='threads of PyTorch and of the runtime (default: 2)')
    parser.add_argument('--rounds', type=int, default=20, help='timed runs of each (default: 20)')
    parser.add_argument('--video', type=Path, help='video to be labeled')
    parser.add_argument('--annotations', type=Path, help='for --video: file that has its people')
    parser.add_argument('overrides', nargs='*', metavar='KEY VALUE', help='configuration overrides')
    arguments = parser.parse_args(argv)
    if min(arguments.rounds, arguments.threads) < 1 or (arguments.video is None) != (arguments.annotations is None):
        raise ValueError('--rounds and --threads must be at least 1, and --video and --annotations belong together')
    check_packages(MAKING)
    torch.set_num_threads(arguments.threads)
    recognizer = prepare(arguments.cfg, arguments.overrides)
    cfg = saved_config(recognizer.config)
    print(f'{cfg.BACKBONE}, {cfg.MODEL.SKELETON.NAME}; {cfg.MODEL.IMAGE_SIZE} pixels, {cfg.DATASET.CLIP_SIZE} frames, '
          f'{cfg.MODEL.NUM_PERSONS} person(s); CPU, {arguments.threads} threads')
    with tempfile.TemporaryDirectory() as folder:
        pose, other = (export_to(Path(folder), recognizer, part, arguments.threads)
                       for part in ('pose', 'action' if arguments.video else 'joint'))
    if arguments.video is None:
        report_duels(duels(recognizer, pose, other), arguments.rounds)
    else:
        report_video(arguments.video, arguments.annotations, pose, other, arguments.rounds)


if __name__ == '__main__':
    exit_with(main)
