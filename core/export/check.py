"""Whether an exported file answers as PyTorch does, on noise and on the run's own clips."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, default_collate
from yacs.config import CfgNode

from core.data.clips.person_clips import Clip
from core.engine.evaluation.figures import summarize
from core.engine.evaluation.predict import EvaluationSettings, predict
from core.engine.runtime import Runtime
from core.export.graph_parts import ClipPart, CropPart
from core.inference.exported import Arrays, OnnxModel
from core.layouts import get_layout
from core.models.joint import JointModel
from core.models.output import JointOutput
from core.systems.joint import build_coding

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


def random_clips(cfg: CfgNode, count: int, rng: np.random.Generator) -> Clips:
    """Return ``count`` clips of noise, in crops all over pictures of 640x480 pixels; every other one lacks persons."""
    (width, height), persons = cfg.MODEL.IMAGE_SIZE, cfg.MODEL.NUM_PERSONS
    frames = rng.integers(0, 256, (count, persons, cfg.DATASET.CLIP_SIZE, height, width, 3), dtype=np.uint8)
    mask = np.ones((count, persons), np.float32)
    mask[1::2, 1:] = 0
    maps = np.zeros((*frames.shape[:3], 2, 3), np.float32)
    maps[..., 0, 0] = maps[..., 1, 1] = rng.uniform(0.5, 3, frames.shape[:3])            # image pixels per crop pixel
    maps[..., 2] = rng.uniform(0, (640, 480), (*frames.shape[:3], 2))
    sizes = np.tile(np.array([640, 480], np.float32), (count, 1))
    return tuple(torch.from_numpy(values) for values in (frames, mask, maps, sizes))


def dataset_clips(dataset: Dataset[Clip], count: int, first: int = 0) -> Clips:
    """Return up to ``count`` clips from all over a data set, from number ``first`` on."""
    chosen = np.unique(np.linspace(first, len(dataset) - 1, count).astype(int))
    return default_collate([dataset[index] for index in chosen]).inputs


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
def compare(model: JointModel, exported: OnnxModel, clips: Clips) -> Difference:
    """Return how far a file's answers on some clips are from those of the model that it was made of."""
    inputs = part_inputs(model, exported.part, clips)
    wanted = part_answers(model, exported, inputs)
    found = exported.run(**{name: values.numpy() for name, values in inputs.items()})
    same = [float((found[name].argmax(-1) == wanted[name].argmax(-1)).mean()) for name in found if name == 'logits']
    return Difference({name: float(np.abs(found[name] - wanted[name]).max()) for name in found}, *same or (None,))


def part_answers(model: JointModel, exported: OnnxModel, inputs: dict[str, Tensor]) -> Arrays:
    """Return what PyTorch answers to the inputs of a part, by the names that the file gives its outputs."""
    if exported.part == 'joint':
        answers = model(**inputs)._asdict()
    elif exported.part == 'pose':
        answers = dict(zip(exported.outputs, CropPart(model)(**inputs), strict=True))
    else:
        answers = {'logits': ClipPart(model)(**inputs)}
    return {name: answers[name].numpy() for name in exported.outputs}


class ExportedModule(nn.Module):
    """A file of the part ``joint`` where a ``JointModel`` on the CPU is wanted."""

    def __init__(self, exported: OnnxModel) -> None:
        super().__init__()
        self.exported, self.coding = exported, build_coding(exported.cfg)

    def forward(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> JointOutput:
        """Recognize poses and actions; arguments as in ``JointModel.forward``."""
        answers = self.exported.run(frames=frames.numpy(), person_mask=person_mask.numpy(),
                                    crop_to_image=crop_to_image.numpy(), image_size=image_size.numpy())
        return JointOutput(**{name: torch.from_numpy(values) for name, values in answers.items()})


def figures_of(model: nn.Module, cfg: CfgNode, batches: DataLoader) -> dict:
    """Return the content of ``metrics.json`` for a model on the CPU and the clips of a loader."""
    settings = EvaluationSettings(decode=cfg.TEST.DECODE)
    predictions = predict(model, batches, Runtime(torch.device('cpu')), settings)
    return summarize(predictions, get_layout(cfg.DATASET.LAYOUT))
