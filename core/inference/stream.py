"""Actions of frames as they come: the backbone sees each frame once, only the skeleton part sees the window anew."""

from __future__ import annotations

import torch
from torch import Tensor

from core.inference.traced import TracedModel
from core.models.joint import JointModel
from core.models.pose.simcc import SimCC


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
        if not self.count:
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

    def __init__(self, model: JointModel | TracedModel, clip_size: int) -> None:
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
        pose = self._pose.window()                                                       # (B, M, T, V, C)
        seen = self._seen.window() if self._seen.count else None                         # (B, M or 1, T, ...)
        return self.model.recognize(pose, seen, self._person_mask)[0]

    @property
    def poses(self) -> SimCC | None:
        """Logits over bins of the newest frame, ``(B, M, V, N_x)`` and ``(B, M, V, N_y)``; ``None`` before it."""
        return self._simcc
