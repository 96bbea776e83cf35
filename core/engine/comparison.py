"""Compare arms of an experiment over seeds: plan the runs, and read what they wrote.

An arm is a set of overrides; every arm runs once per seed. Nothing here starts a run (``tools/compare.py`` does);
``comparison_table`` sums the figures up.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yacs.config import CfgNode

from core.config import load_config
from core.engine.logger import read_rows
from core.engine.run_folder import NEUTRAL_KEYS, changed_keys, run_folder


class Arm(NamedTuple):
    """One side of the comparison: its name and its overrides, ``KEY VALUE KEY VALUE ...``."""

    name: str
    overrides: tuple[str, ...]


class Run(NamedTuple):
    """One training with its test.

    Attributes:
        arm: name of its arm.
        seed: its SEED.
        overrides: all its overrides of the configuration file.
        cfg: the configuration that results.
    """

    arm: str
    seed: int
    overrides: tuple[str, ...]
    cfg: CfgNode


class RunFigures(NamedTuple):
    """What a complete run measured; None where it has no such figure.

    Attributes:
        arm: name of its arm.
        seed: its SEED.
        run: its NAME.
        top1: action accuracy, percent.
        AP: pose average precision, percent.
        parameters: number of the model's parameters.
        clips_per_second: median over the logged steps of training.
    """

    arm: str
    seed: int
    run: str
    top1: float | None
    AP: float | None
    parameters: int | None
    clips_per_second: float | None


def plan_runs(file: Path, arms: Sequence[Arm], seeds: Sequence[int], overrides: Sequence[str] = ()) -> list[Run]:
    """Return the runs of all arms, seed by seed, so that a comparison that is cut off has whole seeds.

    Args:
        file: configuration file of all runs.
        arms: each ends up in the NAME of its runs, ``<NAME>_<arm>_s<seed>``.
        seeds: each becomes the SEED of one run per arm.
        overrides: of all arms; those of an arm come after them.

    Raises:
        ValueError: no arm or no seed, one given twice, or a configuration that ``load_config`` refuses.
    """
    for what, values in (('arm', [arm.name for arm in arms]), ('seed', list(seeds))):
        if not values:
            raise ValueError(f'there is no {what} to compare; name at least one with --{what}s')
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise ValueError(f"{what} '{twice[0]}' is given twice; every {what} must be named once")
    name = load_config(file, overrides).NAME
    return [_plan_run(file, arm, seed, name, overrides) for seed in seeds for arm in arms]


def _plan_run(file: Path, arm: Arm, seed: int, name: str, overrides: Sequence[str]) -> Run:
    if len(arm.overrides) % 2:
        raise ValueError(f"arm '{arm.name}': override '{arm.overrides[-1]}' has no value; write KEY VALUE pairs")
    complete = (*overrides, *arm.overrides, 'NAME', f'{name}_{arm.name}_s{seed}', 'SEED', str(seed))
    try:
        return Run(arm.name, seed, complete, load_config(file, complete))
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
        saved = yaml.safe_load(config.read_text())
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
    return RunFigures(run.arm, run.seed, run.cfg.NAME, metrics.get('top1'), metrics.get('pose', {}).get('AP'),
                      metrics.get('parameters'), statistics.median(rates) if rates else None)
