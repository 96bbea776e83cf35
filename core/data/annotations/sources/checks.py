"""Checks the content of an annotation pickle and lists all its errors at once; summarizes it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.data.annotations.records import convert_entries
from core.data.annotations.skeletons import SkeletonRecord, to_skeleton

NAMED = 20
"""How many culprits a message names."""

_MAX_OUTSIDE = 0.05
_BINS, _BAR, _SIZES = 12, 40, 6


class Facts(NamedTuple):
    """What the summary counts of one record: class, M, T, V and (width, height), which 3D records lack."""

    label: int
    num_persons: int
    num_frames: int
    num_joints: int
    image_size: tuple[int, int] | None


@dataclass
class Report:
    """Outcome of a check.

    Attributes:
        facts: of the valid records.
        errors: one sentence for each unusable record.
        warnings: one sentence for each kind of problem; it counts the records and names some.
    """

    facts: list[Facts] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check_content(content: dict, *, num_classes: int | None = None, images: Path | None = None) -> Report:
    """Check every record of an annotation pickle's content.

    Errors are what ``read_skeletons`` refuses (shapes, NaN, missing fields, ids that occur twice) and labels that are
    not below the number of classes. Warnings are records with more than a twentieth of their scored joints outside the
    image, list entries without a record, and records with fewer frames on disk than annotated.

    Args:
        content: ``split``, ``annotations`` and, if known, ``class_names``.
        num_classes: K; by default the number of class names, or no limit.
        images: folder of frame folders, ``images/<name>/*.jpg``; ``None`` does not look for frames.

    Raises:
        ValueError: ``images`` is not a folder.
    """
    if images is not None and not images.is_dir():
        raise ValueError(f'{images}: no such directory; give the folder that holds a folder of frames for every record')
    limit = num_classes or len(content.get('class_names', ())) or None
    report, names, outside, lacking = Report(), set(), [], []
    for position, record in enumerate(convert_entries(content['annotations'], to_skeleton)):
        if isinstance(record, ValueError):
            report.errors.append(str(record))
            continue
        names.add(record.name)
        num_persons, num_frames, num_joints, _ = record.keypoints.shape
        report.facts.append(Facts(record.label, num_persons, num_frames, num_joints, record.image_size))
        if limit is not None and record.label >= limit:
            report.errors.append(f'record {position} ({record.name}): label {record.label}, but there are {limit} '
                                 'classes, counted from 0')
        outside += _note_outside(record)
        lacking += _note_frames(record, images)
    if not content['annotations']:
        report.errors.append('holds no record; check that the poses belong to the annotations')
    report.warnings += [*_count(outside, 'records have joints outside the image'),
                        *_count(lacking, 'records have fewer frames on disk than annotated'),
                        *_unknown_ids(content['split'], names)]
    return report


def describe_annotations(facts: Sequence[Facts], split: Mapping[str, Sequence[str]] | None = None,
              class_names: Sequence[str] = ()) -> str:
    """Return the summary of records as lines of text, with a histogram of their lengths.

    Raises:
        ValueError: there are no records.
    """
    if not facts:
        raise ValueError('there is no record to describe')
    labels, persons, frames, joints, sizes = zip(*facts, strict=True)
    named = {label: f'{label} {class_names[label]}' if label < len(class_names) else str(label) for label in labels}
    rows = {'records': str(len(facts)),
            'lists': ', '.join(f'{name} {len(ids)}' for name, ids in (split or {}).items()) or 'none',
            'classes': f'{len(named)}: {_counts(labels, named.__getitem__)}',
            'persons': _counts(persons), 'joints': _counts(joints), 'frames': str(sum(frames)),
            'image size': _sizes(sizes)}
    text = [textwrap.fill(value, 110, initial_indent=f'{name:<11}', subsequent_indent=' ' * 11)
            for name, value in rows.items()]
    return '\n'.join([*text, 'lengths in frames', *_histogram(np.array(frames))])


def _note_outside(record: SkeletonRecord) -> list[str]:
    """The record's name and share of scored joints outside its image, where that is too large."""
    if record.image_size is None:
        return []
    places, scored = record.keypoints[..., :2], record.keypoints[..., 2] > 0
    outside = ((places < 0) | (places > np.array(record.image_size))).any(-1) & scored
    share = outside.sum() / max(scored.sum(), 1)
    return [f'{record.name} ({share:.0%})'] if share > _MAX_OUTSIDE else []


def _note_frames(record: SkeletonRecord, images: Path | None) -> list[str]:
    """The record's name and its numbers of frames, where there are too few on disk."""
    if images is None:
        return []
    wanted, found = record.keypoints.shape[1], sum(1 for _ in (images / record.name).glob('*.jpg'))
    return [f'{record.name} ({found} of {wanted})'] if found < wanted else []


def _unknown_ids(split: Mapping[str, Iterable[str]], names: set[str]) -> list[str]:
    return [line for side, ids in split.items()
            for line in _count([name for name in ids if name not in names], f"ids of list '{side}' have no record")]


def _count(culprits: Sequence[str], what: str) -> list[str]:
    """One sentence that counts and names the culprits, or none."""
    more = f' and {len(culprits) - NAMED} more' if len(culprits) > NAMED else ''
    return [f'{len(culprits)} {what}: {", ".join(culprits[:NAMED])}{more}'] if culprits else []


def _counts(values: Sequence[int], to_text: Callable[[int], object] = int) -> str:
    """Each value and how often it occurs, values in rising order."""
    return ', '.join(f'{to_text(value)} ({count})' for value, count in sorted(Counter(values).items()))


def _sizes(sizes: Sequence[tuple[int, int] | None]) -> str:
    """The most frequent image sizes and how often they occur; videos from the web have hundreds."""
    counts = Counter('{}x{}'.format(*size) if size else 'none (3D)' for size in sizes)
    shown = [f'{size} ({count})' for size, count in counts.most_common(_SIZES)]
    return ', '.join(shown) + (f' and {len(counts) - _SIZES} other sizes' if len(counts) > _SIZES else '')


def _histogram(lengths: np.ndarray) -> list[str]:
    """A line for each of up to a dozen ranges of lengths: the range, the number of records, a bar."""
    edges = np.unique(np.linspace(lengths.min(), lengths.max() + 1, _BINS + 1).astype(int))
    counts, _ = np.histogram(lengths, edges)
    bars = np.ceil(counts * _BAR / counts.max()).astype(int)
    return [f'{first:>6}-{end - 1:<6}{count:>8} {"#" * bar}'.rstrip()
            for first, end, count, bar in zip(edges, edges[1:], counts, bars, strict=False)]
