"""Compare arms of an experiment over seeds: train, test and measure every arm with every seed, then write one table.

    pose-action compare --cfg FILE --arms joint,two_stage --seeds 0,1,2 [--out FOLDER] [KEY VALUE ...]
    pose-action compare --cfg FILE [KEY VALUE ...] --arm full --arm logits IMPLICIT.MODE logits
    pose-action compare --cfg FILE [KEY VALUE ...] --systems
    pose-action compare --cfg FILE --arm joint --arm posec3d exp/configs/systems/posec3d.yaml HEATMAP limb

--arms names values of TRAIN.MODE; --arm defines an arm by a YAML file merged over FILE, by overrides, or by both;
--systems makes an arm of every file of exp/configs/systems, or of those named (--systems joint,skelet), joint being
FILE as it is. KEY VALUE pairs of all arms stand before the first --arm or after a lone --; an arm in which one has no
effect goes without it. The runs are OUTPUT_DIR/<NAME>_<arm>_s<SEED>, each with its output in a .log beside it and what
its model costs in cost.json. Start it again to resume: complete runs are left alone. FOLDER (default:
OUTPUT_DIR/<NAME>_compare) gets table.md, table.json and table.png. Exit status: 0 all complete, 1 some runs failed
(named on stderr), 2 bad arguments.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from core.cli import chosen_config, exit_with, run_parser
from core.config import REPOSITORY, resolve_path
from core.engine.comparison.arms import (
    Arm,
    Run,
    base_config,
    finished_metrics,
    plan_runs,
    read_arm,
    read_figures,
    system_arms,
)
from core.engine.comparison.build import ensure_cost
from core.engine.comparison.table import NOTE, markdown_table, summarize_arms
from core.engine.runs.run_folder import run_folder
from core.files import write_atomic, write_json
from core.visualization.plots import comparison_figure

PROGRAMS = ('train.py', 'test.py')
SYSTEMS = REPOSITORY / 'exp' / 'configs' / 'systems'


def parse_seeds(text: str) -> list[int]:
    """Return the numbers of ``0,1,2``.

    Raises:
        ValueError: when one is no whole number.
    """
    try:
        return [int(seed) for seed in text.split(',')]
    except ValueError:
        raise ValueError(f"--seeds is '{text}' but must be whole numbers with commas between, like 0,1,2") from None


def log_file(run: Run) -> Path:
    """Return the file of a run's output; it lies beside the run's folder, which training may move aside."""
    folder = run_folder(run.cfg)
    return folder.with_name(f'{folder.name}.log')


def complete(run: Run) -> str:
    """Train, test and measure a run, as far as it is not yet. Returns what went wrong, nothing if it is complete."""
    if finished_metrics(run.cfg) is None and not execute(run):
        lines = [line for line in log_file(run).read_text(errors='replace').splitlines() if line.strip()]
        return f'{lines[-1].strip() if lines else "it said nothing"}; its output is in {log_file(run)}'
    try:
        ensure_cost(run.cfg)
    except (ValueError, OSError, RuntimeError) as error:     # torch's own errors, such as too little memory, included
        return f'what it costs cannot be measured: {" ".join(str(error).split())}'
    return ''


def execute(run: Run) -> bool:
    """Train and test one run, output appended to its log. Returns whether it is complete then."""
    log_file(run).parent.mkdir(parents=True, exist_ok=True)
    files = [word for file in run.files for word in ('--cfg', str(file))]
    with log_file(run).open('a') as log:
        for program in PROGRAMS:
            command = [sys.executable, str(REPOSITORY / 'exp' / program), *files, *run.overrides]
            if subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode:
                return False
    return finished_metrics(run.cfg) is not None


def write_report(folder: Path, arms: Sequence[Arm], runs: Sequence[Run]) -> str:
    """Write table.md, table.json and table.png of the runs that are complete. Returns the Markdown table."""
    figures = read_figures(runs)
    table = f'{markdown_table(summarize_arms(figures, [arm.name for arm in arms]))}\n{NOTE}\n'
    write_atomic(folder / 'table.md', table.encode())
    write_json(folder / 'table.json', {'arms': {arm.name: [*map(str, arm.files), *arm.overrides] for arm in arms},
                                       'runs': [run.plain() for run in figures]})
    bars = {label: {arm.name: [value for run in figures
                               if run.arm == arm.name and (value := getattr(run, key)) is not None] for arm in arms}
            for label, key in (('top-1 accuracy', 'top1'), ('pose AP', 'AP'))}
    if any(any(seeds.values()) for seeds in bars.values()):
        comparison_figure(bars, folder / 'table.png')
    return table


def main(argv: list[str] | None = None) -> int:
    """Compare as the command line says and return the exit status."""
    parser = run_parser(__doc__)
    parser.add_argument('--arms', default='', metavar='MODE,MODE', help='arms that are values of TRAIN.MODE')
    parser.add_argument('--arm', nargs='+', action='append', default=[], metavar=('NAME', 'FILE.yaml KEY VALUE'),
                        help='an arm by its file and overrides (none: the configuration as it is); may be repeated')
    parser.add_argument('--systems', nargs='?', const='', metavar='NAME,NAME',
                        help='an arm of every file of exp/configs/systems, or of those named')
    parser.add_argument('--seeds', default='0,1,2', metavar='N,N', help='seeds of every arm (default: 0,1,2)')
    parser.add_argument('--out', type=Path, help='folder of the table (default: OUTPUT_DIR/<NAME>_compare)')
    arguments = parser.parse_args(argv)
    files = chosen_config(arguments.cfg)
    arms = [Arm(name, ('TRAIN.MODE', name)) for name in arguments.arms.split(',') if name]
    if arguments.systems is not None:
        arms += system_arms(SYSTEMS, [name for name in arguments.systems.split(',') if name])
    arms += [read_arm(*words) for words in arguments.arm]
    runs = plan_runs(files, arms, parse_seeds(arguments.seeds), arguments.overrides)
    base = base_config(files, arguments.overrides)
    folder = arguments.out or resolve_path(base.OUTPUT_DIR) / f'{base.NAME}_compare'

    failed = []
    bar = tqdm(runs, unit='run')
    for run in bar:
        bar.set_description(run.cfg.NAME)
        failure = complete(run)
        if failure:
            failed.append(run)
            tqdm.write(f"run '{run.cfg.NAME}' failed: {failure}", file=sys.stderr)
        write_report(folder, arms, runs)                # a comparison that is cut off leaves what it has
    print(f'{write_report(folder, arms, runs)}written to {folder}')
    return 1 if failed else 0


if __name__ == '__main__':
    exit_with(main)
