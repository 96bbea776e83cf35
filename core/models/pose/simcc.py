"""SimCC: joints as one distribution over x bins and one over y bins (Li et al., ECCV 2022, arXiv 2107.03332).

Bins are 0-based; a joint at pixel ``u`` of the crop has its mean at bin ``u · split_ratio``. This file draws
targets and turns logits back into pixels; ``SimCCCoding`` keeps the settings together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

TARGET_NORMS = ('upstream', 'renorm')
DECODE_MODES = ('argmax', 'expect')
MIN_MASS = 0.05


class SimCC(NamedTuple):
    """Logits over bins: ``x`` ``(..., J, N_x)`` and ``y`` ``(..., J, N_y)``."""

    x: Tensor
    y: Tensor


class SimCCTarget(NamedTuple):
    """Targets ``x`` ``(..., J, N_x)``, ``y`` ``(..., J, N_y)``; ``weight`` ``(..., J)`` is 1 where the joint counts."""

    x: Tensor
    y: Tensor
    weight: Tensor


def num_bins(image_size: Sequence[int], split_ratio: float) -> tuple[int, int]:
    """``(N_x, N_y)`` of a crop of ``image_size`` (width, height) pixels."""
    return int(image_size[0] * split_ratio), int(image_size[1] * split_ratio)


def _gaussian(mean: Tensor, bins: int, sigma: float) -> Tensor:
    """Normal density at the bins: means ``(...)``, in bins → ``(..., bins)``."""
    grid = torch.arange(bins, device=mean.device, dtype=mean.dtype)
    return torch.exp(-0.5 * ((grid - mean[..., None]) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))


def _near_crop(keypoints: Tensor, image_size: Tensor, sigma: float) -> Tensor:
    """The published visibility test ``(..., J)``; it uses 3 sigma as pixels although sigma is in bins."""
    low, high = torch.trunc(keypoints - 3 * sigma), torch.trunc(keypoints + 3 * sigma + 1)
    return ((low < image_size) & (high >= 0)).all(-1)


def encode_simcc(keypoints_crop: Tensor, visible: Tensor, *, image_size: tuple[int, int], split_ratio: float = 2.0,
                 sigma: float = 4.0, target_norm: str = 'renorm') -> SimCCTarget:
    """Gaussian targets of joints (section 3.2 of the paper), on the device of the joints.

    Args:
        keypoints_crop: ``(..., J, 2)`` as (x, y), crop pixels; anything, even NaN, where not visible.
        visible: ``(..., J)``, above 0.5 where the joint is annotated.
        image_size: crop ``(width, height)``, pixels.
        split_ratio: bins per pixel.
        sigma: standard deviation, bins.
        target_norm: 'renorm' makes every row sum to 1 and drops a joint with less than 5 % of its mass inside the crop;
            'upstream' keeps the cut-off density and drops a joint more than 3 sigma *pixels* outside, as published.

    Returns:
        Targets and weights; the rows of a dropped joint are zero.

    Raises:
        ValueError: for an unknown ``target_norm``.
    """
    if target_norm not in TARGET_NORMS:
        raise ValueError(f"target norm '{target_norm}' is unknown; choose one of {', '.join(TARGET_NORMS)}")
    known = visible > 0.5                                           # (..., J)
    keypoints = torch.where(known[..., None], keypoints_crop, 0).float()
    targets = [_gaussian(keypoints[..., axis] * split_ratio, bins, sigma)
               for axis, bins in enumerate(num_bins(image_size, split_ratio))]
    if target_norm == 'upstream':
        kept = known & _near_crop(keypoints, keypoints.new_tensor(image_size), sigma)
    else:
        masses = [target.sum(-1) for target in targets]
        kept = known & (masses[0] >= MIN_MASS) & (masses[1] >= MIN_MASS)
        targets = [target / mass.clamp(min=MIN_MASS)[..., None] for target, mass in zip(targets, masses, strict=True)]
    x, y = (torch.where(kept[..., None], target, 0) for target in targets)
    return SimCCTarget(x, y, kept.to(x.dtype))


def _decode_axis(logits: Tensor, sigma: float, mode: str) -> tuple[Tensor, Tensor]:
    """Logits ``(..., N)`` → positions ``(...)`` in bins and the largest probabilities ``(...)``."""
    probability, best = logits.softmax(-1), logits.argmax(-1)
    peak = probability.amax(-1)
    if mode == 'argmax':
        return best.to(logits.dtype), peak
    grid = torch.arange(logits.shape[-1], device=logits.device)
    window = probability * ((grid - best[..., None]).abs() <= 3 * sigma)
    return (window * grid).sum(-1) / window.sum(-1), peak


def decode_simcc(x: Tensor, y: Tensor, split_ratio: float = 2.0, *, sigma: float = 4.0,
                 mode: str = 'argmax') -> tuple[Tensor, Tensor]:
    """Logits → joints.

    Args:
        x: ``(..., J, N_x)`` logits.
        y: ``(..., J, N_y)`` logits.
        split_ratio: bins per pixel.
        sigma: standard deviation of the training targets, bins.
        mode: 'argmax' the most probable bin; 'expect' the mean within 3 sigma around it (finer than a bin).

    Returns:
        keypoints ``(..., J, 2)``, crop pixels, and scores ``(..., J)`` in 0..1: the geometric mean of both peak
        probabilities, divided by the peak of a perfect target, ``sqrt(max P_x · max P_y) · σ·sqrt(2π)``.

    Raises:
        ValueError: for an unknown ``mode``.
    """
    if mode not in DECODE_MODES:
        raise ValueError(f"decode mode '{mode}' is unknown; choose one of {', '.join(DECODE_MODES)}")
    (bin_x, peak_x), (bin_y, peak_y) = (_decode_axis(axis.float(), sigma, mode) for axis in (x, y))
    scores = (peak_x * peak_y).sqrt() * (sigma * math.sqrt(2 * math.pi))
    return torch.stack([bin_x, bin_y], -1) / split_ratio, scores.clamp(max=1)


def flip_back_simcc(x: Tensor, y: Tensor, flip_order: Sequence[int], split_ratio: float | None = None) -> SimCC:
    """Turn logits of a mirrored crop into logits of the unmirrored crop, so that both can be averaged.

    A mirror takes pixel u to W-1-u and therefore bin b to N_x - split_ratio - b, not to N_x - 1 - b.

    Args:
        x: ``(..., J, N_x)`` predicted from the mirrored crop.
        y: ``(..., J, N_y)`` likewise.
        flip_order: joint order after a mirror (``Layout.flip_order``).
        split_ratio: bins per pixel, for the exact rule. It interpolates between bins and repeats the border.
            ``None`` reverses the bins as published, which is wrong by split_ratio - 1 bins.
    """
    order = torch.as_tensor(flip_order, device=x.device)
    x, y = x.index_select(-2, order), y.index_select(-2, order)
    if split_ratio is None:
        return SimCC(x.flip(-1), y)
    bins = x.shape[-1]
    position = (bins - split_ratio - torch.arange(bins, device=x.device, dtype=torch.float64)).clamp(min=0)
    low = position.floor().long().clamp(max=bins - 1)
    share = (position - low).to(x.dtype)
    return SimCC(x[..., low] * (1 - share) + x[..., (low + 1).clamp(max=bins - 1)] * share, y)
