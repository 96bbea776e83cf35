"""Sum up the runs of a comparison, arm by arm over their seeds, in one Markdown table."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.engine.comparison.arms import RunFigures
from core.engine.comparison.cost import GPU_CLIPS, TRAINING_CLIPS, Cost

ABSENT = '–'
NOTE = ('± is the standard deviation over seeds. GFLOPs: 1e9 multiply-adds of one view × views of a clip in testing. '
        f'clips/s: views in testing, on one thread of the CPU one at a time, on a GPU {GPU_CLIPS} at a time. Memory: '
        f'peak of the tensors alive in a training step of {TRAINING_CLIPS} clips (without the optimizer) / in testing '
        'one view, weights included; on a GPU, of what its allocator handed out.')


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
        mean_class_accuracy: percent.
        AP: percent.
        parameters: millions.
        clips_per_second: of training.
        cost: each of its figures the median over the seeds.
        top1_gain: top1 minus that of the first arm, seed by seed, over the seeds that both have, percentage points.
        AP_gain: the same of AP.
    """

    arm: str
    seeds: tuple[int, ...]
    top1: Spread | None
    mean_class_accuracy: Spread | None
    AP: Spread | None
    parameters: float | None
    clips_per_second: float | None
    cost: Cost | None
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
    return ArmSummary(arm, tuple(runs), over_seeds('top1'), over_seeds('mean_class_accuracy'), over_seeds('AP'),
                      parameters and parameters.mean / 1e6, rate and rate.mean,
                      _middle_cost([run.cost for run in runs.values() if run.cost is not None]),
                      *((None, None) if runs is first else (gain('top1'), gain('AP'))))


def _middle_cost(costs: Sequence[Cost]) -> Cost | None:
    if not costs:
        return None
    columns = [[value for value in column if value is not None] for column in zip(*costs, strict=True)]
    return Cost._make(statistics.median_low(column) if column else None for column in columns)


def markdown_table(summaries: Sequence[ArmSummary]) -> str:
    """Return the summaries as a Markdown table, a row per arm, figures as mean ± standard deviation over seeds.

    A column in which no arm has a figure is left out.
    """
    gpus = sorted({row.cost.gpu for row in summaries if row.cost and row.cost.gpu})
    columns = [column for column in zip(_heads(summaries[0].arm, ', '.join(gpus)), *map(_cells, summaries), strict=True)
               if set(column[1:]) != {ABSENT}]
    heads, *rows = zip(*columns, strict=True)
    rule = ('---', '---', *['---:'] * (len(heads) - 2))
    return ''.join(f'| {" | ".join(cells)} |\n' for cells in (heads, rule, *rows))


def _heads(first: str, gpu: str) -> tuple[str, ...]:
    return ('arm', 'seeds', 'top1 (%)', 'mean class (%)', 'AP (%)', 'parameters (M)', 'GFLOPs', 'clips/s CPU',
            f'clips/s {gpu}', 'memory (MB)', f'memory {gpu} (MB)', 'training clips/s', f'top1 − {first}',
            f'AP − {first}')


def _cells(row: ArmSummary) -> tuple[str, ...]:
    cost = row.cost or Cost._make([None] * len(Cost._fields))
    return (row.arm, ', '.join(map(str, row.seeds)) or 'none', _cell(row.top1), _cell(row.mean_class_accuracy),
            _cell(row.AP), _number(row.parameters, '.2f'),
            _number(cost.gflops, '.2f') + ('' if cost.views in (None, 1) else f' × {cost.views}'),
            _number(cost.clips_per_second, '.1f'), _number(cost.gpu_clips_per_second, '.0f'),
            _memory(cost.training_memory, cost.test_memory), _memory(cost.gpu_training_memory, cost.gpu_test_memory),
            _number(row.clips_per_second, '.1f'), _cell(row.top1_gain, '+.1f'), _cell(row.AP_gain, '+.1f'))


def _memory(training: float | None, test: float | None) -> str:
    return ABSENT if training is None else f'{training:.0f} / {test:.0f}'


def _cell(value: Spread | None, form: str = '.1f') -> str:
    if value is None:
        return ABSENT
    return format(value.mean, form) + ('' if value.deviation is None else f' ± {value.deviation:.1f}')


def _number(value: float | None, form: str) -> str:
    return ABSENT if value is None else format(value, form)
