"""What every visual branch is given."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class VisualInput(NamedTuple):
    """Maps and poses of a batch of clips.

    Attributes:
        taps: backbone maps of all persons' frames, ``(B * M * T, C_i, H_i, W_i)`` each.
        maps: the skeleton network's maps ``(B, M, C_s, T_s, V_s)``, finest first.
        positions: expected joint positions, x and y, -1..1 over the crop, ``(B, M, T, V, 2)``.
        person_mask: 1 where the person exists, ``(B, M)``.
    """

    taps: tuple[Tensor, ...]
    maps: tuple[Tensor, ...]
    positions: Tensor
    person_mask: Tensor
