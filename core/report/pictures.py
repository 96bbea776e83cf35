"""Pictures inside a page: encoded and written into the address."""

from __future__ import annotations

import base64
from typing import NamedTuple

import cv2
import numpy as np

QUALITY = {'.webp': [cv2.IMWRITE_WEBP_QUALITY, 72], '.png': [cv2.IMWRITE_PNG_COMPRESSION, 9]}


class Picture(NamedTuple):
    """A picture for an ``<img>``: its address, what it shows in words, its size in pixels."""

    address: str
    alt: str
    width: int
    height: int


def embed(image: np.ndarray, alt: str, suffix: str = '.webp') -> Picture:
    """Return an RGB uint8 image (H, W, 3) as a ``data:`` address in the format of ``suffix``, .webp or .png."""
    _, encoded = cv2.imencode(suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), QUALITY[suffix])
    code = base64.b64encode(encoded.tobytes()).decode()
    return Picture(f'data:image/{suffix[1:]};base64,{code}', alt, image.shape[1], image.shape[0])
