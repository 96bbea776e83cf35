"""Statistics of distributions over bins, as pure differentiable functions; the bins are always the last axis.

Bin b of N has the center ``c_b = (b + 0.5) / N * 2 - 1`` in -1..1.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def bin_centers(bins: int, device: torch.device | None = None) -> Tensor:
    """Return c_b, ``(bins,)`` in -1..1."""
    return (torch.arange(bins, device=device) + 0.5) / bins * 2 - 1


def moment(p: Tensor, order: int = 1) -> Tensor:
    """Return ``sum_b c_b ** order * p_b``, ``(..., N) → (...)``; order 1 is the soft-argmax (1711.08229)."""
    return (p * bin_centers(p.shape[-1], p.device) ** order).sum(dim=-1)


def variance(p: Tensor) -> Tensor:
    """Return the variance of c, ``(..., N) → (...)``."""
    return (moment(p, 2) - moment(p) ** 2).clamp(min=0)


def relative_entropy(p: Tensor) -> Tensor:
    """Return the entropy divided by the uniform distribution's entropy, 0..1, ``(..., N) → (...)``."""
    return -(p * p.clamp(min=1e-12).log()).sum(dim=-1) / math.log(p.shape[-1])


def peak_position(p: Tensor) -> Tensor:
    """Return the center of the most probable bin with the gradient of ``moment(p)``, ``(..., N) → (...)``.

    Straight-through estimator (1308.3432).
    """
    soft = moment(p)
    return bin_centers(p.shape[-1], p.device)[p.argmax(dim=-1)] + (soft - soft.detach())


def peak_score(p_x: Tensor, p_y: Tensor, sigma: float) -> Tensor:
    """Return how sharp a joint's two peaks are, 0..1; 1 for Gaussians of ``sigma`` bins, ``(..., N) → (...)``."""
    peak = torch.sqrt(p_x.amax(dim=-1) * p_y.amax(dim=-1))
    return (peak * sigma * math.sqrt(2 * math.pi)).clamp(max=1)


def fourier_codes(channels: int, bins: int, axis: int) -> Tensor:
    """Return initial codes per bin, ``(channels, bins)``, of one axis (0: x, 1: y).

    Channel ``axis`` is c_b, so that its expectation is the soft-argmax. Every second channel from ``2 + axis`` on is a
    sine or cosine of c_b; the frequency rises (2006.10739). All other channels belong to the other axis and are 0.
    """
    centers, codes = bin_centers(bins), torch.zeros(channels, bins)
    codes[axis] = centers
    order = torch.arange(len(codes[2 + axis::2]))[:, None]
    codes[2 + axis::2] = torch.sin(math.pi * (1 + order // 2) * centers + math.pi / 2 * (order % 2))
    return codes


def scale_gradient(x: Tensor, scale: float) -> Tensor:
    """Return ``x`` unchanged; its gradient is multiplied by ``scale`` (0..1; 0 detaches)."""
    if scale == 1:
        return x
    return torch.lerp(x.detach(), x, scale) if scale else x.detach()
