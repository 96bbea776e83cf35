"""Implicit pose: x/y distributions of joints → features of a skeleton network, differentiable.

The action loss reaches the pose network through these features. Only the forward pass of mode ``hard`` rounds
coordinates. P_x and P_y are ``softmax(beta * logits)``. Positions are expectations of bin centers, -1..1 over the crop.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.models.distributions import (
    fourier_codes,
    moment,
    peak_position,
    peak_score,
    relative_entropy,
    scale_gradient,
    variance,
)
from core.models.pose.coding import SimCCCoding

BETA_RANGE = (0.1, 20.0)
GEOMETRIES = ('none', 'image', 'append')


class CropGeometry(NamedTuple):
    """Where the crops lie in the stored frames.

    Attributes:
        crop: crop pixels → image pixels, ``(B, M, T, 2, 3)``.
        half: half of the image's ``(width, height)`` in pixels, ``(B, 1, 1, 2)``.
    """

    crop: Tensor
    half: Tensor


class Distributions(NamedTuple):
    """Distributions of all joints and where their crops lie.

    Attributes:
        x: P_x, ``(B, M, T, V, N_x)``; in mode ``logits`` the logits.
        y: P_y, ``(B, M, T, V, N_y)``; in mode ``logits`` the logits.
        geometry: where the crops lie; ``None`` for ``geom='none'``.
    """

    x: Tensor
    y: Tensor
    geometry: CropGeometry | None = None


class ImplicitPose(nn.Module):
    """Skeleton features ``(B, M, T, V, C)`` of distributions.

    Args:
        coding: how the distributions write joints; a perfect prediction of its targets scores 1.
        mode: key of ``MODES``.
        embed_dim: C of the embed modes.
        beta: initial inverse temperature of both axes (learned, kept in ``BETA_RANGE``).
        grad_scale: factor on the gradient that reaches the logits.
        geom: ``'none'``; ``'image'``: coordinates are -1..1 over the stored frame instead of over the crop;
            ``'append'``: three more channels, the crop's center (-1..1 over the stored frame) and log relative size.

    Attributes:
        out_channels: C.

    Raises:
        ValueError: for an unknown mode or geometry, or ``'image'`` in a mode that has no coordinates.
    """

    crop_size: Tensor
    log_beta: nn.Parameter | None

    def __init__(self, coding: SimCCCoding, mode: str = 'embed', embed_dim: int = 64, beta: float = 1.0,
                 grad_scale: float = 1.0, geom: str = 'none') -> None:
        super().__init__()
        if mode not in MODES or geom not in GEOMETRIES:
            raise ValueError(f"implicit pose: mode '{mode}' must be one of {', '.join(MODES)} and geometry '{geom}' "
                             f"one of {', '.join(GEOMETRIES)}")
        self.mode, self.geom, self.grad_scale = MODES[mode], geom, grad_scale
        if geom == 'image' and not self.mode.coordinates:
            raise ValueError(f"implicit pose mode '{mode}' has no coordinates to map to the image; use 'append'")
        self.split_ratio, self.sigma = coding.split_ratio, coding.sigma
        self.register_buffer('crop_size', torch.tensor(coding.image_size, dtype=torch.float32), persistent=False)
        self.log_beta = nn.Parameter(torch.full((2,), math.log(beta))) if self.mode.normalized else None
        bins = coding.num_bins
        channels = (sum(bins) if self.mode.channels is None else self.mode.channels) + 3 * (geom == 'append')
        self.out_channels = embed_dim if self.mode.embeds else channels
        if self.mode.embeds:
            self._build_codes(bins, embed_dim, channels)

    def _build_codes(self, bins: tuple[int, int], embed_dim: int, extra: int) -> None:
        self.code_x = nn.Linear(bins[0], embed_dim)
        self.code_y = nn.Linear(bins[1], embed_dim, bias=False)
        self.extra = nn.Linear(extra, embed_dim, bias=False) if extra else None
        with torch.no_grad():
            self.code_x.weight.copy_(fourier_codes(embed_dim, bins[0], axis=0))
            self.code_y.weight.copy_(fourier_codes(embed_dim, bins[1], axis=1))
            self.code_x.bias.zero_()
            if self.extra is not None:
                self.extra.weight.zero_()

    def beta(self) -> Tensor:
        """Return the inverse temperatures of x and y, ``(2,)``; mode ``logits`` has none."""
        assert self.log_beta is not None
        return self.log_beta.exp().clamp(*BETA_RANGE)

    def forward(self, x: Tensor, y: Tensor, crop_to_image: Tensor | None = None, image_size: Tensor | None = None,
                person_mask: Tensor | None = None) -> Tensor:
        """Return features ``(B, M, T, V, C)``; float32 under autocast too, because half precision would move joints.

        Args:
            x: logits over x bins ``(B, M, T, V, N_x)``.
            y: logits over y bins ``(B, M, T, V, N_y)``.
            crop_to_image: crop pixels → image pixels ``(B, M, T, 2, 3)``; needed unless ``geom`` is ``'none'``.
            image_size: image ``(width, height)``, pixels, ``(B, 2)``; needed unless ``geom`` is ``'none'``.
            person_mask: 1 where the person exists ``(B, M)``; an absent person's features are 0.

        Raises:
            ValueError: a geometry needs ``crop_to_image`` and ``image_size``, and one of them is missing.
        """
        with torch.autocast(x.device.type, enabled=False):
            exact = torch.promote_types(x.dtype, torch.float32)
            x, y = (scale_gradient(logits.to(exact), self.grad_scale) for logits in (x, y))
            if self.mode.normalized:
                beta_x, beta_y = self.beta()
                x, y = (beta_x * x).softmax(dim=-1), (beta_y * y).softmax(dim=-1)
            features = self._features(Distributions(x, y, self._geometry(crop_to_image, image_size, exact)))
        return features if person_mask is None else features * person_mask[:, :, None, None, None]

    def _geometry(self, crop_to_image: Tensor | None, image_size: Tensor | None,
                  dtype: torch.dtype) -> CropGeometry | None:
        if self.geom == 'none':
            return None
        if crop_to_image is None or image_size is None:
            raise ValueError(f"implicit pose with geometry '{self.geom}' needs crop_to_image and image_size; pass both")
        return CropGeometry(crop_to_image.to(dtype), image_size[:, None, None].to(dtype) / 2)

    def _features(self, d: Distributions) -> Tensor:
        parts = self.mode.compute(self, d)
        if d.geometry is not None and self.geom == 'append':
            place = self._place(d.geometry)                                              # (B, M, T, 3)
            parts = [*parts, place[..., None, :].expand(*d.x.shape[:-1], -1)]
        if not self.mode.embeds:
            return torch.cat(parts, dim=-1)
        code = self.code_x(d.x) + self.code_y(d.y)                                       # (B, M, T, V, C)
        return code if self.extra is None else code + self.extra(torch.cat(parts, dim=-1))

    def _place(self, geometry: CropGeometry) -> Tensor:
        """Centers of the crops, -1..1 over the image, and their log relative size, ``(B, M, T, 3)``."""
        crop, half = geometry
        linear, shift = crop[..., :2], crop[..., 2]                                      # (B, M, T, 2, 2), (B, M, T, 2)
        center = (linear @ (self.crop_size / 2) + shift) / half - 1                      # (B, M, T, 2)
        determinant = linear[..., 0, 0] * linear[..., 1, 1] - linear[..., 0, 1] * linear[..., 1, 0]
        area = determinant.abs() * self.crop_size.prod() / (2 * half).prod(dim=-1)       # share of the image
        return torch.cat([center, 0.5 * area.clamp(min=1e-12).log()[..., None]], dim=-1)

    def locate(self, d: Distributions, crop_norm: Tensor) -> Tensor:
        """Return positions ``(B, M, T, V, 2)`` in the coordinates of ``geom``, given positions over the crop."""
        if d.geometry is None or self.geom != 'image':
            return crop_norm
        crop, half = d.geometry
        keypoints_crop = (crop_norm + 1) / 2 * self.crop_size - 0.5 / self.split_ratio   # bin b is pixel b / ratio
        keypoints_image = keypoints_crop @ crop[..., :2].mT + crop[..., None, :, 2]
        return keypoints_image / half[..., None, :] - 1


def _distributions(pose: ImplicitPose, d: Distributions) -> list[Tensor]:
    return [d.x, d.y]


def _code_only(pose: ImplicitPose, d: Distributions) -> list[Tensor]:
    return []


def _moments(pose: ImplicitPose, d: Distributions) -> list[Tensor]:
    position = torch.stack([moment(d.x), moment(d.y)], dim=-1)
    return [pose.locate(d, position), peak_score(d.x, d.y, pose.sigma)[..., None]]


def _statistics(pose: ImplicitPose, d: Distributions) -> list[Tensor]:
    shape = [variance(d.x), variance(d.y), relative_entropy(d.x), relative_entropy(d.y)]
    return [*_moments(pose, d), torch.stack(shape, dim=-1)]


def _hard(pose: ImplicitPose, d: Distributions) -> list[Tensor]:
    position = torch.stack([peak_position(d.x), peak_position(d.y)], dim=-1)
    return [pose.locate(d, position), peak_score(d.x, d.y, pose.sigma)[..., None]]


class Mode(NamedTuple):
    """One row of ``MODES``.

    Attributes:
        compute: module and distributions → feature tensors ``(B, M, T, V, .)`` to be concatenated.
        channels: their number of channels; ``None``: N_x + N_y.
        coordinates: whether they contain positions.
        embeds: whether the main feature is a learned code per bin. The feature tensors then only correct it, through a
            linear layer that starts at 0.
        normalized: whether logits become probabilities.
    """

    compute: Callable[[ImplicitPose, Distributions], list[Tensor]]
    channels: int | None
    coordinates: bool = True
    embeds: bool = False
    normalized: bool = True


MODES: dict[str, Mode] = {
    'logits': Mode(_distributions, None, coordinates=False, normalized=False),   # as published
    'probs': Mode(_distributions, None, coordinates=False),
    'moments': Mode(_moments, 3),                                                # E_x, E_y, score
    'moments+': Mode(_statistics, 7),                                            # and variances, relative entropies
    'embed': Mode(_code_only, 0, coordinates=False, embeds=True),                # expected code of the bins
    'embed+moments': Mode(_statistics, 7, embeds=True),
    'hard': Mode(_hard, 3),                                                      # peak bins: two-stage baseline
}
