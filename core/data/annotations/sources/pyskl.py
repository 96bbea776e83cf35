"""PYSKL's annotation pickle, which is this project's own format, to the content of one."""

from __future__ import annotations

from pathlib import Path

from core.data.annotations.pickles import load_pickle
from core.data.annotations.records import to_content


def read_pyskl(path: Path) -> dict:
    """Read a PYSKL pickle: a dict with ``annotations`` (or ``annos``), or a bare list of entries.

    Entries are taken as they are and not checked.

    Raises:
        ValueError: not a pickle of plain data, no list of entries in it, or one in Kinetics' compressed form.
    """
    content = to_content(path, load_pickle(path))
    for entry in content['annotations']:
        if isinstance(entry, dict) and 'raw_file' in entry and 'keypoint' not in entry:
            raise ValueError(f"{path}: record {entry.get('frame_dir')} keeps its keypoints in another file "
                             "('raw_file'), Kinetics' compressed form; read the file as kind 'kinetics'")
    return content
