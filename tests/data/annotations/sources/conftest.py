"""NTU ``.skeleton`` files for the tests of their readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

WriteSkeleton = Callable[[str, Sequence[Mapping[int, np.ndarray]]], Path]
MakeJoints = Callable[..., np.ndarray]


@pytest.fixture
def make_joints() -> MakeJoints:
    """Joint lines (T, 25, 12) of a body ``width`` wide and 1 m high that sways by ``sway`` meters in depth."""

    def make(length: int, width: float = 0.5, sway: float = 0.1, seed: int = 0) -> np.ndarray:
        rng = np.random.default_rng(seed)
        joints = rng.normal(size=(length, 25, 12)).round(6)
        joints[..., 0], joints[..., 1] = np.linspace(0, width, 25), np.linspace(0, 1, 25)
        joints[..., 2] = 3 + sway * (-1.0) ** np.arange(length)[:, None]
        joints[..., 5:7] = rng.uniform((0, 0), (1920, 1080), (length, 25, 2)).round(4)
        joints[..., 11] = 2
        return joints

    return make


@pytest.fixture
def write_skeleton(tmp_path: Path) -> WriteSkeleton:
    """Write frames, each body id → joint lines (25, 12), as ``<name>.skeleton`` with NTU's line ends."""

    def write(name: str, frames: Sequence[Mapping[int, np.ndarray]]) -> Path:
        lines = [f'{len(frames)}']
        for bodies in frames:
            lines.append(f'{len(bodies)}')
            for identity, joints in bodies.items():
                lines += [f'{identity} 0 1 1 0 1 0 -0.02 0.11 2', '25']
                lines += [' '.join(f'{value:.9g}' for value in joint[:11]) + f' {joint[11]:.0f}' for joint in joints]
        path = tmp_path / 'skeletons' / f'{name}.skeleton'
        path.parent.mkdir(exist_ok=True)
        path.write_bytes('\r\n'.join([*lines, '']).encode())
        return path

    return write
