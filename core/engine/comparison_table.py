"""Sum up the runs of a comparison, arm by arm over their seeds, in one Markdown table."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.engine.comparison import RunFigures

ABSENT = '–'


class Spread(NamedTuple):
    """Mean and sample standard deviation (``n - 1``) over seeds; no deviation of a single seed."""

    mean: float
    deviation: float | None


class ArmSummary(NamedTuple):
    """An arm over its complete seeds; None where no seed has the figure.

    Attributes:
        arm: name of the arm.
        seeds: seeds that are complete.
        top1: percent.
        AP: percent.
        parameters: millions.
        clips_per_second: of training.
        top1_gain: top1 minus that of the first arm, seed by seed, over the seeds that both have, percentage points.
        AP_gain: the same of AP.
    """

    arm: str
    seeds: tuple[int, ...]
    top1: Spread | None
    AP: Spread | None
    parameters: float | None
    clips_per_second: float | None
    top1_gain: Spread | None
    AP_gain: Spread | None


def spread(values: Iterable[float | None]) -> Spread | None:
    """Return the spread of the values that are not None, None when there are none.

    Example:
        >>> spread([1.0, None, 3.0]).mean
        2.0
    """
    present = [value for value in values if value is not None]
    if not present:
        return None
    return Spread(statistics.fmean(present), statistics.stdev(present) if len(present) > 1 else None)


def summarize_arms(figures: Sequence[RunFigures], arms: Sequence[str]) -> list[ArmSummary]:
    """Sum up every arm of ``arms`` (the first is what the others are compared with) over its runs in ``figures``."""
    by_arm = {arm: {run.seed: run for run in figures if run.arm == arm} for arm in arms}
    return [_summarize(arm, runs, by_arm[arms[0]]) for arm, runs in by_arm.items()]


def _summarize(arm: str, runs: dict[int, RunFigures], first: dict[int, RunFigures]) -> ArmSummary:
    def over_seeds(key: str) -> Spread | None:
        return spread(getattr(run, key) for run in runs.values())

    def gain(key: str) -> Spread | None:
        pairs = [(getattr(run, key), getattr(first[seed], key)) for seed, run in runs.items() if seed in first]
        return spread(ours - theirs for ours, theirs in pairs if None not in (ours, theirs))

    parameters, rate = over_seeds('parameters'), over_seeds('clips_per_second')
    return ArmSummary(arm, tuple(runs), over_seeds('top1'), over_seeds('AP'),
                      parameters and parameters.mean / 1e6, rate and rate.mean,
                      *((None, None) if runs is first else (gain('top1'), gain('AP'))))


def markdown_table(summaries: Sequence[ArmSummary]) -> str:
    """Return the summaries as a Markdown table, a row per arm; figures are mean ± standard deviation over seeds."""
    first = summaries[0].arm
    heads = ('arm', 'seeds', 'top1 (%)', 'AP (%)', 'parameters (M)', 'clips/s', f'top1 − {first}', f'AP − {first}')
    rows = [(row.arm, ', '.join(map(str, row.seeds)) or ABSENT, _cell(row.top1), _cell(row.AP),
             _number(row.parameters, '.2f'), _number(row.clips_per_second, '.1f'),
             _cell(row.top1_gain, '+.1f'), _cell(row.AP_gain, '+.1f')) for row in summaries]
    rule = ('---', '---', *['---:'] * (len(heads) - 2))
    return ''.join(f'| {" | ".join(cells)} |\n' for cells in (heads, rule, *rows))


def _cell(value: Spread | None, form: str = '.1f') -> str:
    if value is None:
        return ABSENT
    return format(value.mean, form) + ('' if value.deviation is None else f' ± {value.deviation:.1f}')


def _number(value: float | None, form: str) -> str:
    return ABSENT if value is None else format(value, form)
