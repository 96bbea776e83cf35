"""N-UCLA's skeletons, an ``.npz`` or a folder of JSON files, to the content of an annotation pickle."""

from __future__ import annotations

from pathlib import Path

from core.data.annotations import nucla
from core.data.annotations.protocols import NUCLA_TRAIN_VIEWS


def read_nucla(path: Path) -> dict:
    """Read all sequences of either form (``core.data.annotations.nucla.read_nucla_sequences``), sorted by name.

    ``keypoint`` is float32 ``(1, T, 20, 3)`` in meters; the lists ``xview_train`` and ``xview_val`` are the published
    cross-view protocol.

    Raises:
        ValueError: naming the file, when it is missing, damaged or of another shape.
    """
    split: dict[str, list[str]] = {'xview_train': [], 'xview_val': []}
    entries = []
    for name, joints in nucla.read_nucla_sequences(path):
        numbers = nucla.parse_nucla_name(name)
        split['xview_train' if numbers.view in NUCLA_TRAIN_VIEWS else 'xview_val'].append(name)
        entries.append({'frame_dir': name, 'label': numbers.label, 'total_frames': len(joints),
                        'keypoint': joints[None]})
    return {'split': split, 'annotations': entries, 'class_names': list(nucla.CLASS_NAMES.values())}
