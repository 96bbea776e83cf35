"""A made-up Kinect-20 person, standing and facing the camera, as N-UCLA's mirrored recordings describe one."""

from __future__ import annotations

import numpy as np
import pytest

from core.layouts import NUCLA20

PLACE = np.array([0.1, 0.2, 2.8])
# Meters relative to the hip center in the camera's frame, x right, y up, z forward; of what the files call right.
_STANDING = {
    'hip_center': (0, 0, 0), 'spine': (0, .07, 0), 'shoulder_center': (0, .4, 0), 'head': (0, .58, 0),
    'shoulder': (.17, .33, 0), 'elbow': (.22, .08, .02), 'wrist': (.24, -.15, -.05), 'hand': (.25, -.22, -.07),
    'hip': (.08, -.08, 0), 'knee': (.09, -.55, -.02), 'ankle': (.1, -.93, 0), 'foot': (.11, -.97, -.09)}


def _offset(name: str) -> tuple[float, float, float]:
    side, _, part = name.partition('_')
    if side not in ('left', 'right'):
        return _STANDING[name]
    x, y, z = _STANDING[part]
    return (-x if side == 'left' else x), y, z


@pytest.fixture
def kinect_joints() -> np.ndarray:
    """Joints float32 (3, 20, 3), camera meters; the person glides to the right by 2 cm a frame."""
    drift = np.arange(3)[:, None, None] * np.array([0.02, 0, 0])
    return (np.array([_offset(name) for name in NUCLA20.joints]) + PLACE + drift).astype(np.float32)
