"""Implicit poses over time: the x and y distributions of a joint as an image, time to the right, bins downwards."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from core.report.clips import Picture, embed
from core.report.replay import SeenPerson


class Strip(NamedTuple):
    """The distributions of one joint along one axis.

    Attributes:
        picture: a pixel per frame and bin, bright where the probability is high.
        truth: SVG path of the annotated position in pixels of the picture; empty where it never is.
    """

    picture: Picture
    truth: str


def joint_strips(person: SeenPerson, joint: int, name: str) -> tuple[Strip, Strip]:
    """Return the x and the y strip of a joint, called ``name`` in the pictures' descriptions."""
    truth = person.true_bins[:, joint]                                              # (T, 2)
    return (_strip(person.p_x[:, joint], truth[:, 0], f'x position of {name} over time'),
            _strip(person.p_y[:, joint], truth[:, 1], f'y position of {name} over time'))


def liveliest_joint(person: SeenPerson) -> int:
    """Return the annotated joint whose position in the crop varies most, 0 where none is annotated throughout."""
    spread = np.nan_to_num(person.true_bins.var(axis=0).sum(axis=-1), nan=-1)      # (V,)
    return int(spread.argmax())


def _strip(bins: np.ndarray, truth: np.ndarray, alt: str) -> Strip:
    """Strip of distributions ``(T, N)``; the square root keeps broad ones visible."""
    values = np.sqrt(bins.T / bins.max())                                           # (N, T)
    heat = cv2.applyColorMap((255 * values).astype(np.uint8), cv2.COLORMAP_VIRIDIS)
    return Strip(embed(cv2.cvtColor(heat, cv2.COLOR_BGR2RGB), alt, '.png'), _path(truth))


def _path(truth: np.ndarray) -> str:
    """SVG path of ``truth`` ``(T,)``, a step for each frame with gaps where it is NaN."""
    known = np.isfinite(truth)
    joined = known & np.roll(known, 1) & (np.arange(len(truth)) > 0)                # the frame before is known, too
    return ''.join(f'{"L" if joined[frame] else "M"}{frame} {truth[frame] + 0.5:.1f}H{frame + 1}'
                   for frame in np.flatnonzero(known).tolist())
