"""Replaces absent persons where zeros would spoil statistics or maxima."""

from __future__ import annotations

import torch
from torch import Tensor


def repeat_first_person(x: Tensor, person_mask: Tensor) -> Tensor:
    """Replace absent persons of ``(B, M, ...)`` by person 0; a repeated person changes no maximum over persons.

    Args:
        x: anything about persons; person 0 exists.
        person_mask: 1 where the person exists, ``(B, M)``.

    Example:
        >>> repeat_first_person(torch.tensor([[1, 2]]), torch.tensor([[1, 0]]))
        tensor([[1, 1]])
    """
    return torch.where(person_mask.reshape(*x.shape[:2], *[1] * (x.ndim - 2)) > 0, x, x[:, :1])
