"""Fusion of the skeleton's and the visual branch's class scores, with one learned weight per class.

Every module maps ``(B, K)`` and ``(B, K)`` logits to ``(B, K)``, which cross-entropy and argmax may read as logits.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Fusion(nn.Module):
    """Base of all fusions; the gradient of either stream can be stopped.

    Args:
        num_classes: K.
        detach_skeleton: stop the gradient at the skeleton's logits.
        detach_visual: stop the gradient at the visual branch's logits.
    """

    def __init__(self, num_classes: int, *, detach_skeleton: bool = False, detach_visual: bool = False) -> None:
        super().__init__()
        self.detach_skeleton, self.detach_visual = detach_skeleton, detach_visual

    def forward(self, skeleton: Tensor, visual: Tensor) -> Tensor:
        """Fuse logits ``(B, K)`` and ``(B, K)``."""
        return self.fuse(skeleton.detach() if self.detach_skeleton else skeleton,
                         visual.detach() if self.detach_visual else visual)

    def fuse(self, skeleton: Tensor, visual: Tensor) -> Tensor:
        """Fuse logits ``(B, K)`` and ``(B, K)``, gradients passing."""
        raise NotImplementedError


class ProbabilityFusion(Fusion):
    """Weighted mean of the probabilities: log of ``p = (softmax(z_s) + w softmax(z_v)) / sum``, w > 0, at first 1.

    The parameter is w before a softplus. Published weights hold w itself; the other name keeps them out.

    The sum of p is 1, so cross-entropy on the result is ``-log p`` of the true class. Arguments as in ``Fusion``.
    """

    def __init__(self, num_classes: int, **options: bool) -> None:
        super().__init__(num_classes, **options)
        self.raw_weight = nn.Parameter(torch.full((num_classes,), math.log(math.e - 1)))

    def fuse(self, skeleton: Tensor, visual: Tensor) -> Tensor:
        """Fuse logits ``(B, K)`` and ``(B, K)``, gradients passing."""
        weighted = F.softplus(self.raw_weight).log() + visual.log_softmax(dim=-1)
        # not torch.logaddexp: exported, it is the log of a sum of exponentials, -inf for improbable classes
        return torch.stack([skeleton.log_softmax(dim=-1), weighted]).logsumexp(dim=0).log_softmax(dim=-1)


class LogitFusion(Fusion):
    """Weighted sum of the logits, ``z_s + w z_v``, w at first 1. Arguments as in ``Fusion``."""

    def __init__(self, num_classes: int, **options: bool) -> None:
        super().__init__(num_classes, **options)
        self.weight = nn.Parameter(torch.ones(num_classes))

    def fuse(self, skeleton: Tensor, visual: Tensor) -> Tensor:
        """Fuse logits ``(B, K)`` and ``(B, K)``, gradients passing."""
        return skeleton + self.weight * visual


class UpstreamFusion(LogitFusion):
    """As published (End2end): ``softmax(z_s) + w softmax(z_v)``, only w receives a gradient.

    Kept to reproduce published checkpoints. The result is not a logit: cross-entropy on it stays above
    ``log(1 + (K - 1) / e^2)`` even when both branches are right.

    Args:
        num_classes: K.
    """

    def __init__(self, num_classes: int) -> None:
        super().__init__(num_classes, detach_skeleton=True, detach_visual=True)

    def fuse(self, skeleton: Tensor, visual: Tensor) -> Tensor:
        """Fuse logits ``(B, K)`` and ``(B, K)``, gradients passing."""
        return super().fuse(skeleton.softmax(dim=-1), visual.softmax(dim=-1))


FUSIONS: dict[str, type[Fusion]] = {'prob': ProbabilityFusion, 'logit': LogitFusion, 'prob_upstream': UpstreamFusion}
