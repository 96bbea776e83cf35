"""Actions of frames as they come: the backbone sees each frame once, only the skeleton part sees the window anew."""

from __future__ import annotations

import warnings
from typing import Protocol

import torch
from torch import Tensor, nn

from core.models.joint import JointModel
from core.models.output import JointOutput, Observation
from core.models.pose.simcc import SimCC


class StreamModel(Protocol):
    """A model that sees frames one by one and clips of what it saw; see ``JointModel`` for the arguments."""

    def observe(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> Observation:
        """Return what the frames tell one by one."""
        ...

    def recognize(self, pose: Tensor, seen: Tensor | None, person_mask: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return action logits ``(B, K)``, the final ones first."""
        ...


class FrameRing:
    """The newest T entries of an array that grows along its axis 2, oldest first, always as one view.

    Every entry is written twice, T places apart, so that no window wraps around and nothing is moved.

    Args:
        size: T.
    """

    def __init__(self, size: int) -> None:
        self.size, self.count = size, 0
        self._slots: Tensor | None = None                                                # (B, M, 2T, ...)

    def push(self, entry: Tensor) -> None:
        """Append an entry ``(B, M, 1, ...)``.

        Raises:
            ValueError: it is not of the shape of those before.
        """
        if self._slots is None:
            self._slots = entry.new_empty(*entry.shape[:2], 2 * self.size, *entry.shape[3:])
        slots = self._slots[:, :, self.count % self.size::self.size]                     # (B, M, 2, ...)
        if entry.shape != slots[:, :, :1].shape:
            raise ValueError(f'a stream that began with arrays of {tuple(slots[:, :, :1].shape)} got one of '
                             f'{tuple(entry.shape)}; start a new stream for other clips, persons or crops')
        slots.copy_(entry.expand_as(slots))
        self.count += 1

    def window(self) -> Tensor:
        """Return the newest T entries ``(B, M, T, ...)``; fewer are looped, as a clip of a short sequence is.

        Raises:
            ValueError: there is no entry yet.
        """
        if self._slots is None:
            raise ValueError('the stream has no frame to answer for; push one first')
        if self.count < self.size:
            return self._slots[:, :, torch.arange(self.size, device=self._slots.device) % self.count]
        start = self.count % self.size
        return self._slots[:, :, start:start + self.size]


class FrameStream:
    """A joint model that is shown one frame after the other and answers for the newest T at any time.

    Its answers are those of the model on the clip of these frames, with the newest frame's ``person_mask``. The work on
    pixels is done once per frame; of earlier frames only ``Observation.pose`` and ``Observation.seen`` are kept.

    Args:
        model: in evaluation mode, on the device of the frames.
        clip_size: T.

    Example:
        >>> stream = FrameStream(model, clip_size=32)                       # doctest: +SKIP
        >>> for frame in camera:                                            # doctest: +SKIP
        ...     stream.push(frame, person_mask, crop_to_image, image_size)
        ...     probabilities = stream.answer().softmax(-1)
    """

    def __init__(self, model: StreamModel, clip_size: int) -> None:
        self.model = model
        self._pose, self._seen = FrameRing(clip_size), FrameRing(clip_size)
        self._person_mask: Tensor | None = None
        self._simcc: SimCC | None = None

    @torch.inference_mode()
    def push(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> None:
        """Take the next frame of B clips.

        Args:
            frames: uint8 RGB person crops ``(B, M, H, W, 3)``.
            person_mask: 1 where the person exists, ``(B, M)``; person 0 always does.
            crop_to_image: affine crop pixels → image pixels, ``(B, M, 2, 3)``.
            image_size: ``(width, height)`` of the frame, ``(B, 2)``.

        Raises:
            ValueError: B, M, H or W is not that of the frames before.
        """
        observed = self.model.observe(frames[:, :, None], person_mask, crop_to_image[:, :, None], image_size)
        self._pose.push(observed.pose)
        if observed.seen is not None:
            self._seen.push(observed.seen)
        self._simcc = SimCC(observed.simcc_x[:, :, 0], observed.simcc_y[:, :, 0])
        self._person_mask = person_mask

    @torch.inference_mode()
    def answer(self) -> Tensor:
        """Return action logits ``(B, K)`` for the newest T frames; fewer are looped, as a clip of a short sequence is.

        Raises:
            ValueError: no frame was pushed yet.
        """
        if self._person_mask is None:
            raise ValueError('the stream has no frame to answer for; push one first')
        pose = self._pose.window()                                                       # (B, M, T, V, C)
        seen = self._seen.window() if self._seen.count else None                         # (B, M or 1, T, ...)
        return self.model.recognize(pose, seen, self._person_mask)[0]

    @property
    def poses(self) -> SimCC | None:
        """Logits over bins of the newest frame, ``(B, M, V, N_x)`` and ``(B, M, V, N_y)``; ``None`` before it."""
        return self._simcc


class _Observe(nn.Module):
    """``JointModel.observe`` as a module of its own; a recorded graph cannot answer ``None``."""

    def __init__(self, model: JointModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        return tuple(answer for answer in self.model.observe(*inputs) if answer is not None)


class _Recognize(nn.Module):
    """Likewise ``JointModel.recognize``; a recorded graph cannot take ``None`` either."""

    def __init__(self, model: JointModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, pose: Tensor, person_mask: Tensor, seen: Tensor | None = None) -> tuple[Tensor, ...]:
        return tuple(answer for answer in self.model.recognize(pose, seen, person_mask) if answer is not None)


class TracedModel(nn.Module):
    """``observe``, ``recognize`` and the call of a ``JointModel``, recorded at the first call for each shape of input.

    At one frame the backbone is some hundred operations of microseconds each, and calling them from Python takes as
    long as the operations. ``torch.jit`` records them once per shape of the input and folds each BatchNorm into its
    convolution. It is deprecated in favor of ``torch.compile``, which needs minutes and a C++ compiler for this
    backbone on a CPU. Recording takes seconds; the answers are those of the model up to rounding. Later changes of the
    model's weights do not reach the graphs.

    Args:
        model: in evaluation mode.
    """

    def __init__(self, model: JointModel) -> None:
        super().__init__()
        self._observe, self._recognize = _Observe(model).eval(), _Recognize(model).eval()
        self._graphs: dict[tuple, torch.jit.ScriptModule] = {}

    def observe(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> Observation:
        """As ``JointModel.observe``."""
        return Observation(*self._run(self._observe, frames, person_mask, crop_to_image, image_size))

    def recognize(self, pose: Tensor, seen: Tensor | None, person_mask: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """As ``JointModel.recognize``."""
        inputs = (pose, person_mask) if seen is None else (pose, person_mask, seen)
        logits, skeleton_logits, *visual_logits = self._run(self._recognize, *inputs)
        return logits, skeleton_logits, visual_logits[0] if visual_logits else None

    def forward(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> JointOutput:
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
