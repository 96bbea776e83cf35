"""The contact sheet: one block per action and view, of the clearest sequence; refuses a set with gaps."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.annotations.nucla import CLASS_NAMES, NuclaSequence
from core.rendering.contact_sheet import MOMENTS, contact_sheet


@pytest.fixture
def sequences(kinect_joints):
    """A full set whose execution 1 moves, execution 0 only trembles."""
    moving = kinect_joints[:1] + np.linspace(0, 0.5, 16)[:, None, None] * np.array([1, 0, 0])
    still = kinect_joints[:1] + 0.01 * (np.arange(16) % 2)[:, None, None]
    return [NuclaSequence(f'a{action:02d}_s01_e{execution:02d}_v{view:02d}', joints.astype(np.float32))
            for action in CLASS_NAMES for view in (1, 2, 3) for execution, joints in enumerate((still, moving))]


def test_every_action_and_view_has_its_tiles(sequences):
    sheet = contact_sheet(sequences)
    assert sheet.dtype == np.uint8 and sheet.shape[0] % len(CLASS_NAMES) == 0
    tile = sheet.shape[0] // len(CLASS_NAMES)
    assert sheet.shape[1] > 3 * len(MOMENTS) * tile
    rows = sheet.reshape(len(CLASS_NAMES), tile, -1, 3)
    assert all(row[:, -100:].std() > 10 for row in rows)               # something is drawn to the last tile
    still = contact_sheet([sequence for sequence in sequences if '_e00_' in sequence.name])
    assert (still != sheet).mean() > 0.05                              # the moving execution was chosen


def test_incomplete_set_is_refused(sequences):
    with pytest.raises(ValueError, match="'carry' in view 3"):
        contact_sheet([sequence for sequence in sequences if not sequence.name.startswith('a12') or 'v03' not in
                       sequence.name])
