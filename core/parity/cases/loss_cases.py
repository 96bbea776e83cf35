"""Parity of the pose losses of the published end2end code."""

from __future__ import annotations

import torch
from torch import Tensor

from core.losses.simcc_loss import simcc_kl_loss
from core.models.pose.simcc import SimCCTarget
from core.parity.heatmap import joints_mse_loss
from core.parity.vector import Vector


def run(vector: Vector) -> dict[str, Tensor]:
    """Losses and their gradients: 'kl_…' with joint weights, 'mse_…_weighted' and 'mse_…_unweighted'."""
    inputs = vector.inputs()
    weight = inputs['target_weight'].flatten(1)                     # (N, J)
    x, y, heatmaps = (inputs[name].requires_grad_() for name in ('output_x', 'output_y', 'heatmap_output'))
    target = SimCCTarget(inputs['target_x'], inputs['target_y'], weight)
    outputs: dict[str, Tensor] = {}
    for suffix, weights in (('weighted', weight), ('unweighted', None)):
        loss = joints_mse_loss(heatmaps, inputs['heatmap_target'], weights)
        outputs |= {f'mse_loss_{suffix}': loss, f'mse_grad_{suffix}': torch.autograd.grad(loss, heatmaps)[0]}
    loss = simcc_kl_loss(x, y, target, reduction='upstream', norm='all')
    grad_x, grad_y = torch.autograd.grad(loss, (x, y))
    return {**outputs, 'kl_loss': loss, 'kl_grad_output_x': grad_x, 'kl_grad_output_y': grad_y}
