"""All settings of SimCC distributions in one value; the pose head holds it, and all other code reads it there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from core.models.pose.simcc import SimCC, SimCCTarget, decode_simcc, encode_simcc, flip_back_simcc, num_bins


class SimCCCoding(NamedTuple):
    """Joints in crop pixels ↔ distributions over x and y bins.

    Attributes:
        image_size: crop ``(width, height)``, pixels.
        split_ratio: bins per pixel.
        sigma: standard deviation of the targets, bins.
        temperature: logits are divided by it before they become probabilities.
        target_norm: see ``encode_simcc``.

    Example:
        >>> SimCCCoding((96, 160)).num_bins
        (192, 320)
    """

    image_size: tuple[int, int]
    split_ratio: float = 2.0
    sigma: float = 4.0
    temperature: float = 1.0
    target_norm: str = 'renorm'

    @property
    def num_bins(self) -> tuple[int, int]:
        """``(N_x, N_y)``."""
        return num_bins(self.image_size, self.split_ratio)

    def encode(self, keypoints_crop: Tensor, visible: Tensor) -> SimCCTarget:
        """Draw the targets of joints ``(..., J, 2)`` in crop pixels; see ``encode_simcc``."""
        return encode_simcc(keypoints_crop, visible, image_size=self.image_size, split_ratio=self.split_ratio,
                            sigma=self.sigma, target_norm=self.target_norm)

    def decode(self, x: Tensor, y: Tensor, mode: str = 'expect') -> tuple[Tensor, Tensor]:
        """Return joints ``(..., J, 2)`` in crop pixels and scores ``(..., J)`` of logits; see ``decode_simcc``."""
        return decode_simcc(x / self.temperature, y / self.temperature, self.split_ratio, sigma=self.sigma, mode=mode)

    def flip_back(self, x: Tensor, y: Tensor, flip_order: Sequence[int]) -> SimCC:
        """Turn logits of a mirrored crop into logits of the unmirrored crop; see ``flip_back_simcc``."""
        return flip_back_simcc(x, y, flip_order, self.split_ratio)
