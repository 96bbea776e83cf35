"""Compare arms of an experiment over seeds: plan the runs, and read what they wrote.

An arm is a configuration file merged over that of all arms, a set of overrides, or both; every arm runs once per seed.
Nothing here starts a run (``pose-action compare`` does); ``comparison_table`` sums the figures up.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from yacs.config import CfgNode

from core.config import load_config, saved_settings, usable_overrides
from core.config.layers import warn
from core.engine.comparison.cost import Cost, read_cost
from core.engine.runs.run_folder import NEUTRAL_KEYS, changed_keys, run_folder
from core.engine.runs.run_log import read_rows


class Arm(NamedTuple):
    """One side of the comparison.

    Attributes:
        name: ends up in the names of its runs.
        overrides: ``KEY VALUE KEY VALUE ...``.
        files: configuration files merged over those of all arms, in this order.
    """

    name: str
    overrides: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()


class Run(NamedTuple):
    """One training with its test.

    Attributes:
        arm: name of its arm.
        seed: its SEED.
        files: all its configuration files, in the order of merging.
        overrides: all its overrides of them.
        cfg: the configuration that results.
    """

    arm: str
    seed: int
    files: tuple[Path, ...]
    overrides: tuple[str, ...]
    cfg: CfgNode


class RunFigures(NamedTuple):
    """What a complete run measured; None where it has no such figure.

    Attributes:
        arm: name of its arm.
        seed: its SEED.
        run: its NAME.
        top1: action accuracy, percent.
        mean_class_accuracy: mean over the classes of each one's accuracy, percent.
        AP: pose average precision, percent.
        parameters: number of the model's parameters.
        clips_per_second: median over the logged steps of training.
        cost: of the model, as it was measured after the test.
    """

    arm: str
    seed: int
    run: str
    top1: float | None = None
    mean_class_accuracy: float | None = None
    AP: float | None = None
    parameters: int | None = None
    clips_per_second: float | None = None
    cost: Cost | None = None

    def plain(self) -> dict[str, Any]:
        """Return all figures by name, those of the cost in a dictionary of their own."""
        return self._asdict() | {'cost': self.cost and self.cost._asdict()}


def read_arm(name: str, *words: str) -> Arm:
    """Return the arm of a command line's words: ``[FILE.yaml] KEY VALUE KEY VALUE ...``."""
    files = tuple(Path(word) for word in words[:1] if word.endswith('.yaml'))
    return Arm(name, words[len(files):], files)


def system_arms(folder: Path, names: Sequence[str] = ()) -> list[Arm]:
    """Return an arm for each system: ``joint``, which is the base as it is, then a file of ``folder`` each.

    Args:
        folder: of ``<system>.yaml``.
        names: those wanted, in their order; none: all, by name.

    Raises:
        ValueError: when there is no file for a name.
    """
    overlays = sorted(folder.glob('*.yaml'))
    arms = {'joint': Arm('joint')} | {file.stem: Arm(file.stem, files=(file,)) for file in overlays}
    unknown = [name for name in names if name not in arms]
    if unknown:
        raise ValueError(f"system '{unknown[0]}' has no file in '{folder}'; allowed: {', '.join(arms)}")
    return [arms[name] for name in names or arms]


def plan_runs(files: Sequence[Path], arms: Sequence[Arm], seeds: Sequence[int],
              overrides: Sequence[str] = ()) -> list[Run]:
    """Return the runs of all arms, seed by seed, so that a comparison that is cut off has whole seeds.

    Args:
        files: configuration files of all runs, in the order of merging.
        arms: each ends up in the NAME of its runs, ``<NAME>_<arm>_s<seed>``.
        seeds: each becomes the SEED of one run per arm.
        overrides: of all arms; those of an arm come after them. An arm in which one has no effect goes without it,
            and a warning says so.

    Raises:
        ValueError: no arm or no seed, one given twice, a configuration that ``load_config`` refuses, or an override
            that has no effect in any arm.
    """
    named: dict[str, list[str]] = {'arm': [arm.name for arm in arms], 'seed': list(map(str, seeds))}
    for what, values in named.items():
        if not values:
            raise ValueError(f'there is no {what} to compare; name at least one with --{what}s')
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise ValueError(f"{what} '{twice[0]}' is given twice; every {what} must be named once")
    name, shared = base_config(files, overrides).NAME, _shared_overrides(files, arms, overrides)
    return [_plan_run(files, arm, seed, name, shared[arm.name]) for seed in seeds for arm in arms]


def base_config(files: Sequence[Path], overrides: Sequence[str] = ()) -> CfgNode:
    """Return the configuration that all arms share; overrides that have an effect in some arms only are left out."""
    return load_config(files, usable_overrides(files, overrides))


def _shared_overrides(files: Sequence[Path], arms: Sequence[Arm],
                      overrides: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Of the overrides of all arms, those that have an effect, by arm."""
    shared = {arm.name: _usable(files, arm, overrides) for arm in arms}
    for key, value in zip(overrides[::2], overrides[1::2], strict=True):
        without = [name for name, kept in shared.items() if (key, value) not in zip(kept[::2], kept[1::2], strict=True)]
        if len(without) == len(arms):
            raise ValueError(f'{key} has no effect in any arm; leave it out')
        if without:
            warn(f'{key} has no effect in, and is left out of: {", ".join(without)}')
    return shared


def _usable(files: Sequence[Path], arm: Arm, overrides: Sequence[str]) -> tuple[str, ...]:
    if len(arm.overrides) % 2:
        raise ValueError(f"arm '{arm.name}': override '{arm.overrides[-1]}' has no value; write KEY VALUE pairs")
    try:
        return usable_overrides((*files, *arm.files), overrides, arm.overrides)
    except ValueError as error:
        raise ValueError(f"arm '{arm.name}': {error}") from None


def _plan_run(files: Sequence[Path], arm: Arm, seed: int, name: str, shared: Sequence[str]) -> Run:
    merged = (*files, *arm.files)
    complete = (*shared, *arm.overrides, 'NAME', f'{name}_{arm.name}_s{seed}', 'SEED', str(seed))
    try:
        return Run(arm.name, seed, merged, complete, load_config(merged, complete))
    except ValueError as error:
        raise ValueError(f"arm '{arm.name}': {error}") from None


def finished_metrics(cfg: CfgNode) -> dict[str, Any] | None:
    """Return the content of ``metrics.json`` of a run, None unless it is complete with exactly this configuration.

    Training writes ``config.yaml`` when it starts, so metrics older than that belong to an earlier state of the run.
    """
    config, metrics = run_folder(cfg) / 'config.yaml', run_folder(cfg) / 'metrics.json'
    try:
        if metrics.stat().st_mtime_ns < config.stat().st_mtime_ns:
            return None
        saved = saved_settings(config.read_text(), f"'{config}'")
        return json.loads(metrics.read_text()) if not changed_keys(cfg, saved, NEUTRAL_KEYS) else None
    except FileNotFoundError:
        return None


def read_figures(runs: Iterable[Run]) -> list[RunFigures]:
    """Return the figures of those runs that are complete."""
    found = [(run, finished_metrics(run.cfg)) for run in runs]
    return [_figures(run, metrics) for run, metrics in found if metrics is not None]


def _figures(run: Run, metrics: dict[str, Any]) -> RunFigures:
    rows = read_rows(run_folder(run.cfg) / 'metrics.jsonl')
    rates = [row['clips_per_second'] for row in rows if 'clips_per_second' in row]
    return RunFigures(run.arm, run.seed, run.cfg.NAME, metrics.get('top1'), metrics.get('mean_class_accuracy'),
                      metrics.get('pose', {}).get('AP'), metrics.get('parameters'),
                      statistics.median(rates) if rates else None, read_cost(run_folder(run.cfg)))
