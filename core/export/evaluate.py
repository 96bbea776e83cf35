"""Exported files tested as checkpoints are, by the code that tests those."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from yacs.config import CfgNode

from core.engine.evaluate import predict
from core.engine.runtime import Runtime
from core.engine.summary import summarize
from core.export.runtime import OnnxModel
from core.layouts import get_layout
from core.models.joint import JointOutput


class ExportedModule(nn.Module):
    """A file of the part ``joint`` where a ``JointModel`` on the CPU is wanted."""

    def __init__(self, exported: OnnxModel) -> None:
        super().__init__()
        self.exported = exported

    def forward(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> JointOutput:
        """Recognise poses and actions; arguments as in ``JointModel.forward``."""
        answers = self.exported.run(frames=frames.numpy(), person_mask=person_mask.numpy(),
                                    crop_to_image=crop_to_image.numpy(), image_size=image_size.numpy())
        return JointOutput(**{name: torch.from_numpy(values) for name, values in answers.items()})


def figures_of(model: nn.Module, cfg: CfgNode, batches: DataLoader) -> dict:
    """Return the content of ``metrics.json`` for a model on the CPU and the clips of a loader."""
    predictions = predict(model, batches, Runtime(torch.device('cpu')), split_ratio=cfg.MODEL.SIMDR_SPLIT_RATIO,
                          sigma=cfg.MODEL.SIGMA, decode=cfg.TEST.DECODE)
    return summarize(predictions, get_layout(cfg.DATASET.LAYOUT))
