"""The base class of all systems; a system overrides the methods in which it differs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from torch import Tensor, nn
from yacs.config import CfgNode

from core.config import resolve_path
from core.models.published_weights import load_pretrained

Weights = Mapping[str, Tensor]
"""State dict of a model."""


class Blueprint(ABC):
    """Builds a system's model, and says how it is trained: stages, starting weights and learning rates."""

    @abstractmethod
    def build(self, cfg: CfgNode) -> nn.Module:
        """Create the model with random weights; it answers with a ``core.models.output.JointOutput``.

        Raises:
            ValueError: for settings that do not go together.
        """

    def earlier_stages(self, cfg: CfgNode) -> list[CfgNode]:
        """Return the configurations of the runs that must be done before the run itself."""
        return []

    def num_epochs(self, cfg: CfgNode) -> int:
        """Return the epochs of the run itself."""
        return cfg.TRAIN.END_EPOCH

    def learning_rate(self, cfg: CfgNode) -> float:
        """Return the learning rate of the run itself."""
        return cfg.TRAIN.LR

    def rate_factors(self, cfg: CfgNode) -> dict[str, float]:
        """Return factors on the learning rate, by how the parameters' names begin; all others have factor 1."""
        return {}

    def leaves_gradients_out(self, cfg: CfgNode) -> bool:
        """Return whether some trainable parameters get no gradient; training in several processes must know."""
        return False

    def start(self, model: nn.Module, cfg: CfgNode, earlier: Sequence[tuple[str, Weights]]) -> str | None:
        """Load the weights that the run starts from, and return one line about them; ``None`` for random ones.

        Args:
            model: as ``build`` made it.
            cfg: of the run; ``PRETRAINED`` names a file.
            earlier: path and weights of every earlier stage's checkpoint.

        Raises:
            ValueError: a file is unreadable, or nothing of it fits.
        """
        if not cfg.PRETRAINED:
            return None
        return f'{cfg.PRETRAINED}: {load_pretrained(model, resolve_path(cfg.PRETRAINED)).summary()}'


def stage_of(cfg: CfgNode, mode: str, epochs: int, pretrained: str) -> CfgNode:
    """Return the configuration of an earlier stage, the run ``NAME_<mode>`` beside the run of ``cfg``."""
    stage = cfg.clone()
    stage.defrost()
    stage.NAME, stage.PRETRAINED = f'{cfg.NAME}_{mode}', pretrained
    stage.TRAIN.MODE, stage.TRAIN.END_EPOCH = mode, epochs
    stage.freeze()
    return stage
