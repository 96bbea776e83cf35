"""Shared by all command lines: run arguments, and one sentence instead of a traceback."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from core import __version__
from core.config import REPOSITORY

VERSION = f'end2end-pose-action {__version__}'
DEMO_CONFIG = REPOSITORY / 'exp' / 'configs' / 'demo.yaml'


def program_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a program's parser; it shows the description as it is written, and knows ``--version``."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--version', action='version', version=VERSION)
    return parser


def run_parser(description: str | None) -> argparse.ArgumentParser:
    """Return the parser of a program that takes ``--cfg FILE KEY VALUE ...``."""
    parser = program_parser(description)
    parser.add_argument('--cfg', type=Path, action='append',
                        help='YAML file of the experiment (default: the demo); given again: merged over it')
    parser.add_argument('overrides', nargs='*', metavar='KEY VALUE', help='configuration overrides')
    return parser


def chosen_config(cfg: list[Path] | None) -> list[Path]:
    """Return the configuration files that were asked for, or the demo's, and say so."""
    if not cfg:
        print(f'no --cfg given: running the demo, {DEMO_CONFIG.relative_to(REPOSITORY)}', file=sys.stderr)
    return cfg or [DEMO_CONFIG]


def exit_with(main: Callable[[], int | None]) -> None:
    """Run ``main`` and exit with its status; bad input and an interrupt end in one line and a status that is not 0."""
    try:
        status = main()
    except (ValueError, OSError) as error:
        sentence = str(error).strip().splitlines()[-1]     # a loader process wraps the sentence in its traceback
        print(f'error: {sentence.removeprefix("ValueError: ")}', file=sys.stderr)
        status = 2
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        status = 130
    sys.exit(status)
