"""What a run writes while it trains: a progress bar, TensorBoard curves and ``metrics.jsonl``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tensorboardX import SummaryWriter
from tqdm import tqdm


class RunLogger:
    """Progress bar, curves and ``metrics.jsonl`` of one run; silent in every process but the main one.

    Args:
        folder: folder of the run.
        enabled: False in the processes that must not write.
        step: optimizer steps already made; rows of ``metrics.jsonl`` beyond it (of a run that was cut off and now
            continues from its checkpoint) are dropped.
    """

    def __init__(self, folder: Path, enabled: bool = True, step: int = 0) -> None:
        self.enabled = enabled
        self.file = folder / 'metrics.jsonl'
        if not enabled:
            return
        kept = [row for row in read_rows(self.file) if row['step'] <= step] if step else []
        self.file.write_text(''.join(json.dumps(row) + '\n' for row in kept))
        self.writer = SummaryWriter(str(folder), purge_step=step or None)

    def bar(self, batches: Any, description: str) -> tqdm:
        """Wrap an iterable in a progress bar with rate and remaining time."""
        return tqdm(batches, desc=description, unit='step', disable=not self.enabled, mininterval=1, leave=True)

    def log(self, epoch: float, step: int, values: dict[str, float]) -> None:
        """Append one row ``{epoch, step, **values}`` and its curves.

        Args:
            epoch: epochs made so far, a fraction within one.
            step: optimizer steps made so far.
            values: numbers by name, such as ``train_loss`` or ``val_top1``.
        """
        if not self.enabled:
            return
        row = {'epoch': round(epoch, 4), 'step': step, **{name: round(value, 6) for name, value in values.items()}}
        with self.file.open('a') as stream:
            stream.write(json.dumps(row) + '\n')
        for name, value in values.items():
            self.writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Flush the curves."""
        if self.enabled:
            self.writer.close()


def read_rows(file: Path) -> list[dict[str, Any]]:
    """Return the rows of a ``metrics.jsonl``; a last line cut off by a crash is left out."""
    rows = []
    for line in file.read_text().splitlines() if file.exists() else []:
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return rows
