"""A joint model as recorded graphs, for work on few frames at a time.

At one frame the backbone is some hundred operations of microseconds each, and calling them from Python takes as long as
the operations. ``torch.jit`` records them once per shape of the input and folds each BatchNorm into its convolution. It
is deprecated in favor of ``torch.compile``, which needs minutes and a C++ compiler for this backbone on a CPU.
"""

from __future__ import annotations

import warnings

import torch
from torch import Tensor, nn

from core.models.joint import JointModel
from core.models.output import JointOutput, Observation


class _Observe(nn.Module):
    """``JointModel.observe`` as a module of its own; a recorded graph cannot answer ``None``."""

    def __init__(self, model: JointModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        return tuple(answer for answer in self.model.observe(*inputs) if answer is not None)


class _Recognize(_Observe):
    """Likewise ``JointModel.recognize``; a recorded graph cannot take ``None`` either."""

    def forward(self, pose: Tensor, person_mask: Tensor, seen: Tensor | None = None) -> tuple[Tensor, ...]:
        return tuple(answer for answer in self.model.recognize(pose, seen, person_mask) if answer is not None)


class TracedModel:
    """``observe``, ``recognize`` and the call of a ``JointModel``, recorded at the first call for each shape of input.

    Recording takes seconds; the answers are those of the model up to rounding. Later changes of the model's weights do
    not reach the graphs.

    Args:
        model: in evaluation mode.
    """

    def __init__(self, model: JointModel) -> None:
        self._parts = _Observe(model).eval(), _Recognize(model).eval()
        self._graphs: dict[tuple, torch.jit.ScriptModule] = {}

    def observe(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> Observation:
        """As ``JointModel.observe``."""
        return Observation(*self._run(self._parts[0], frames, person_mask, crop_to_image, image_size))

    def recognize(self, pose: Tensor, seen: Tensor | None, person_mask: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """As ``JointModel.recognize``."""
        if seen is None:
            return *self._run(self._parts[1], pose, person_mask), None
        return self._run(self._parts[1], pose, person_mask, seen)

    def __call__(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> JointOutput:
        """As ``JointModel.forward``."""
        observed = self.observe(frames, person_mask, crop_to_image, image_size)
        return JointOutput(observed.simcc_x, observed.simcc_y,
                           *self.recognize(observed.pose, observed.seen, person_mask))

    @torch.inference_mode()
    def _run(self, part: nn.Module, *inputs: Tensor) -> tuple[Tensor, ...]:
        key = part, *(value.shape for value in inputs)
        if key not in self._graphs:
            with warnings.catch_warnings():
                warnings.simplefilter('ignore', torch.jit.TracerWarning)                 # shapes are constants: meant
                warnings.simplefilter('ignore', DeprecationWarning)
                self._graphs[key] = torch.jit.freeze(torch.jit.trace(part, inputs, check_trace=False))
        return self._graphs[key](*inputs)
