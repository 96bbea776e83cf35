"""After a pass over the data: which frames were missing or damaged, and whether there were too many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from torch.utils.data import DataLoader

from core.data.clips.base import FrameReport
from core.data.clips.loader import dataset_of
from core.data.clips.person_clips import ClipDataset
from core.data.clips.scene_clips import SceneDataset
from core.engine.runtime import Runtime, gather_objects
from core.files import write_atomic

MOST_REPLACED = 0.01
"""Largest share of frames that may be replaced by their neighbors."""


def check_frames(loaders: Iterable[DataLoader | None], runtime: Runtime, folder: Path) -> None:
    """Say how many frames were replaced since the last check, and in which sequences.

    Args:
        loaders: whose clips were read; those of joints alone count no frames.
        runtime: of this process; frames that others read are counted, too.
        folder: of the run.

    Raises:
        ValueError: more than ``MOST_REPLACED`` of the frames; all sequences are listed in ``folder/bad_frames.txt``.
    """
    datasets = [dataset_of(loader) for loader in loaders if loader is not None]
    own = [dataset.frame_log.take([record.name for record in dataset.records])
           for dataset in datasets if isinstance(dataset, (ClipDataset, SceneDataset))]
    reports: list[FrameReport] = [report for process in gather_objects(own, runtime) for report in process]
    replaced: Counter[str] = sum((Counter(report.replaced) for report in reports), Counter())
    total = FrameReport(sum(report.read for report in reports), dict(replaced))
    if total.replaced:
        runtime.say(str(total))
    if total.share > MOST_REPLACED:
        file = folder / 'bad_frames.txt'
        if runtime.is_main:
            write_atomic(file, ''.join(f'{name} {count}\n' for name, count in sorted(replaced.items())).encode())
        raise ValueError(f'{total.share:.1%} of the frames are missing or damaged, more than {MOST_REPLACED:.0%}: '
                         f'{file} lists how many of each sequence; delete their directories and extract them again')
