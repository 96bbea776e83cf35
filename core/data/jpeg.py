"""JPEG files of which a part can be decoded.

A JPEG can only be decoded from its beginning, unless restart markers were written into it (ITU-T T.81, B.2.4.4 and
E.1.4): between two of them lies a run of blocks that depends on nothing before it. ``encode_jpeg`` writes them several
times a row; ``decode_region`` then cuts the runs around a person out of the file, makes a smaller JPEG of them, and
decodes that. Other JPEG files are decoded whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

_START, _BASELINE, _PROGRESSIVE, _SCAN, _INTERVAL = 0xD8, (0xC0, 0xC1), 0xC2, 0xDA, 0xDD
_END = b'\xff\xd9'
_TAIL = 32              # bytes at the end of a file among which the end marker must be
_HEADER = 4096          # bytes among which the header must be
_LONGEST_RUN = 3        # units of 16 pixels: short enough to cut close, long enough to cost only 4 % of the file
_MARGIN = 2             # decoded pixels around a region: chroma is interpolated across unit borders
_MOST = 0.7             # share of a picture above which cutting costs more than it saves
_FLAGS = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4,
          8: cv2.IMREAD_REDUCED_COLOR_8}


class Patch(NamedTuple):
    """Part of a picture: ``pixels`` uint8 (H, W, 3) in OpenCV's order B, G, R, and where in the picture it begins."""

    pixels: np.ndarray
    origin: tuple[int, int]


class Header(NamedTuple):
    """What a JPEG file says of itself.

    Attributes:
        size: (width, height) in pixels.
        unit: (width, height) of its smallest unit of coding, pixels.
        run: units between two restart markers; 0: none, or a kind of JPEG that is not cut here.
        size_at: position of the four bytes that hold height and width.
        end: position of the first byte of coded data.
    """

    size: tuple[int, int]
    unit: tuple[int, int]
    run: int
    size_at: int
    end: int


def encode_jpeg(picture: np.ndarray, quality: int) -> bytes:
    """Return the JPEG file of an RGB picture uint8 (H, W, 3), with restart markers; ``quality`` is 1 to 100."""
    units = -(-picture.shape[1] // 16)
    run = max(length for length in range(1, _LONGEST_RUN + 1) if units % length == 0)
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_RST_INTERVAL, run]
    return cv2.imencode('.jpg', cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), settings)[1].tobytes()


def read_header(data: np.ndarray) -> Header:
    """Return the header of a JPEG file, uint8 (bytes,), of which the first few thousand bytes are enough.

    Raises:
        ValueError: not a JPEG file, or one that ends within its header.
    """
    raw, at = data[:_HEADER].tobytes(), 2
    size_at = mode = run = 0
    while raw[1:2] == bytes([_START]) and raw[at:at + 1] == b'\xff' and at + 4 <= len(raw):
        kind, length = raw[at + 1], int.from_bytes(raw[at + 2:at + 4], 'big')
        if kind in (*_BASELINE, _PROGRESSIVE):
            size_at, mode = at + 5, kind
        elif kind == _INTERVAL:
            run = int.from_bytes(raw[at + 4:at + 6], 'big')
        elif kind == _SCAN and size_at:
            height, width = (int.from_bytes(raw[place:place + 2], 'big') for place in (size_at, size_at + 2))
            factors = raw[size_at + 6:size_at + 5 + 3 * raw[size_at + 4]:3]     # of each component, x and y in a byte
            unit = 8 * max(factor >> 4 for factor in factors), 8 * max(factor & 15 for factor in factors)
            return Header((width, height), unit, run if mode in _BASELINE else 0, size_at, at + 2 + length)
        at += 2 + length
    raise ValueError('not a JPEG file')


def decode_region(data: np.ndarray, header: Header, region: Sequence[float], shrink: int = 1) -> Patch:
    """Decode what ``region`` shows, and some pixels around it; just as the whole picture has them.

    Args:
        data: JPEG file, uint8 (bytes,).
        header: what ``read_header`` returns for it.
        region: x0, y0, x1, y1 in pixels of the whole picture, ends excluded; parts outside it show nothing.
        shrink: decode at 1/``shrink`` (1, 2, 4 or 8) of the size.

    Returns:
        the patch; its origin counts pixels of the whole picture, not shrunk.

    Raises:
        ValueError: a truncated file, or one that cannot be decoded.
    """
    margin = _MARGIN * shrink
    x0, y0 = int(region[0]) - margin, int(region[1]) - margin
    cut, origin = _cut(data, header, (x0, y0, int(region[2]) + 1 + margin, int(region[3]) + 1 + margin))
    return Patch(decode_shrunk(cut, shrink), origin)


def decode_shrunk(data: np.ndarray, shrink: int = 1) -> np.ndarray:
    """Decode a JPEG file uint8 (bytes,) at 1/``shrink`` (1, 2, 4 or 8) of its size, to B, G, R uint8 (H, W, 3).

    Raises:
        ValueError: a truncated file, or one that cannot be decoded.
    """
    # OpenCV fills the lost part of a truncated JPEG with grey and reports success, so look for the end marker.
    pixels = None
    if _END in data[-_TAIL:].tobytes():
        pixels = cv2.imdecode(data, _FLAGS[shrink] | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise ValueError('not a complete JPEG file')
    return pixels


def _cut(data: np.ndarray, header: Header, region: tuple[int, int, int, int]) -> tuple[np.ndarray, tuple[int, int]]:
    """A JPEG file of the runs that meet ``region``, and the position of its first pixel; the whole file if it must."""
    whole, run, (unit_width, height) = (data, (0, 0)), header.run, header.unit
    if not run or -(-header.size[0] // unit_width) % run or data[-2:].tobytes() != _END:
        return whole
    width = run * unit_width                                            # pixels of a run: width, height
    columns, rows = -(-header.size[0] // width), -(-header.size[1] // height)
    left, right = _meeting(region[0], region[2], width, columns)
    top, bottom = _meeting(region[1], region[3], height, rows)
    if (right - left) * (bottom - top) > _MOST * columns * rows:
        return whole
    coded = data[header.end:]
    ends = _markers(coded)                                              # a run ends at one, the last run at the end
    if len(ends) != columns * rows - 1:
        return whole
    bounds = np.concatenate([[-2], ends, [len(coded) - 2]])             # where the marker before each run lies
    stops = bounds[1:].reshape(rows, columns)[top:bottom, left:right]   # (rows, columns) of the cut
    starts = bounds[:-1].reshape(rows, columns)[top:bottom, left] + 2
    cut = np.concatenate([data[:header.end], *map(coded.__getitem__, map(slice, starts, stops[:, -1] + 2))])
    size = min(bottom * height, header.size[1]) - top * height, min(right * width, header.size[0]) - left * width
    cut[header.size_at:header.size_at + 4] = np.array(size, '>u2').view(np.uint8)
    lengths = stops[:, -1] + 2 - starts
    moved = header.end + np.cumsum(lengths) - lengths - starts          # of each row, to its place in the cut
    cut[stops + moved[:, None] + 1] = 0xD0 + np.arange(stops.size).reshape(stops.shape) % 8
    cut[-1] = _END[1]
    return cut, (left * width, top * height)


def _meeting(start: int, stop: int, length: int, count: int) -> tuple[int, int]:
    """First and end of those of ``count`` intervals of ``length`` pixels that meet ``start..stop``; at least one."""
    first = min(max(start, 0) // length, count - 1)
    return first, min(max((stop - 1) // length, first), count - 1) + 1


def _markers(coded: np.ndarray) -> np.ndarray:
    """Positions of the restart markers in coded data."""
    places = np.flatnonzero(coded[:-1] == 0xFF)
    return places[coded[places + 1] & 0xF8 == 0xD0]
