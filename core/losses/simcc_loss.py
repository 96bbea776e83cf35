"""Kullback-Leibler divergence between SimCC targets and predictions (Li et al., arXiv 2107.03332, section 3.2)."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from core.models.pose.simcc import SimCCTarget

REDUCTIONS = ('sum', 'upstream')
NORMS = ('visible', 'all')


def simcc_kl_loss(x: Tensor, y: Tensor, target: SimCCTarget, *, reduction: str = 'sum', norm: str = 'visible',
                  beta: float = 1.0) -> Tensor:
    """KL(target ‖ softmax(beta · logits)), summed over both axes and averaged over joints; 0·log 0 counts as 0.

    Args:
        x: logits ``(N, J, N_x)``.
        y: logits ``(N, J, N_y)``.
        target: targets of ``encode_simcc``; rows of weight 0 do not count.
        reduction: how bins are combined: 'sum' (the definition of the divergence) or 'upstream' (the published mean).
        norm: how joints are averaged: 'visible' divides by the total weight, 'all' by N·J (as published).
        beta: inverse temperature of the prediction.

    Returns:
        Scalar loss; 0 when nothing is visible.

    Raises:
        ValueError: for an unknown ``reduction`` or ``norm``.
    """
    if reduction not in REDUCTIONS or norm not in NORMS:
        raise ValueError(f"KL reduction '{reduction}' with norm '{norm}' is unknown; reductions are "
                         f"{', '.join(REDUCTIONS)}, norms are {', '.join(NORMS)}")
    loss = x.new_zeros(())
    for logits, wanted in ((x, target.x), (y, target.y)):
        divergence = F.kl_div((beta * logits).log_softmax(-1), wanted, reduction='none')    # (N, J, N_bins)
        over_bins = divergence.sum(-1) if reduction == 'sum' else divergence.mean(-1)       # (N, J)
        loss = loss + (target.weight * over_bins).sum()
    return loss / (target.weight.sum().clamp(min=1) if norm == 'visible' else target.weight.numel())
