"""What an exported file is checked on: the only module of ``core.export`` that reads a configuration."""

from __future__ import annotations

from collections.abc import Iterator

from torch.utils.data import DataLoader

from core.config import saved_config
from core.data.build import Data, build_data
from core.engine.evaluation.build import build_evaluation
from core.engine.evaluation.views import Views
from core.export.check import figures_of
from core.inference.exported import ExportedModel
from core.inference.recognizers import Recognizer
from core.layouts import get_layout


def build_own_data(recognizer: Recognizer) -> Data:
    """Return the data of the run, loaded in this process.

    Raises:
        ValueError: they are no longer there.
    """
    cfg = saved_config(recognizer.config)
    cfg.WORKERS = 0
    return build_data(cfg)


def figure_lines(recognizer: Recognizer, exported: ExportedModel, batches: DataLoader) -> Iterator[str]:
    """Test a checkpoint and the file made of it on the CPU, and yield a line with the figures of each.

    Args:
        recognizer: the checkpoint's.
        exported: file of the part ``joint``.
        batches: the test side, a clip a sequence.
    """
    cfg = saved_config(recognizer.config)
    settings = build_evaluation(cfg)._replace(views=Views(), amp='none')
    for name, model in (('checkpoint', recognizer.model), ('exported', exported)):
        figures = figures_of(model, batches, settings, get_layout(recognizer.layout))
        yield (f"{name}: top1 {figures['top1']:.2f}, AP {figures['pose']['AP']:.2f}, PCK {figures['pose']['PCK']:.2f} "
               f"of {figures['num_clips']} clips")
