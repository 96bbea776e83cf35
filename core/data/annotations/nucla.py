"""Northwestern-UCLA Multiview Action 3D (Wang et al., CVPR 2014): names, classes and the reader of its skeletons.

Sequences are named ``aAA_sSS_eEE_vVV`` (action, subject, execution, view); classes 7 and 10 do not exist.
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.layouts import NUCLA20

CLASS_NAMES: dict[int, str] = {
    1: 'pick up with one hand', 2: 'pick up with two hands', 3: 'drop trash', 4: 'walk around', 5: 'sit down',
    6: 'stand up', 8: 'donning', 9: 'doffing', 11: 'throw', 12: 'carry'}
"""Action number → name; labels are the positions in this order."""

_LABELS = {action: label for label, action in enumerate(CLASS_NAMES)}
_NAME = re.compile(r'a(\d{2})_s(\d{2})_e(\d{2})_v(\d{2})')
_ARRAYS = ('names', 'lengths', 'joints')


class NuclaName(NamedTuple):
    """The numbers in a sequence name ``aAA_sSS_eEE_vVV``."""

    action: int
    subject: int
    execution: int
    view: int

    @property
    def label(self) -> int:
        """0-based class."""
        return _LABELS[self.action]


class NuclaSequence(NamedTuple):
    """One recorded sequence: name and ``joints`` float32 ``(T, 20, 3)``, meters in its camera's frame.

    The camera's axes are x right, y up, z forward. A few joints are exactly 0.
    """

    name: str
    joints: np.ndarray


def parse_nucla_name(name: str) -> NuclaName:
    """Return the numbers of a sequence name.

    Raises:
        ValueError: the name is not of the form ``aAA_sSS_eEE_vVV``, or its action is none of the ten.

    Example:
        >>> parse_nucla_name('a08_s01_e02_v03').label
        6
    """
    match = _NAME.fullmatch(name)
    if match is None or int(match[1]) not in CLASS_NAMES:
        raise ValueError(f"sequence '{name}' has no N-UCLA name such as a01_s01_e00_v01 with an action out of "
                         f'{", ".join(map(str, CLASS_NAMES))}')
    return NuclaName(*map(int, match.groups()))


def read_nucla_sequences(path: str | Path) -> list[NuclaSequence]:
    """Read all skeleton sequences, sorted by name.

    Args:
        path: an ``.npz`` with ``names`` ``(N,)``, ``lengths`` ``(N,)`` and ``joints`` ``(sum of lengths, 20, 3)``; or a
            folder with a file ``NAME.json`` for each sequence, which holds ``skeletons`` ``(T, 20, 3)`` (CTR-GCN).

    Raises:
        ValueError: naming the file, when it is missing, damaged or of another shape.
    """
    path = Path(path)
    sequences = _read_folder(path) if path.is_dir() else _read_npz(path)
    for sequence in sequences:
        parse_nucla_name(sequence.name)
    return sorted(sequences, key=lambda sequence: sequence.name)


def _read_npz(path: Path) -> list[NuclaSequence]:
    try:
        with np.load(path) as content:
            names, lengths, joints = (content[name] for name in _ARRAYS)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f'{path}: no N-UCLA skeletons ({error}); give the .npz with the arrays {", ".join(_ARRAYS)}, '
                         "or the folder of CTR-GCN's JSON files") from error
    if len(names) != len(lengths) or len(joints) != lengths.sum():
        raise ValueError(f'{path}: {len(names)} names, {len(lengths)} lengths and {len(joints)} frames do not fit '
                         'together; fetch the file again')
    parts = np.split(joints, np.cumsum(lengths)[:-1])
    return [NuclaSequence(str(name), _checked(part, f'{path}: {name}'))
            for name, part in zip(names, parts, strict=True)]


def _read_folder(path: Path) -> list[NuclaSequence]:
    files = sorted(path.glob('a*_s*_e*_v*.json'))
    if not files:
        raise ValueError(f'{path}: no files such as a01_s01_e00_v01.json; give the folder of the N-UCLA skeletons')
    return [NuclaSequence(file.stem, _read_json(file)) for file in files]


def _read_json(file: Path) -> np.ndarray:
    try:
        joints = np.asarray(json.loads(file.read_text())['skeletons'])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file}: no JSON with a list 'skeletons' (T, 20, 3) ({error}); fetch it again") from error
    return _checked(joints, str(file))


def _checked(joints: np.ndarray, where: str) -> np.ndarray:
    shape = (NUCLA20.num_joints, 3)
    if joints.dtype.kind not in 'fi' or joints.ndim != 3 or joints.shape[1:] != shape or not len(joints):
        raise ValueError(f'{where}: expected joints (T, {shape[0]}, 3), found {joints.dtype} {joints.shape}')
    if not np.isfinite(joints).all():
        raise ValueError(f'{where}: the joints hold NaN or infinity; fetch the file again')
    return joints.astype(np.float32)
