"""Names of the backbone maps that a visual branch may read.

'stem' (and HRNet's 'layer1') is at 1/4 of the crop, 's{stage}b{branch}' at 1/(4·2^branch) after stage 0, 1 or 2. The
pose head reads s2b0 only.
"""

from __future__ import annotations

from collections.abc import Sequence

NUM_STAGES = 3
TAP_NAMES: tuple[str, ...] = (
    'stem', 'layer1', *(f's{stage}b{branch}' for stage in range(NUM_STAGES) for branch in range(stage + 2)))
TAP_PRESETS: dict[str, tuple[str, ...]] = {
    'default': ('s0b1', 's1b2', 's2b3'),    # the newest branch of every stage, low to high level
    'low': ('stem', 's0b0', 's0b1'),        # the first maps, which no pose network returns
    'disc': ('s2b1', 's2b2', 's2b3'),       # what the pose head leaves unread (End2end)
}


def resolve_taps(taps: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names that a preset or a list of names means.

    Raises:
        ValueError: for an unknown preset or name.
    """
    names = TAP_PRESETS.get(taps, (taps,)) if isinstance(taps, str) else tuple(taps)
    unknown = [name for name in names if name not in TAP_NAMES]
    if unknown:
        raise ValueError(f"backbone tap '{unknown[0]}' is unknown; choose a preset ({', '.join(TAP_PRESETS)}) or names "
                         f"among {', '.join(TAP_NAMES)}")
    return names


def last_stage_outputs(taps: Sequence[str]) -> tuple[int, ...]:
    """Return the branches of a backbone's last stage that the pose head and ``taps`` read, for ``outputs``."""
    last = NUM_STAGES - 1
    return tuple(branch for branch in range(last + 2) if branch == 0 or f's{last}b{branch}' in taps)


def output_rows(outputs: Sequence[int] | None, branches: int) -> tuple[int, ...]:
    """Return the branches that a module with ``branches`` branches computes; ``None`` means all.

    Raises:
        ValueError: unless ``outputs`` ascends from 0.
    """
    rows = tuple(range(branches)) if outputs is None else tuple(outputs)
    if rows[:1] != (0,) or list(rows) != sorted({*rows} & {*range(branches)}):
        raise ValueError(f'outputs must ascend from 0 to at most {branches - 1}, the branches of the last stage; '
                         f'got {rows}')
    return rows


def rows_per_module(outputs: Sequence[int] | None, num_modules: int, last: bool) -> list[Sequence[int] | None]:
    """Return ``outputs`` of every module of a stage: only the last module of the ``last`` stage leaves rows out."""
    return [None] * (num_modules - 1) + [outputs if last else None]
