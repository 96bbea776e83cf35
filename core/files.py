"""Writes files under a temporary name first, so that a reader never sees half of one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np


@contextmanager
def written_atomically(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; the file written there is renamed to ``path`` unless an error occurs.

    Parent folders are created. A failed attempt leaves nothing behind.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_atomic(path: str | Path, payload: bytes) -> Path:
    """Write ``payload`` to ``path`` in one step and return the path; parent folders are created."""
    with written_atomically(path) as temporary:
        temporary.write_bytes(payload)
    return Path(path)


def save_image(path: str | Path, image: np.ndarray) -> Path:
    """Write an RGB uint8 image ``(H, W, 3)`` in the format that the suffix of ``path`` names and return the path.

    Raises:
        ValueError: OpenCV cannot write pictures with this suffix.
    """
    path = Path(path)
    if not cv2.haveImageWriter(path.name):
        raise ValueError(f"picture '{path}' has a suffix that cannot be written; use .png or .jpg")
    _, encoded = cv2.imencode(path.suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return write_atomic(path, encoded.tobytes())


def write_json(file: Path, content: Any) -> None:
    """Write ``content`` as JSON in one step."""
    write_atomic(file, (json.dumps(content, indent=2) + '\n').encode())
