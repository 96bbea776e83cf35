"""The two parts in which a joint model is exported: from single crops to features, and from clips of them to actions.

All persons and frames are one batch of the first part, so that a crop is looked at once, however many clips show it.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from core.models.joint import JointModel, NormalizeFrames

TRACED_BATCH = 3
"""Any number but 0 and 1, which ``torch.export`` takes for constants."""


class CropPart(nn.Module):
    """Crops → distributions, skeleton features and what the visual branch keeps (``JointModel.observe``)."""

    def __init__(self, model: JointModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, frames: Tensor, crop_to_image: Tensor, image_size: Tensor) -> tuple[Tensor, ...]:
        """Return ``simcc_x`` ``(N, V, N_x)``, ``simcc_y`` ``(N, V, N_y)``, ``pose`` ``(N, V, C)`` and, where the model
        has a visual branch, ``seen`` ``(N, ...)``.

        Args:
            frames: uint8 RGB crops ``(N, H, W, 3)``.
            crop_to_image: affine crop pixels → image pixels, ``(N, 2, 3)``.
            image_size: (width, height) of the stored frames, ``(N, 2)``.
        """
        observed = self.model.observe(frames[:, None, None], image_size.new_ones(len(frames), 1),
                                      crop_to_image[:, None, None], image_size)
        return tuple(values[:, 0, 0] for values in observed if values is not None)


class ClipPart(nn.Module):
    """Clips of what ``CropPart`` answered → action logits (``JointModel.recognize``)."""

    def __init__(self, model: JointModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, pose: Tensor, person_mask: Tensor, seen: Tensor | None = None) -> Tensor:
        """Return ``logits`` ``(B, K)``.

        Args:
            pose: ``(B, M, T, V, C)``; what it holds of absent persons does not count.
            person_mask: 1 where the person exists, ``(B, M)``.
            seen: ``(B, M, T, ...)``, where the model has a visual branch.
        """
        return self.model.recognize(pose * person_mask[:, :, None, None, None], seen, person_mask)[0]


class _ChannelsFirst(NormalizeFrames):
    """``NormalizeFrames`` for runtimes whose convolutions want channels first; equal to the bit.

    Transposing bytes is cheap, and a factor per plane multiplies whole rows.
    """

    gain: Tensor
    offset: Tensor

    def forward(self, frames: Tensor) -> Tensor:
        planes = frames.permute(0, 3, 1, 2).contiguous()                                 # (N, 3, H, W)
        return planes * self.gain[:, None, None] - self.offset[:, None, None]


def channels_first(model: JointModel) -> JointModel:
    """Return a copy, in evaluation mode, that computes with channels first.

    As trained, with channels last, it would leave a transposition in the graph at every channel shuffle: seven eighths
    of ONNX Runtime's time.
    """
    model = copy.deepcopy(model).eval()
    model.normalize = _ChannelsFirst().to(next(model.parameters()).device)
    return model.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]  # PyTorch's stubs lack it


def example_crops(image_size: tuple[int, int], count: int = TRACED_BATCH) -> tuple[Tensor, ...]:
    """Return black crops of (width, height) pixels that fill their pictures, as inputs of ``CropPart``."""
    width, height = image_size
    return (torch.zeros(count, height, width, 3, dtype=torch.uint8), torch.eye(2, 3).repeat(count, 1, 1),
            torch.tensor([[width, height]], dtype=torch.float32).repeat(count, 1))


def example_clips(answers: tuple[Tensor, ...], persons: int, clip_size: int) -> tuple[Tensor, ...]:
    """Return inputs of ``ClipPart``: clips that repeat the first of ``CropPart``'s answers."""
    pose, *seen = (values[0].expand(TRACED_BATCH, persons, clip_size, *values.shape[1:]).contiguous()
                   for values in answers[2:])
    return pose, torch.ones(TRACED_BATCH, persons), *seen
