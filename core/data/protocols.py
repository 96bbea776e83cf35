"""Who trains and who tests: the published NTU protocols and the splits an annotation file brings along."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.data.annotations import Annotation

NTU60_TRAIN_SUBJECTS = frozenset((1, 2, 4, 5, 8, 9, 13, 14, 15, 16, 17, 18, 19, 25, 27, 28, 31, 34, 35, 38))
NTU60_TRAIN_CAMERAS = frozenset((2, 3))

DIRTY_SEQUENCES = frozenset((
    'S005C001P021R002A057', 'S010C002P016R001A053', 'S010C003P016R002A055', 'S010C003P017R001A055',
    'S011C003P028R001A055', 'S011C003P038R001A055', 'S012C002P016R001A053', 'S012C003P016R002A055',
    'S012C003P037R001A055', 'S016C003P040R002A053'))
"""NTU-60 sequences whose published 2D poses are unusable (End2end ``NTUAnnot``); the NTU protocols leave them out."""

_TRAIN, _TEST = 'train', 'test'
_NO_FRAMES, _NO_ANNOTATION = 'without a frame directory', 'without an annotation'
_NTU_NAME = re.compile(r'S(\d{3})C(\d{3})P(\d{3})R(\d{3})A(\d{3})')


class NTUName(NamedTuple):
    """The numbers in an NTU RGB+D sequence name ``SsssCcccPpppRrrrAaaa``, all 1-based."""

    setup: int
    camera: int
    subject: int
    replication: int
    action: int


@dataclass(frozen=True)
class Protocol:
    """A published NTU protocol: the data set it covers (setups 1..last_setup) and which of its names train."""

    dataset: str
    last_setup: int
    trains: Callable[[NTUName], bool]


PROTOCOLS: dict[str, Protocol] = {
    'cs': Protocol('NTU-60', 17, lambda name: name.subject in NTU60_TRAIN_SUBJECTS),
    'cv': Protocol('NTU-60', 17, lambda name: name.camera in NTU60_TRAIN_CAMERAS),
}


@dataclass(frozen=True)
class SelectionReport:
    """What a selection kept and what it left out: ``left_out`` maps a reason to the names it concerns."""

    protocol: str
    num_train: int
    num_test: int
    left_out: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        kept = f"protocol '{self.protocol}': {self.num_train} training and {self.num_test} test sequences"
        dropped = [f"{len(names)} {reason} ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''})"
                   for reason, names in self.left_out.items()]
        return f"{kept}; left out: {'; '.join(dropped) if dropped else 'none'}"


class Selection(NamedTuple):
    """Positions of the training and of the test records, int64 in file order, and the report."""

    train: np.ndarray
    test: np.ndarray
    report: SelectionReport


def parse_ntu_name(name: str) -> NTUName:
    """Numbers of an NTU RGB+D sequence name.

    Raises:
        ValueError: the name is not of the form ``SsssCcccPpppRrrrAaaa``.
    """
    match = _NTU_NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"sequence '{name}' has no NTU name such as S001C001P001R001A001; for other data choose a "
                         "protocol 'split:<train list>,<test list>' and no limit on setups")
    return NTUName(*map(int, match.groups()))


def select(annotations: Sequence[Annotation], protocol: str, *, split: Mapping[str, Collection[str]] | None = None,
           available: Collection[str] | None = None, num_setups: int | None = None,
           half_seed: int | None = None) -> Selection:
    """Divide annotated sequences into training and test side.

    Args:
        annotations: records of one file.
        protocol: a key of ``PROTOCOLS``, or ``'split:<train list>,<test list>'`` naming two lists of ``split``, taken
            exactly as they are.
        split: the annotation file's own lists, name → ids.
        available: names that have frames; ``None`` does not ask.
        num_setups: keep NTU setups 1..num_setups only.
        half_seed: keep a random half of the training side, drawn with this seed.

    Raises:
        ValueError: unknown protocol or list, names that do not fit the protocol, or a side that stays empty.
    """
    side_of = _split_sides(protocol, split or {}) if protocol.startswith('split:') else _ntu_sides(protocol)
    sides: dict[str, list[int]] = {_TRAIN: [], _TEST: []}
    left_out: dict[str, list[str]] = defaultdict(list)
    for index, record in enumerate(annotations):
        side = side_of(record.name)
        if side in sides and num_setups is not None and parse_ntu_name(record.name).setup > num_setups:
            side = f'of a setup above {num_setups}'
        if side in sides and available is not None and record.name not in available:
            side = _NO_FRAMES
        if side in sides:
            sides[side].append(index)
        else:
            left_out[side].append(record.name)
    left_out[_NO_ANNOTATION] += _without_annotation(annotations, available, protocol, split)
    if half_seed is not None:
        sides[_TRAIN], rest = _random_half(sides[_TRAIN], half_seed)
        left_out['outside the random half'] += [annotations[index].name for index in rest]
    report = SelectionReport(protocol, len(sides[_TRAIN]), len(sides[_TEST]),
                             {reason: tuple(names) for reason, names in left_out.items() if names})
    for side, indices in sides.items():
        if not indices:
            raise ValueError(f'no sequence is left for the {side} side; check DATA_DIR and the protocol. {report}')
    return Selection(np.array(sides[_TRAIN], np.int64), np.array(sides[_TEST], np.int64), report)


def _ntu_sides(protocol: str) -> Callable[[str], str]:
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol '{protocol}' is unknown; choose one of {', '.join(PROTOCOLS)} or "
                         "'split:<train list>,<test list>'")
    chosen = PROTOCOLS[protocol]

    def side_of(name: str) -> str:
        numbers = parse_ntu_name(name)
        if name in DIRTY_SEQUENCES:
            return 'listed as dirty'
        if numbers.setup > chosen.last_setup:
            return f'outside {chosen.dataset}'
        return _TRAIN if chosen.trains(numbers) else _TEST

    return side_of


def _split_lists(protocol: str, split: Mapping[str, Collection[str]]) -> list[frozenset[str]]:
    chosen = protocol.removeprefix('split:').split(',')
    if len(chosen) != 2 or not set(chosen) <= set(split):
        raise ValueError(f"protocol '{protocol}' must be 'split:<train list>,<test list>' with two of the annotation "
                         f"file's lists, which are: {', '.join(split) or 'none'}")
    return [frozenset(split[name]) for name in chosen]


def _split_sides(protocol: str, split: Mapping[str, Collection[str]]) -> Callable[[str], str]:
    train, test = _split_lists(protocol, split)
    if train & test:
        raise ValueError(f"protocol '{protocol}' puts {len(train & test)} ids such as '{min(train & test)}' on both "
                         'sides; the lists must not overlap')
    return lambda name: _TRAIN if name in train else _TEST if name in test else 'in neither list'


def _without_annotation(annotations: Sequence[Annotation], available: Collection[str] | None, protocol: str,
                        split: Mapping[str, Collection[str]] | None) -> list[str]:
    wanted = frozenset().union(*_split_lists(protocol, split or {})) if protocol.startswith('split:') else available
    return sorted(frozenset(wanted or ()) - {record.name for record in annotations})


def _random_half(indices: list[int], seed: int) -> tuple[list[int], list[int]]:
    """The half that is kept (the larger one of an odd number) and the rest, both in file order."""
    order = np.random.default_rng(seed).permutation(len(indices))
    half = (len(indices) + 1) // 2
    return [indices[at] for at in sorted(order[:half])], [indices[at] for at in sorted(order[half:])]
