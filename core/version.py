"""Which version of the project wrote a file, and whether this one can read it."""

from __future__ import annotations

from core import __version__


def check_version(written_by: str, what: str) -> None:
    """Refuse what a newer version of the project has written.

    Args:
        written_by: version, numbers with points between, such as ``'0.2.0'``.
        what: the file, as the sentence begins.

    Raises:
        ValueError: it is newer than this project.

    Example:
        >>> check_version('0.1.0', "checkpoint 'best.pth'")
    """
    if _numbers(written_by) > _numbers(__version__):
        raise ValueError(f'{what} was written by version {written_by} but this is version {__version__}; update the '
                         'project (git pull) or take a checkpoint that this version wrote')


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split('.')))
