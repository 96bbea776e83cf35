"""Keypoints predicted by a trained pose network, computed once for a whole data set and kept as a PYSKL pickle."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import distributed
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from core.data.annotations.pickles import load_pickle
from core.data.annotations.records import AnnotationFile, to_entry
from core.data.clips.person_clips import Clip, ClipDataset
from core.engine.evaluation.predict import map_points
from core.engine.runtime import Runtime, to_device
from core.files import write_atomic
from core.models.joint import PoseModel


class WholeSequences(Dataset[Clip]):
    """Some records of a data set, each as one clip of all its frames.

    Args:
        dataset: of test clips.
        chosen: indices of the records.
    """

    def __init__(self, dataset: ClipDataset, chosen: Sequence[int]) -> None:
        self.dataset, self.chosen = dataset, chosen

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, index: int) -> Clip:
        record = self.dataset.records[self.chosen[index]]
        return self.dataset.clip(record, np.arange(record.total_frames), self.dataset.generator(0))


@torch.no_grad()
def predict_entries(model: PoseModel, dataset: ClipDataset, chosen: Sequence[int], *, decode: str,
                    device: torch.device, workers: int = 0, show: bool = True) -> Iterator[dict[str, Any]]:
    """Yield entries of a PYSKL pickle: the predicted keypoints of whole sequences.

    Args:
        model: on ``device``.
        dataset: of test clips.
        chosen: indices of its records.
        decode: how joints are read from distributions.
        device: where to compute.
        workers: loader processes.
        show: a progress bar.
    """
    loader = DataLoader(WholeSequences(dataset, chosen), 1, num_workers=workers)
    bar = tqdm(loader, desc='predicting keypoints', unit='sequence', disable=not show)
    model.eval()
    for index, clip in zip(chosen, bar, strict=True):
        clip, record = to_device(clip, device), dataset.records[index]
        output = model(*clip.inputs)
        keypoints, scores = model.coding.decode(output.simcc_x, output.simcc_y, decode)  # (1, M, T, V, 2), (1, M, T, V)
        present = clip.person_mask[0, :, None, None]                                     # (M, 1, 1)
        image = map_points(clip.crop_to_image, keypoints)[0] * present[..., None]      # (M, T, V, 2)
        width, height = (int(side) for side in clip.image_size[0])
        yield to_entry(record.name, record.label, image.cpu().numpy(), (scores[0] * present).cpu().numpy(),
                       (width, height), sizes_first=True)


def write_predicted(file: Path, model: PoseModel, dataset: ClipDataset, annotated: AnnotationFile, runtime: Runtime,
                    *, decode: str, workers: int = 0) -> None:
    """Write the predicted keypoints of a whole data set; each process of the run computes its share.

    Nobody waits for the work of another one for longer than the shares differ; shares lie beside ``file`` until the
    main process has joined them.

    Args:
        file: PYSKL pickle to write.
        model: on the device of ``runtime``.
        dataset: of test clips, with all sequences that have frames.
        annotated: the file of the annotations, for lists and class names.
        runtime: of this process.
        decode: how joints are read from distributions.
        workers: loader processes of each process.
    """
    shares = [file.with_suffix(f'.part{rank}') for rank in range(runtime.world_size)]
    own = range(runtime.rank, len(dataset), runtime.world_size)
    entries = list(predict_entries(model, dataset, own, decode=decode, device=runtime.device, workers=workers,
                                   show=runtime.is_main))
    write_atomic(shares[runtime.rank], pickle.dumps(entries, protocol=4))
    if runtime.distributed:
        distributed.barrier()
    if runtime.is_main:
        parts = [load_pickle(share) for share in shares]
        entries = [parts[index % len(parts)][index // len(parts)] for index in range(len(dataset))]
        names = {'class_names': list(annotated.class_names)} if annotated.class_names else {}
        content = {'split': annotated.split, 'annotations': entries, **names}
        write_atomic(file, pickle.dumps(content, protocol=4))
        for share in shares:
            share.unlink()
    if runtime.distributed:
        distributed.barrier()
