"""Several views of one sequence in testing: clips of other frames, and mirror images; what they answer is averaged.

A batch of sequences holds its clips one after the other on the frame axis; the model sees each as an entry of a plain
batch. Class probabilities are averaged over all views; SimCC bin probabilities over a clip and its mirror image.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from core.engine.evaluation.predictions import map_arrays
from core.models.output import JointOutput
from core.models.pose.coding import SimCCCoding


class Views(NamedTuple):
    """How a sequence is looked at.

    Attributes:
        num_clips: K, clips of a sequence.
        flip_order: ``Layout.flip_order`` of the joints, to look at each clip's mirror image, too; empty: not at all.
    """

    num_clips: int = 1
    flip_order: tuple[int, ...] = ()


def split_clips(inputs: Sequence[Tensor], num_clips: int) -> tuple[Tensor, ...]:
    """Return a model's inputs with the K clips of every sequence as batch entries.

    Args:
        inputs: ``(B, M, K * T, ...)``, or without a frame axis ``(B, ...)`` of at most two axes.
        num_clips: K.

    Returns:
        ``(B * K, M, T, ...)``, or ``(B * K, ...)``, sequence after sequence.
    """
    return tuple(_split(value, num_clips) if value.ndim > 2 else value.repeat_interleave(num_clips, 0)
                 for value in inputs)


def _split(value: Tensor, num_clips: int) -> Tensor:
    return value.unflatten(2, (num_clips, -1)).transpose(1, 2).flatten(0, 1)


def join_clips(value: Tensor, num_clips: int) -> Tensor:
    """Return ``(B * K, M, T, ...)`` as ``(B, M, K * T, ...)``, what ``split_clips`` undid."""
    return value.unflatten(0, (-1, num_clips)).transpose(1, 2).flatten(2, 3)


def mirror_back(output: JointOutput, flip_order: Sequence[int], coding: SimCCCoding | None) -> JointOutput:
    """Return what was answered about mirrored clips as an answer about the clips: their poses are mirrored back."""
    if output.simcc_x is None or output.simcc_y is None or coding is None:
        return output
    simcc = coding.flip_back(output.simcc_x, output.simcc_y, flip_order)
    return output._replace(simcc_x=simcc.x, simcc_y=simcc.y)


def average_views(outputs: Sequence[JointOutput], num_clips: int) -> JointOutput:
    """Average the answers about the views of B sequences.

    Args:
        outputs: about B * K clips, then about their mirror images.
        num_clips: K.

    Returns:
        float32 logits whose softmax is the mean probability: x and y ``(B, M, K * T, V, N)``, action ``(B, classes)``.
    """
    def pose(*views: Tensor) -> Tensor:
        return _mean_logits(torch.stack([join_clips(view, num_clips) for view in views]), 0)

    def action(*views: Tensor) -> Tensor:
        return _mean_logits(torch.stack(views).unflatten(1, (-1, num_clips)), (0, 2))

    simcc_x, simcc_y, *heads, _ = zip(*outputs, strict=True)
    return JointOutput(map_arrays(pose, *simcc_x), map_arrays(pose, *simcc_y),
                       *(map_arrays(action, *head) for head in heads))


def _mean_logits(logits: Tensor, axes: int | tuple[int, ...]) -> Tensor:
    """Logits ``(...)`` of the mean of the probabilities, over ``axes``, that logits ``(..., N)`` are of."""
    return logits.float().log_softmax(-1).logsumexp(axes)
