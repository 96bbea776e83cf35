"""Whether an exported file answers as PyTorch does, on noise and on the run's own clips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, default_collate

from core.data.clips.person_clips import ClipDataset
from core.engine.evaluation.figures import summarize
from core.engine.evaluation.predict import EvaluationSettings, predict
from core.engine.runtime import Runtime
from core.export.graph_parts import ClipPart, CropPart
from core.inference.exported import Arrays, ExportedModel
from core.inference.recognizers import Recognizer
from core.layouts import Layout
from core.models.joint import JointModel

TOLERANCE = {'full': 1e-4, 'half': 0.1, 'int8': float('inf')}
"""By precision, the largest allowed difference of two numbers."""
LEAST_AGREEMENT = 0.8
"""Smallest allowed share of real clips whose most probable class is PyTorch's."""
RANDOM_BATCHES, REAL_CLIPS = (1, 4), 16
CALIBRATION_BATCHES, CALIBRATION_CLIPS = 8, 8

Clips = tuple[Tensor, Tensor, Tensor, Tensor]
"""A batch of clips: the inputs of ``JointModel.forward``."""


class Difference(NamedTuple):
    """How far the answers of a file are from PyTorch's.

    Attributes:
        largest: by output, the largest difference between two numbers.
        same_class: share of the clips with the same most probable class, 0 to 1; ``None`` without actions.
    """

    largest: dict[str, float]
    same_class: float | None

    def __str__(self) -> str:
        parts = [f'{output} {value:.1e}' for output, value in self.largest.items()]
        return ', '.join(parts if self.same_class is None else [*parts, f'same class {self.same_class:.0%}'])

    def small(self, precision: str, real: bool) -> bool:
        """Return whether a file of that precision may differ so much, on ``real`` clips or on noise."""
        agrees = not real or self.same_class is None or self.same_class >= LEAST_AGREEMENT
        return agrees and max(self.largest.values()) <= TOLERANCE[precision]


def random_clips(recognizer: Recognizer, count: int, rng: np.random.Generator) -> Clips:
    """Return ``count`` clips of noise, in crops all over pictures of 640x480 pixels; every other one lacks persons."""
    (width, height), persons = recognizer.view.image_size, recognizer.view.num_persons
    frames = rng.integers(0, 256, (count, persons, recognizer.clip_size, height, width, 3), dtype=np.uint8)
    mask = np.ones((count, persons), np.float32)
    mask[1::2, 1:] = 0
    maps = np.zeros((*frames.shape[:3], 2, 3), np.float32)
    maps[..., 0, 0] = maps[..., 1, 1] = rng.uniform(0.5, 3, frames.shape[:3])            # image pixels per crop pixel
    maps[..., 2] = rng.uniform(0, (640, 480), (*frames.shape[:3], 2))
    sizes = np.tile(np.array([640, 480], np.float32), (count, 1))
    return torch.from_numpy(frames), torch.from_numpy(mask), torch.from_numpy(maps), torch.from_numpy(sizes)


def dataset_clips(dataset: ClipDataset, count: int, first: int = 0) -> Clips:
    """Return up to ``count`` clips from all over a data set, from number ``first`` on."""
    chosen = np.unique(np.linspace(first, len(dataset) - 1, count).astype(int))
    return default_collate([dataset[index] for index in chosen]).inputs


def answers_alike(recognizer: Recognizer, exported: ExportedModel, precision: str, real: DataLoader | None) -> bool:
    """Compare a file with PyTorch, print the differences and return whether they are small enough.

    Args:
        recognizer: what the file was made of.
        exported: the file.
        precision: of ``TOLERANCE``.
        real: clips to compare on beside noise.
    """
    model, rng, alike = cast(JointModel, recognizer.model), np.random.default_rng(0), True
    batches = {f'{count} of noise': random_clips(recognizer, count, rng)
               for count in RANDOM_BATCHES}
    if real:
        batches['real'] = dataset_clips(cast(ClipDataset, real.dataset), REAL_CLIPS)
    for name, clips in batches.items():
        difference = compare(model, exported, clips)
        print(f'clips: {name}; largest difference: {difference}')
        alike &= difference.small(precision, name == 'real')
    return alike


def part_inputs(model: JointModel, part: str, clips: Clips) -> dict[str, Tensor]:
    """Return clips as the inputs of a part; for ``action`` the model looks at them first."""
    frames, person_mask, crop_to_image, image_size = clips
    if part == 'joint':
        return {'frames': frames, 'person_mask': person_mask, 'crop_to_image': crop_to_image, 'image_size': image_size}
    if part == 'pose':
        crops = frames.shape[1] * frames.shape[2]
        return {'frames': frames.flatten(0, 2), 'crop_to_image': crop_to_image.flatten(0, 2),
                'image_size': image_size.repeat_interleave(crops, 0)}
    observed = model.observe(*clips)
    inputs = {'pose': observed.pose, 'person_mask': person_mask, 'seen': observed.seen}
    return {name: values for name, values in inputs.items() if values is not None}


@torch.no_grad()
def compare(model: JointModel, exported: ExportedModel, clips: Clips) -> Difference:
    """Return how far a file's answers on some clips are from those of the model that it was made of."""
    inputs = part_inputs(model, exported.part, clips)
    wanted = part_answers(model, exported, inputs)
    found = exported.run(**{name: values.numpy() for name, values in inputs.items()})
    same = [float((found[name].argmax(-1) == wanted[name].argmax(-1)).mean()) for name in found if name == 'logits']
    return Difference({name: float(np.abs(found[name] - wanted[name]).max()) for name in found}, *same or (None,))


def part_answers(model: JointModel, exported: ExportedModel, inputs: dict[str, Tensor]) -> Arrays:
    """Return what PyTorch answers to the inputs of a part, by the names that the file gives its outputs."""
    if exported.part == 'joint':
        answers = model(**inputs)._asdict()
    elif exported.part == 'pose':
        answers = dict(zip(exported.outputs, CropPart(model)(**inputs), strict=True))
    else:
        answers = {'logits': ClipPart(model)(**inputs)}
    return {name: answers[name].numpy() for name in exported.outputs}


def calibration_batches(recognizer: Recognizer, batches: DataLoader) -> Iterator[Arrays]:
    """Yield crops of a data set as inputs of the part ``pose``."""
    model = cast(JointModel, recognizer.model)
    for first in range(CALIBRATION_BATCHES):
        clips = dataset_clips(cast(ClipDataset, batches.dataset), CALIBRATION_CLIPS, first)
        yield {name: values.numpy() for name, values in part_inputs(model, 'pose', clips).items()}


def figures_of(model: nn.Module, batches: DataLoader, settings: EvaluationSettings, layout: Layout) -> dict:
    """Return the content of ``metrics.json`` for a model on the CPU and the clips of a loader."""
    return summarize(predict(model, batches, Runtime(torch.device('cpu')), settings), layout)
