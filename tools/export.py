"""Export a trained model: ``pose-action export --checkpoint output/RUN/best.pth [--part joint|pose|action]``.

``joint`` leads from crops to poses and the action, ``pose`` from crops to what they tell one by one, ``action`` from
there to the action of a clip. The file takes any number of clips or crops, of the run's clip length and crop size, and
knows its configuration and class names. It is compared with PyTorch on noise and, where the run's data are there, on
clips of its test side; a file that differs too much is not kept.
``--half`` halves the file. ``--int8`` has the convolutions on crops compute with integers; their ranges are taken from
clips of the training side. Models of MODEL.NAME joint can be exported.
Exit status: 0 written, 1 it differed too much, 2 bad arguments.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.cli import exit_with, program_parser
from core.data.build import Data, build_data
from core.files import write_atomic
from core.inference.exported import MAKING, check_packages
from core.inference.loading import Recognizer, load_recognizer

PARTS = ('joint', 'pose', 'action')
TOLERANCE = {'full': 1e-4, 'half': 0.1, 'int8': float('inf')}
"""Largest difference of two numbers."""
LEAST_AGREEMENT = 0.8
"""Least share of real clips whose most probable class is PyTorch's."""
RANDOM_BATCHES, REAL_CLIPS = (1, 4), 16
CALIBRATION_BATCHES, CALIBRATION_CLIPS = 8, 8


def _parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = program_parser(__doc__)
    parser.add_argument('--checkpoint', type=Path, required=True, help='best.pth or last.pth of a run of exp/train.py')
    parser.add_argument('--format', choices=('onnx',), default='onnx', help='of the file (default: %(default)s)')
    parser.add_argument('--part', choices=PARTS, default=PARTS[0], help='what is exported (default: %(default)s)')
    parser.add_argument('--out', type=Path, help='file to write (default: PART.onnx beside the checkpoint)')
    parser.add_argument('--test', action='store_true', help='test file and checkpoint on the whole test side')
    precision = parser.add_mutually_exclusive_group()
    precision.add_argument('--half', dest='precision', action='store_const', const='half', help='16-bit numbers')
    precision.add_argument('--int8', dest='precision', action='store_const', const='int8', help='8-bit integers')
    parser.set_defaults(precision='full')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Export as the command line says and return the exit status."""
    arguments = _parse_arguments(argv)
    part, precision = arguments.part, arguments.precision
    if (precision == 'int8' and part == 'action') or (arguments.test and part != 'joint'):
        raise ValueError('--int8 is for the parts that read crops, joint and pose; --test is for the part joint')
    check_packages(MAKING)
    from core.export.export import export_part  # imports those packages
    recognizer = load_recognizer(arguments.checkpoint, ('crops',))
    data = _own_data(recognizer, needed=precision == 'int8' or arguments.test)
    calibration = calibration_batches(recognizer, data) if precision == 'int8' else ()
    content = export_part(recognizer, part, precision, calibration).SerializeToString()
    out = arguments.out or arguments.checkpoint.with_name(f'{part}.onnx')
    with tempfile.TemporaryDirectory() as folder:
        unchecked = write_atomic(Path(folder) / out.name, content)
        if not _answers_alike(unchecked, recognizer, data, precision):
            print(f'{out} is not written: it does not answer as {arguments.checkpoint} does', file=sys.stderr)
            return 1
        if arguments.test:
            _test(unchecked, recognizer, data)
    print(f'{write_atomic(out, content)}: {len(content) / 1e6:.1f} MB')
    return 0


def _own_data(recognizer: Recognizer, needed: bool) -> Data | None:
    """The data of the run, loaded in this process; ``None`` where they are not there and not needed."""
    cfg = recognizer.cfg.clone()
    cfg.WORKERS = 0
    try:
        return build_data(cfg)
    except ValueError as error:
        if needed:
            raise
        print(f'not compared on real clips: {error}')
        return None


def calibration_batches(recognizer: Recognizer, data: Data) -> Iterator[dict[str, np.ndarray]]:
    """Yield crops of the training side as inputs of the part ``pose``."""
    from core.export.check import dataset_clips, part_inputs
    for first in range(CALIBRATION_BATCHES):
        clips = dataset_clips(data.train.dataset, CALIBRATION_CLIPS, first)
        yield {name: values.numpy() for name, values in part_inputs(recognizer.model, 'pose', clips).items()}


def _answers_alike(file: Path, recognizer: Recognizer, data: Data | None, precision: str) -> bool:
    """Compare a file with PyTorch, print the differences and return whether they are small enough."""
    from core.export.check import compare, dataset_clips, random_clips
    from core.inference.exported import OnnxModel
    exported, alike, rng = OnnxModel(file), True, np.random.default_rng(0)
    batches = {f'{count} of noise': random_clips(recognizer.cfg, count, rng) for count in RANDOM_BATCHES}
    if data:
        batches['real'] = dataset_clips(data.test.dataset, REAL_CLIPS)
    for name, clips in batches.items():
        difference = compare(recognizer.model, exported, clips)
        parts = [f'{output} {value:.1e}' for output, value in difference.largest.items()]
        if difference.same_class is not None:
            parts.append(f'same class {difference.same_class:.0%}')
        print(f"clips: {name}; largest difference: {', '.join(parts)}")
        alike &= max(difference.largest.values()) <= TOLERANCE[precision]
        if name == 'real' and difference.same_class is not None:
            alike &= difference.same_class >= LEAST_AGREEMENT
    return alike


def _test(file: Path, recognizer: Recognizer, data: Data) -> None:
    """Print the figures of checkpoint and file on the test side."""
    from core.export.check import ExportedModule, figures_of
    from core.inference.exported import OnnxModel
    for name, model in (('checkpoint', recognizer.model), (file.name, ExportedModule(OnnxModel(file)))):
        figures = figures_of(model, recognizer.cfg, data.test)
        print(f"{name}: top1 {figures['top1']:.2f}, AP {figures['pose']['AP']:.2f}, PCK {figures['pose']['PCK']:.2f} "
              f"of {figures['num_clips']} clips")


if __name__ == '__main__':
    exit_with(main)
