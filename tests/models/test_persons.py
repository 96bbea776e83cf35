"""Absent persons and person 0."""

from __future__ import annotations

import torch

from core.models.persons import repeat_first_person


def test_only_absent_persons_are_replaced():
    x = torch.randn(2, 3, 4, 5)
    filled = repeat_first_person(x, torch.tensor([[1., 0., 1.], [1., 1., 0.]]))
    assert torch.equal(filled[0, 1], x[0, 0]) and torch.equal(filled[1, 2], x[1, 0])
    assert torch.equal(filled[0, ::2], x[0, ::2]) and torch.equal(filled[1, :2], x[1, :2])
