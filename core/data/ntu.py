"""NTU RGB+D 60 (Shahroudy et al., CVPR 2016): names, the published training sides, and sequences to leave out."""

from __future__ import annotations

import re
from typing import NamedTuple

NTU60_TRAIN_SUBJECTS = frozenset((1, 2, 4, 5, 8, 9, 13, 14, 15, 16, 17, 18, 19, 25, 27, 28, 31, 34, 35, 38))
NTU60_TRAIN_CAMERAS = frozenset((2, 3))

DIRTY_SEQUENCES = frozenset((
    'S005C001P021R002A057', 'S010C002P016R001A053', 'S010C003P016R002A055', 'S010C003P017R001A055',
    'S011C003P028R001A055', 'S011C003P038R001A055', 'S012C002P016R001A053', 'S012C003P016R002A055',
    'S012C003P037R001A055', 'S016C003P040R002A053'))
"""NTU-60 sequences whose published 2D poses are unusable (End2end ``NTUAnnot``); the protocols leave them out."""

_LAST_SETUP = 17
_NTU_NAME = re.compile(r'S(\d{3})C(\d{3})P(\d{3})R(\d{3})A(\d{3})')


class NTUName(NamedTuple):
    """The numbers in an NTU RGB+D sequence name ``SsssCcccPpppRrrrAaaa``, all 1-based."""

    setup: int
    camera: int
    subject: int
    replication: int
    action: int


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


def why_left_out(name: str, num_setups: int | None = None) -> str | None:
    """Why no NTU-60 protocol uses a sequence, in words that follow a number of sequences; ``None`` if one does.

    Args:
        name: of the sequence.
        num_setups: setups 1..num_setups are wanted; by default all 17.

    Raises:
        ValueError: the name is no NTU name.
    """
    setup = parse_ntu_name(name).setup
    if name in DIRTY_SEQUENCES:
        return 'listed as dirty'
    if setup > _LAST_SETUP:
        return 'outside NTU-60'
    return f'of a setup above {num_setups}' if num_setups is not None and setup > num_setups else None
