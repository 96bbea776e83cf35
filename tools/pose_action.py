"""The program ``pose-action``: ``pose-action NAME ...`` runs one of the commands below.

Before ``pip install -e .`` the same is ``python tools/pose_action.py NAME ...``, from any folder. ``pose-action NAME
--help`` shows the options of a command, ``pose-action --version`` the version.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.cli import VERSION, exit_with


class Command(NamedTuple):
    """One command.

    Attributes:
        module: whose ``main(argv)`` is run; imported only then.
        help: what it does, in one line.
    """

    module: str
    help: str


COMMANDS = {
    'train': Command('exp.train', 'train a system (without --cfg: the demo)'),
    'test': Command('exp.test', 'test a checkpoint of a run'),
    'compare': Command('tools.compare', 'train and test several settings over seeds, and write one table'),
    'report': Command('tools.report', 'write a run as one HTML page'),
    'fuse': Command('tools.fuse_scores', 'add up the scores of several tested runs'),
    'predict': Command('tools.predict', 'label the people of videos, or of a camera'),
    'annotate': Command('tools.annotate_videos', 'find the people of your own videos and write training data'),
    'fetch-blazepose': Command('tools.fetch_blazepose', 'fetch the networks that find people in videos'),
    'export': Command('tools.export', 'write a trained model as an ONNX file'),
    'demo': Command('tools.make_demo', "render the demo's videos and their poses"),
    'render-nucla': Command('tools.render_nucla', "draw N-UCLA's recorded skeletons as people"),
    'extract-ntu': Command('tools.extract_ntu_frames', 'extract the frames of NTU RGB+D, or of any folder of videos'),
    'extract-nucla': Command('tools.extract_nucla_frames', 'extract the frames of Northwestern-UCLA'),
    'import': Command('tools.import_annotations', 'convert annotations of another format, or check them'),
    'pretrain': Command('tools.pretrain_pose', 'train the pose network that the repository ships'),
    'merge-integralaction': Command('tools.merge_integralaction', "merge IntegralAction's two streams for training"),
    'write-result': Command('tools.write_result', "write scores as IntegralAction's result file"),
    'parity': Command('tools.check_parity', 'compare our modules with recorded official answers'),
    'benchmark-step': Command('tools.benchmarks.step', 'time a training step, part by part'),
    'benchmark-loader': Command('tools.benchmarks.loader', 'time the loading of clips'),
    'benchmark-stream': Command('tools.benchmarks.stream', 'time one new frame of a camera'),
    'benchmark-export': Command('tools.benchmarks.export', 'time exported files against PyTorch'),
    'benchmark-persons': Command('tools.benchmarks.persons', 'time skeleton networks for 2, 5 and 10 persons'),
}


def overview() -> str:
    """Return the text of ``pose-action`` without arguments: how it is used, and a line for each command."""
    width = max(map(len, COMMANDS))
    lines = (f'  {name:{width}}  {command.help}' for name, command in COMMANDS.items())
    return '\n'.join(['usage: pose-action COMMAND ...   (its options: pose-action COMMAND --help)', '', *lines])


def find_command(name: str) -> Command:
    """Return the command of a name.

    Raises:
        ValueError: there is none; the nearest name is said.
    """
    if name in COMMANDS:
        return COMMANDS[name]
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean '{near[0]}'?" if near else 'pose-action alone lists them'
    raise ValueError(f"pose-action has no command '{name}'; {hint}")


def main(argv: Sequence[str] | None = None) -> int | None:
    """Run the command that the command line names and return its exit status.

    Raises:
        ValueError: there is no such command, or it was given bad input.
    """
    name, *words = (sys.argv[1:] if argv is None else list(argv)) or ['--help']
    if name in ('--version', '--help', '-h'):
        print(VERSION if name == '--version' else overview())
        return 0
    command = find_command(name)
    sys.argv = [f'pose-action {name}', *words]                  # argparse names the program by the first of these
    return importlib.import_module(command.module).main(words)


def run() -> None:
    """Run the program; bad input ends in one sentence and status 2."""
    exit_with(main)


if __name__ == '__main__':
    run()
