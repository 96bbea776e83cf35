"""Reads the JSON files of a source; every fault is reported in one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SIDES = ('train', 'val', 'test')


def find_json(path: str | Path) -> list[Path]:
    """Return the JSON files of a folder, sorted, or the one file that is given.

    Raises:
        ValueError: a folder without any.
    """
    path = Path(path)
    files = sorted(path.glob('*.json')) if path.is_dir() else [path]
    if not files:
        raise ValueError(f'{path}: no JSON files; give the annotation file or the folder that holds it')
    return files


def list_name(file: Path) -> str | None:
    """Return the list that a file name ends in, ``train``, ``val`` or ``test``, or ``None``.

    Example:
        >>> list_name(Path('Kinetics50_val.json'))
        'val'
    """
    side = file.stem.rsplit('_', 1)[-1]
    return side if side in _SIDES else None


def read_json(file: Path) -> Any:
    """Return what a JSON file holds.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON.
    """
    return json.loads(file.read_text(encoding='utf-8'))


@contextmanager
def reading(file: Path, expected: str) -> Iterator[None]:
    """Turn whatever goes wrong with a file's content into one sentence.

    Raises:
        ValueError: naming the file, what it should be, and what went wrong.
    """
    try:
        yield
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise ValueError(f'{file}: not {expected} ({type(error).__name__}: {error}); copy or download it '
                         'again') from error
