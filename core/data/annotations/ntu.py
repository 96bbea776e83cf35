"""NTU RGB+D 60 and 120 (Shahroudy et al., CVPR 2016; Liu et al., TPAMI 2019): names, classes, training sides.

Sequences are named ``SsssCcccPpppRrrrAaaa`` (setup, camera, subject, replication, action). NTU-60 is setups 1 to 17
with actions 1 to 60; NTU-120 adds setups 18 to 32 with actions 61 to 120. The text files in ``lists`` are PYSKL's
(``tools/data``): class names in label order, and sequences whose Kinect skeletons are missing or incomplete.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

NTU60_SETUPS = 17
"""The last setup of NTU-60; later ones are NTU-120's."""
NTU60_TRAIN_SUBJECTS = frozenset((1, 2, 4, 5, 8, 9, 13, 14, 15, 16, 17, 18, 19, 25, 27, 28, 31, 34, 35, 38))
NTU60_TRAIN_CAMERAS = frozenset((2, 3))
NTU120_TRAIN_SUBJECTS = NTU60_TRAIN_SUBJECTS | frozenset((
    45, 46, 47, 49, 50, 52, 53, 54, 55, 56, 57, 58, 59, 70, 74, 78, 80, 81, 82, 83, 84, 85, 86, 89, 91, 92, 93, 94, 95,
    97, 98, 100, 103))

_LISTS = Path(__file__).parent / 'lists'
_NTU_NAME = re.compile(r'S(\d{3})C(\d{3})P(\d{3})R(\d{3})A(\d{3})')


def _read_list(file: str) -> tuple[str, ...]:
    return tuple((_LISTS / file).read_text(encoding='utf-8').splitlines())


NTU_CLASS_NAMES: tuple[str, ...] = _read_list('ntu_classes.txt')
"""The 120 classes by label; the first 60 are NTU-60's."""

UNUSABLE_POSES: dict[str, str] = dict.fromkeys((
    'S005C001P021R002A057', 'S010C002P016R001A053', 'S010C003P016R002A055', 'S010C003P017R001A055',
    'S011C003P028R001A055', 'S011C003P038R001A055', 'S012C002P016R001A053', 'S012C003P016R002A055',
    'S012C003P037R001A055', 'S016C003P040R002A053'), 'listed as dirty')
"""NTU-60 sequences with unusable published 2D poses (End2end ``NTUAnnot``) → why, as in '3 listed as dirty'."""

UNUSABLE_SKELETONS: dict[str, str] = dict.fromkeys(_read_list('ntu_missing.txt'),
                                                   'listed as having no complete Kinect skeleton')
"""The 535 sequences (302 of NTU-60) without usable Kinect joints → reason. Their videos are good."""


class NTUName(NamedTuple):
    """The numbers in an NTU RGB+D sequence name ``SsssCcccPpppRrrrAaaa``, all 1-based."""

    setup: int
    camera: int
    subject: int
    replication: int
    action: int

    @property
    def label(self) -> int:
        """0-based class."""
        return self.action - 1


def parse_ntu_name(name: str) -> NTUName:
    """Numbers of an NTU RGB+D sequence name.

    Raises:
        ValueError: the name is not of the form ``SsssCcccPpppRrrrAaaa``.
    """
    match = _NTU_NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"sequence '{name}' has no NTU name such as S001C001P001R001A001; for other data choose a "
                         "protocol 'split:<train list>,<test list>'")
    return NTUName(*map(int, match.groups()))
