"""Who trains and who tests: the published NTU and N-UCLA protocols and the splits an annotation file brings along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.data.ntu import NTU60_TRAIN_CAMERAS, NTU60_TRAIN_SUBJECTS, NTUName, parse_ntu_name, why_left_out
from core.data.nucla import NuclaName, parse_nucla_name
from core.data.records import Record

NUCLA_TRAIN_VIEWS = frozenset((1, 2))

_TRAIN, _TEST = 'train', 'test'
_NO_FRAMES, _NO_ANNOTATION = 'without a frame directory', 'without an annotation'


@dataclass(frozen=True)
class Protocol:
    """A published protocol: which names of NTU-60 and which of N-UCLA train; all others test."""

    ntu: Callable[[NTUName], bool]
    nucla: Callable[[NuclaName], bool]


PROTOCOLS: dict[str, Protocol] = {
    'cs': Protocol(lambda name: name.subject in NTU60_TRAIN_SUBJECTS, lambda name: name.subject % 2 == 0),
    'cv': Protocol(lambda name: name.camera in NTU60_TRAIN_CAMERAS, lambda name: name.view in NUCLA_TRAIN_VIEWS),
}
"""Cross-subject and cross-view."""


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


def select(annotations: Sequence[Record], protocol: str, *, split: Mapping[str, Collection[str]] | None = None,
           available: Collection[str] | None = None, num_setups: int | None = None,
           half_seed: int | None = None) -> Selection:
    """Divide annotated sequences into training and test side.

    Args:
        annotations: records of one file.
        protocol: a key of ``PROTOCOLS``, for NTU or N-UCLA names, whichever the records have; or
            ``'split:<train list>,<test list>'`` naming two lists of ``split``, taken exactly as they are.
        split: the annotation file's own lists, name → ids.
        available: names that have frames; ``None`` does not ask.
        num_setups: of NTU names, a key of ``PROTOCOLS`` keeps the setups 1..num_setups only.
        half_seed: keep a random half of the training side, drawn with this seed.

    Raises:
        ValueError: unknown protocol or list, names that do not fit the protocol, or a side that stays empty.
    """
    side_of = (_split_sides(protocol, split or {}) if protocol.startswith('split:') else
               _name_sides([record.name for record in annotations], protocol, num_setups))
    sides: dict[str, list[int]] = {_TRAIN: [], _TEST: []}
    left_out: dict[str, list[str]] = defaultdict(list)
    for index, record in enumerate(annotations):
        side = side_of(record.name)
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


def _name_sides(names: Sequence[str], protocol: str, num_setups: int | None) -> Callable[[str], str]:
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol '{protocol}' is unknown; choose one of {', '.join(PROTOCOLS)} or "
                         "'split:<train list>,<test list>'")
    chosen = PROTOCOLS[protocol]
    nucla = [name for name in names if _is_nucla_name(name)]
    if nucla and len(nucla) < len(names):
        other = next(name for name in names if not _is_nucla_name(name))
        raise ValueError(f"the annotations mix N-UCLA names such as '{nucla[0]}' and others such as '{other}'; keep "
                         'one data set in a file')
    if nucla:
        return lambda name: _TRAIN if chosen.nucla(parse_nucla_name(name)) else _TEST
    return lambda name: why_left_out(name, num_setups) or (_TRAIN if chosen.ntu(parse_ntu_name(name)) else _TEST)


def _is_nucla_name(name: str) -> bool:
    try:
        parse_nucla_name(name)
    except ValueError:
        return False
    return True


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


def _without_annotation(annotations: Sequence[Record], available: Collection[str] | None, protocol: str,
                        split: Mapping[str, Collection[str]] | None) -> list[str]:
    wanted = frozenset().union(*_split_lists(protocol, split or {})) if protocol.startswith('split:') else available
    return sorted(frozenset(wanted or ()) - {record.name for record in annotations})


def _random_half(indices: list[int], seed: int) -> tuple[list[int], list[int]]:
    """The half that is kept (the larger one of an odd number) and the rest, both in file order."""
    order = np.random.default_rng(seed).permutation(len(indices))
    half = (len(indices) + 1) // 2
    return [indices[at] for at in sorted(order[:half])], [indices[at] for at in sorted(order[half:])]
