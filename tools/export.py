"""Export a trained model: ``pose-action export --checkpoint output/RUN/best.pth [--part joint|pose|action]``.

``joint`` leads from crops to poses and the action, ``pose`` from crops to what they tell one by one, ``action`` from
there to the action of a clip. The file takes any number of clips or crops, of the run's clip length and crop size, and
knows its configuration and class names. It is compared with PyTorch on noise and, where the run's data are there, on
clips of its test side; a file that differs too much is not kept.
``--half`` halves the file. ``--int8`` has the convolutions on crops compute with integers; their ranges are taken from
clips of the training side. Only systems that can be exported are (MODEL.NAME joint).
Exit status: 0 written, 1 it differed too much, 2 bad arguments.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from core.cli import exit_with, program_parser
from core.data.build import Data
from core.export.build import build_own_data, figure_lines
from core.export.check import answers_alike, calibration_batches
from core.files import write_atomic
from core.inference.build import load_recognizer
from core.inference.exported import MAKING, ExportedModel, check_packages
from core.inference.recognizers import Recognizer

PARTS = ('joint', 'pose', 'action')


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
    if arguments.out and arguments.out.is_dir():
        raise ValueError(f'--out {arguments.out} is a folder; name the file to write in it, such as {part}.onnx')
    check_packages(MAKING)
    from core.export.export import export_part  # imports those packages
    recognizer = load_recognizer(arguments.checkpoint, 'export')
    data = _own_data(recognizer, needed=precision == 'int8' or arguments.test)
    calibration = calibration_batches(recognizer, data.train) if data and data.train and precision == 'int8' else ()
    content = export_part(recognizer, part, precision, calibration).SerializeToString()
    out = arguments.out or arguments.checkpoint.with_name(f'{part}.onnx')
    with tempfile.TemporaryDirectory() as folder:
        exported = ExportedModel(write_atomic(Path(folder) / out.name, content))
        if not answers_alike(recognizer, exported, precision, data.test if data else None):
            print(f'{out} is not written: it does not answer as {arguments.checkpoint} does', file=sys.stderr)
            return 1
        if data and arguments.test:
            print(*figure_lines(recognizer, exported, data.test), sep='\n')
    print(f'{write_atomic(out, content)}: {len(content) / 1e6:.1f} MB')
    return 0


def _own_data(recognizer: Recognizer, needed: bool) -> Data | None:
    try:
        return build_own_data(recognizer)
    except ValueError as error:
        if needed:
            raise
        print(f'not compared on real clips: {error}')
        return None


if __name__ == '__main__':
    exit_with(main)
