"""What models answer: ``JointOutput`` for clips, ``Observation`` for single frames."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class JointOutput(NamedTuple):
    """What one forward pass answers; ``None`` where the model has no such part.

    Attributes:
        simcc_x: logits over x bins, ``(B, M, T, V, N_x)``.
        simcc_y: logits over y bins, ``(B, M, T, V, N_y)``.
        logits: action logits, ``(B, K)``; the fused ones of a model with a visual branch.
        skeleton_logits: action logits of the skeleton network alone, ``(B, K)``.
        visual_logits: action logits of the visual branch alone, ``(B, K)``.
        gate: share of the pose in IntegralAction's joined features, 0..1, ``(B, T, D)``.
    """

    simcc_x: Tensor | None = None
    simcc_y: Tensor | None = None
    logits: Tensor | None = None
    skeleton_logits: Tensor | None = None
    visual_logits: Tensor | None = None
    gate: Tensor | None = None


class Observation(NamedTuple):
    """What a model computes for each frame by itself; the third axis of every array is T.

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
