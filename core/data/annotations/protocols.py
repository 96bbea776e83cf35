"""Divides sequences into training and test side: by the NTU and N-UCLA protocols, or by an annotation file's lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from core.data.annotations.ntu import (
    NTU60_SETUPS,
    NTU60_TRAIN_CAMERAS,
    NTU60_TRAIN_SUBJECTS,
    NTU120_TRAIN_SUBJECTS,
    NTUName,
    parse_ntu_name,
)
from core.data.annotations.nucla import NuclaName, parse_nucla_name
from core.data.annotations.records import Record
from core.data.annotations.subsets import rank_in_class

NUCLA_TRAIN_VIEWS = frozenset((1, 2))
NTU60, NTU120, NUCLA = 'NTU-60', 'NTU-120', 'N-UCLA'

PROTOCOLS: dict[str, dict[str, Callable[[Any], bool]]] = {
    'cs': {NTU60: lambda name: name.subject in NTU60_TRAIN_SUBJECTS,
           NTU120: lambda name: name.subject in NTU120_TRAIN_SUBJECTS,
           NUCLA: lambda name: name.subject % 2 == 0},
    'cv': {NTU60: lambda name: name.camera in NTU60_TRAIN_CAMERAS,
           NUCLA: lambda name: name.view in NUCLA_TRAIN_VIEWS},
    'cset': {NTU120: lambda name: name.setup % 2 == 0},
}
"""Cross-subject, cross-view and cross-setup: data set → which of its names (``NTUName``, ``NuclaName``) train; all
others test.
"""

_TRAIN, _TEST = 'train', 'test'
_TEST_ONLY = 'split:,'
_NO_FRAMES, _NO_ANNOTATION = 'without a frame directory', 'without an annotation'


@dataclass(frozen=True)
class Subset:
    """A random part of the training side: it is shuffled, half of it is kept, then the first ``few`` of every class.

    Attributes:
        half: keep one half; of an odd number the larger one.
        few: keep this many of every class, or all if a class has fewer; 0 keeps all.
        seed: of the shuffle.
    """

    half: bool = False
    few: int = 0
    seed: int = 0


EVERYTHING = Subset()


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
           available: Collection[str] | None = None, unusable: Mapping[str, str] | None = None,
           num_setups: int = NTU60_SETUPS, subset: Subset = EVERYTHING) -> Selection:
    """Divide annotated sequences into training and test side.

    Args:
        annotations: records of one file.
        protocol: a key of ``PROTOCOLS`` for records with NTU or N-UCLA names; or two lists of ``split``:
            ``'split:<train list>,<test list>'``, or ``'split:<name>'`` for ``<name>_train`` and ``<name>_test``
            (``<name>_val`` if there is no such list). ``'split:,<test list>'`` has no training side.
        split: the annotation file's own lists, name → ids.
        available: names that have frames; ``None`` skips this check.
        unusable: name → why the protocols of ``PROTOCOLS`` leave it out; the reason follows a number, as in
            '3 listed as dirty'.
        num_setups: of NTU names, the protocols of ``PROTOCOLS`` keep the setups 1..num_setups; up to 17 the data set
            is NTU-60, above it is NTU-120.
        subset: part of the training side to keep.

    Raises:
        ValueError: the protocol or list is unknown, names do not fit the protocol, or a side is empty that must not be.
    """
    names = [record.name for record in annotations]
    if protocol.startswith('split:'):
        lists = _split_lists(protocol, split or {})
        train_names, test_names = lists.values()
        wanted = set(train_names | test_names)
        protocol, sides = f"split:{','.join(lists)}", _split_sides(names, train_names, test_names)
    else:
        wanted, sides = set(available or ()), _protocol_sides(names, protocol, num_setups, unusable or {})
    positions: dict[str, list[int]] = defaultdict(list)
    for index, (name, side) in enumerate(zip(names, sides, strict=True)):
        without_frames = side in (_TRAIN, _TEST) and available is not None and name not in available
        positions[_NO_FRAMES if without_frames else side].append(index)
    train, test = (np.array(positions.pop(side, []), np.int64) for side in (_TRAIN, _TEST))
    train, dropped = _draw(train, np.array([annotations[index].label for index in train], np.int64), subset)
    without_side: dict[str, Sequence[int] | np.ndarray] = {**positions, **dropped}
    left_out = {reason: tuple(names[index] for index in indices) for reason, indices in without_side.items()}
    left_out[_NO_ANNOTATION] = tuple(sorted(wanted.difference(names)))
    report = SelectionReport(protocol, len(train), len(test), {reason: out for reason, out in left_out.items() if out})
    for side, indices in ((_TRAIN, train), (_TEST, test)):
        if not len(indices) and (side == _TEST or not protocol.startswith(_TEST_ONLY)):
            raise ValueError(f'no sequence is left for the {side} side; check DATA_DIR and the protocol. {report}')
    return Selection(train, test, report)


def _protocol_sides(names: Sequence[str], protocol: str, num_setups: int, unusable: Mapping[str, str]) -> list[str]:
    """Side of every name, or why it has none."""
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol '{protocol}' is unknown; choose one of {', '.join(PROTOCOLS)} or "
                         "'split:<train list>,<test list>'")
    data_set = _data_set(names, num_setups)
    if data_set not in PROTOCOLS[protocol]:
        defined = ' or '.join(name for name, trains in PROTOCOLS.items() if data_set in trains)
        hint = f', or correct DATASET.NUM_S {num_setups}: up to {NTU60_SETUPS} is {NTU60}, more is {NTU120}'
        raise ValueError(f"protocol '{protocol}' is not defined for {data_set}; choose {defined}"
                         f"{'' if data_set == NUCLA else hint}")
    trains = PROTOCOLS[protocol][data_set]

    def side(name: str) -> str:
        numbers: NTUName | NuclaName = parse_nucla_name(name) if data_set == NUCLA else parse_ntu_name(name)
        if isinstance(numbers, NTUName) and numbers.setup > num_setups:
            return f'of a setup above {num_setups}'
        return unusable.get(name) or (_TRAIN if trains(numbers) else _TEST)

    return [side(name) for name in names]


def _data_set(names: Sequence[str], num_setups: int) -> str:
    nucla = [_is_nucla_name(name) for name in names]
    if any(nucla) and not all(nucla):
        raise ValueError(f"the annotations mix N-UCLA names such as '{names[nucla.index(True)]}' and others such as "
                         f"'{names[nucla.index(False)]}'; keep one data set in a file")
    return NUCLA if any(nucla) else NTU60 if num_setups <= NTU60_SETUPS else NTU120


def _is_nucla_name(name: str) -> bool:
    try:
        parse_nucla_name(name)
    except ValueError:
        return False
    return True


def _split_lists(protocol: str, split: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
    """The training and the test list that a protocol names, by their names in the file."""
    chosen = protocol.removeprefix('split:').split(',')
    if len(chosen) == 1:
        name, = chosen
        chosen = [f'{name}_train', f'{name}_test' if f'{name}_test' in split else f'{name}_val']
    split = {'': ()} | dict(split) if protocol.startswith(_TEST_ONLY) else split
    if len(chosen) != 2 or not set(chosen) <= set(split) or not chosen[1]:
        raise ValueError(f"protocol '{protocol}' must be 'split:<train list>,<test list>' with two of the annotation "
                         f"file's lists (no train list: test only), or 'split:<name>' for <name>_train and <name>_val "
                         f"or _test; its lists are: {', '.join(filter(None, split)) or 'none'}")
    train, test = (frozenset(split[name]) for name in chosen)
    if train & test:
        raise ValueError(f"protocol '{protocol}' puts {len(train & test)} ids such as '{min(train & test)}' on both "
                         'sides; the lists must not overlap')
    return dict(zip(chosen, (train, test), strict=True))


def _split_sides(names: Sequence[str], train: frozenset[str], test: frozenset[str]) -> list[str]:
    return [_TRAIN if name in train else _TEST if name in test else 'in neither list' for name in names]


def _draw(train: np.ndarray, labels: np.ndarray, subset: Subset) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Which of ``train`` ``(N,)`` a subset keeps, and which it drops for which reason, in file order."""
    order = np.random.default_rng(subset.seed).permutation(len(train))
    dropped: dict[str, np.ndarray] = {}
    if subset.half:
        order, rest = np.split(order, [(len(order) + 1) // 2])
        dropped['outside the random half'] = train[np.sort(rest)]
    if subset.few:
        first = rank_in_class(labels[order]) < subset.few
        dropped[f'outside the random {subset.few} of each class'] = train[np.sort(order[~first])]
        order = order[first]
    return train[np.sort(order)], dropped
