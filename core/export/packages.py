"""The packages that only exporting needs."""

from __future__ import annotations

from importlib.util import find_spec

RUNNING = ('onnx', 'onnxruntime')
MAKING = (*RUNNING, 'onnxscript')


def check_packages(names: tuple[str, ...]) -> None:
    """Make sure that packages are installed.

    Raises:
        ValueError: one is not.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ValueError(f'exported files need the package {missing[0]}: pip install -r requirements-export.txt')
