"""What models answer: ``JointOutput`` of a forward pass, ``Observation`` of the frames one by one."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class JointOutput(NamedTuple):
    """What one forward pass answers; ``None`` where the model has no such part.

    Attributes:
        simcc_x: logits over x bins, ``(B, M, T, V, N_x)``.
        simcc_y: logits over y bins, ``(B, M, T, V, N_y)``.
        logits: action logits, ``(B, K)``; those of the fusion where there is a visual branch.
        skeleton_logits: action logits of the skeleton network alone, ``(B, K)``.
        visual_logits: action logits of the visual branch alone, ``(B, K)``.
        gate: share of the pose in what IntegralAction reads, 0..1, ``(B, T, D)``.
    """

    simcc_x: Tensor | None = None
    simcc_y: Tensor | None = None
    logits: Tensor | None = None
    skeleton_logits: Tensor | None = None
    visual_logits: Tensor | None = None
    gate: Tensor | None = None


class Observation(NamedTuple):
    """What the frames of a clip tell one by one; every array has the frames T on its third axis.

    Attributes:
        simcc_x: logits over x bins, ``(B, M, T, V, N_x)``.
        simcc_y: logits over y bins, ``(B, M, T, V, N_y)``.
        pose: skeleton features ``(B, M, T, V, C)``, 0 for absent persons.
        seen: what the visual branch keeps of each frame, ``(B, M or 1, T, ...)``; ``None`` without a branch.
    """

    simcc_x: Tensor
    simcc_y: Tensor
    pose: Tensor
    seen: Tensor | None = None
