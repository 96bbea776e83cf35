"""Keypoints → volumes of heatmaps, a whole batch at once (PYSKL ``GeneratePoseTarget``).

Volumes are ``(B, K, T, H, W)``. The channels, K joints or limbs, lie last in memory, as the network reads them.
Persons are merged by their maximum, one after the other: all at once needs M times the memory and is not faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

import torch
from torch import Tensor, nn

from core.layouts import Pair

MIN_SCORE = 1e-3
"""Joints below this score are not drawn."""


def draw_keypoints(keypoints: Tensor, scores: Tensor, size: tuple[int, int], sigma: float = 0.6) -> Tensor:
    """Return a Gaussian for every joint, as high as its score, ``(B, V, T, H, W)``.

    Args:
        keypoints: ``(x, y)`` in heatmap pixels, ``(B, M, T, V, 2)``.
        scores: ``(B, M, T, V)``.
        size: ``(H, W)``.
        sigma: standard deviation, pixels.
    """
    height, width = size
    columns = _gaussian(keypoints[..., None, :, 0], width, sigma)                        # (B, M, T, W, V)
    rows = _gaussian(keypoints[..., None, :, 1], height, sigma)                          # (B, M, T, H, V)
    return merge_persons(rows * torch.where(scores < MIN_SCORE, 0, scores)[..., None, :], columns)


def draw_limbs(keypoints: Tensor, scores: Tensor, limbs: Tensor, size: tuple[int, int], sigma: float = 0.6) -> Tensor:
    """Return a line of Gaussian profile for every limb, as high as its lower score, ``(B, K, T, H, W)``.

    A limb shorter than a pixel is drawn as its first joint.

    Args:
        keypoints: ``(x, y)`` in heatmap pixels, ``(B, M, T, V, 2)``.
        scores: ``(B, M, T, V)``.
        limbs: first and second joint of every limb, ``(K, 2)``.
        size: ``(H, W)``.
        sigma: standard deviation, pixels.
    """
    first, second = limbs.unbind(dim=-1)
    starts, ends = keypoints[..., first, :], keypoints[..., second, :]                   # (B, M, T, K, 2)
    start_scores = scores[..., first]                                                    # (B, M, T, K)
    lower = torch.minimum(start_scores, scores[..., second])
    short = (ends - starts).square().sum(dim=-1) < 1
    values = torch.where(lower < MIN_SCORE, 0, torch.where(short, start_scores, lower))
    ends = torch.where(short[..., None], starts, ends)
    persons = zip(starts.unbind(dim=1), ends.unbind(dim=1), values.unbind(dim=1), strict=True)
    return _merge(_lines(*person, size, sigma) for person in persons)


def merge_persons(rows: Tensor, columns: Tensor) -> Tensor:
    """Multiply every person's profiles along y and x, and return the maximum over persons, ``(B, K, T, H, W)``.

    Args:
        rows: ``(B, M, T, H, K)``.
        columns: ``(B, M, T, W, K)``.
    """
    persons = zip(rows.unbind(dim=1), columns.unbind(dim=1), strict=True)
    return _merge(row[:, :, :, None] * column[:, :, None] for row, column in persons)


def _merge(persons: Iterable[Tensor]) -> Tensor:
    """Maximum of persons ``(B, T, H, W, K)``, as ``(B, K, T, H, W)``."""
    return reduce(torch.maximum, persons).permute(0, 4, 1, 2, 3)


def _pixels(length: int, like: Tensor) -> Tensor:
    """Coordinates of the pixels of a side, ``(length, 1)``."""
    return torch.arange(length, dtype=like.dtype, device=like.device)[:, None]


def _in_window(pixels: Tensor, low: Tensor, high: Tensor, sigma: float) -> Tensor:
    """Whether pixels lie where something from ``low`` to ``high`` is drawn: up to 3 sigma off, cut towards zero."""
    return (pixels >= (low - 3 * sigma).trunc()) & (pixels < (high + 3 * sigma).trunc() + 1)


def _gaussian(mean: Tensor, length: int, sigma: float) -> Tensor:
    """Gaussians ``(..., length, V)`` of height 1 at ``mean`` ``(..., 1, V)``."""
    pixels = _pixels(length, mean)
    profile = torch.exp(-(pixels - mean).square() / (2 * sigma ** 2))
    return torch.where(_in_window(pixels, mean, mean, sigma), profile, 0)


def _lines(start: Tensor, end: Tensor, value: Tensor, size: tuple[int, int], sigma: float) -> Tensor:
    """Lines of one person, ``(B, T, H, W, K)``, in PYSKL's order of operations: rounding shows in the fifth digit.

    Args:
        start: first end ``(x, y)``, ``(B, T, K, 2)``.
        end: second end; the first once more for a dot.
        value: height, ``(B, T, K)``.
        size: ``(H, W)``.
        sigma: standard deviation, pixels.
    """
    (start_x, start_y), (end_x, end_y) = (point[:, :, None, None].unbind(dim=-1) for point in (start, end))
    x, y = _pixels(size[1], start), _pixels(size[0], start)[:, None]                     # (W, 1), (H, 1, 1)
    from_start = (x - start_x).square() + (y - start_y).square()                         # (B, T, H, W, K)
    from_end = (x - end_x).square() + (y - end_y).square()
    length = (start_x - end_x).square() + (start_y - end_y).square()                     # squared, (B, T, 1, 1, K)
    share = ((from_start - from_end + length) / 2 / length.clamp(min=1)).clamp(0, 1)     # of the way to the end
    distance = ((x - (start_x + share * (end_x - start_x))).square()
                + (y - (start_y + share * (end_y - start_y))).square())                  # squared
    window = (_in_window(x, torch.minimum(start_x, end_x), torch.maximum(start_x, end_x), sigma)
              & _in_window(y, torch.minimum(start_y, end_y), torch.maximum(start_y, end_y), sigma))
    return torch.where(window, torch.exp(-distance / 2 / sigma ** 2) * value[:, :, None, None], 0)


class KeypointVolume(nn.Module):
    """Keypoint features ``(B, M, T, V, 3)`` → volume ``(B, K, T, H, W)``, larger in evaluation than in training.

    Features are x and y in heatmap pixels relative to the middle of the heatmap, and the score; the middle is 0 so that
    a mirror is x → -x. Persons whose scores are 0 leave no trace. Limbs of mirrored features need no change of
    channels: left and right joints have been exchanged before they are drawn.

    Args:
        num_joints: V.
        limbs: first and second joint of every limb; empty draws joints instead.
        sigma: standard deviation of the Gaussians, pixels.
        train_size: H and W in training mode.
        test_size: H and W in evaluation mode.

    Attributes:
        channels: K.
    """

    limbs: Tensor | None

    def __init__(self, num_joints: int = 17, limbs: Sequence[Pair] = (), sigma: float = 0.6, train_size: int = 56,
                 test_size: int = 64) -> None:
        super().__init__()
        self.channels = len(limbs) or num_joints
        self.sigma, self.train_size, self.test_size = sigma, train_size, test_size
        self.register_buffer('limbs', torch.tensor(limbs) if limbs else None, persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """Draw features; float32 under autocast too."""
        side = self.train_size if self.training else self.test_size
        keypoints, scores = features[..., :2].float() + (side - 1) / 2, features[..., 2].float()
        if self.limbs is None:
            return draw_keypoints(keypoints, scores, (side, side), self.sigma)
        return draw_limbs(keypoints, scores, self.limbs, (side, side), self.sigma)



LIMB_ORDERS: dict[str, tuple[Pair, ...]] = {
    'pyskl': (  # configs/posec3d/*/limb.py
        (0, 5), (0, 6), (5, 7), (7, 9), (6, 8), (8, 10), (5, 11), (11, 13), (13, 15), (6, 12), (12, 14), (14, 16),
        (0, 1), (0, 2), (1, 3), (2, 4), (11, 12)),
    'pyskl_default': (  # GeneratePoseTarget's own, where a configuration names none
        (0, 1), (0, 2), (1, 3), (2, 4), (0, 5), (5, 7), (7, 9), (0, 6), (6, 8), (8, 10), (5, 11), (11, 13), (13, 15),
        (6, 12), (12, 14), (14, 16), (11, 12)),
}
"""First and second joint of every limb, in the order of a volume's channels."""
