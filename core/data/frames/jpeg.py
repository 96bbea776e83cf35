"""JPEG files that can be decoded in part.

A JPEG can only be decoded from its beginning, unless restart markers were written into it (ITU-T T.81, B.2.4.4 and
E.1.4): the run of blocks between two markers depends on nothing before it. ``encode_jpeg`` writes several markers in
each row. ``cut_regions`` cuts the runs around a person out of the files of a clip and makes a smaller JPEG file of
each. JPEG files without such markers stay whole.
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
_LONGEST_RUN = 2        # units of 16 pixels: short enough to cut close, long enough to cost only 6 % of the file
_MARGIN = 2             # decoded pixels around a region: chroma is interpolated across unit borders
_MOST = 0.9             # share of a picture above which cutting costs more than it saves


class Header(NamedTuple):
    """The header of a JPEG file.

    Attributes:
        raw: the bytes before the coded data.
        size: (width, height) in pixels.
        unit: (width, height) of its smallest unit of coding, pixels.
        run: units between two restart markers; 0 if runs do not fill a row evenly, and for kinds of JPEG that are not
            cut here.
        size_at: position of the four bytes that hold height and width.
    """

    raw: bytes
    size: tuple[int, int]
    unit: tuple[int, int]
    run: int
    size_at: int


class Cut(NamedTuple):
    """A JPEG file of a picture or a part of it, and the position (x, y) of its first pixel in the picture."""

    data: bytes | np.ndarray
    origin: tuple[int, int]


def encode_jpeg(picture: np.ndarray, quality: int) -> bytes:
    """Return the JPEG file of an RGB picture uint8 ``(H, W, 3)``, with restart markers; ``quality`` is 1 to 100."""
    units = -(-picture.shape[1] // 16)
    run = max(length for length in range(1, _LONGEST_RUN + 1) if units % length == 0)
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_RST_INTERVAL, run]
    return cv2.imencode('.jpg', cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), settings)[1].tobytes()


def decode_jpeg(data: bytes | np.ndarray) -> np.ndarray:
    """Decode a JPEG file, bytes or uint8 ``(bytes,)``, to B, G, R uint8 ``(H, W, 3)``.

    Raises:
        ValueError: a truncated file, or one that cannot be decoded.
    """
    # OpenCV fills the lost part of a truncated JPEG with gray and reports success, so look for the end marker.
    pixels = None
    if _END in bytes(data[-_TAIL:]):
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise ValueError('not a complete JPEG file')
    return pixels


def read_header(data: bytes) -> Header:
    """Return the header of a JPEG file; its first few thousand bytes are enough.

    Raises:
        ValueError: not a JPEG file, or one that ends within its header.
    """
    raw, at = data[:_HEADER], 2
    size_at = mode = interval = 0
    while raw[1:2] == bytes([_START]) and raw[at:at + 1] == b'\xff' and at + 4 <= len(raw):
        kind, length = raw[at + 1], int.from_bytes(raw[at + 2:at + 4], 'big')
        if kind in (*_BASELINE, _PROGRESSIVE):
            size_at, mode = at + 5, kind
        elif kind == _INTERVAL:
            interval = int.from_bytes(raw[at + 4:at + 6], 'big')
        elif kind == _SCAN and size_at:
            height, width = (int.from_bytes(raw[place:place + 2], 'big') for place in (size_at, size_at + 2))
            factors = raw[size_at + 6:size_at + 5 + 3 * raw[size_at + 4]:3]     # of each component, x and y in a byte
            unit = 8 * max(factor >> 4 for factor in factors), 8 * max(factor & 15 for factor in factors)
            cuttable = mode in _BASELINE and interval and -(-width // unit[0]) % interval == 0
            return Header(raw[:at + 2 + length], (width, height), unit, interval if cuttable else 0, size_at)
        at += 2 + length
    raise ValueError('not a JPEG file')


def cut_regions(files: Sequence[bytes | None], size: tuple[int, int], regions: np.ndarray) -> list[Cut | None]:
    """Cut out of JPEG files what ``regions`` show and some pixels around it; the pixels equal those of whole pictures.

    Args:
        files: N JPEG files; ``None`` for a missing one.
        size: (width, height) of the pictures.
        regions: ``(N, 4)`` x0, y0, x1, y1 in pixels, ends excluded; parts outside a picture show nothing.

    Returns:
        N cuts; whole files if they cannot be cut; ``None`` for a file that is missing, no JPEG, or of another size.
    """
    headers = _headers(files)
    cuts = [Cut(file, (0, 0)) if file and header and header.size == size else None
            for file, header in zip(files, headers, strict=True)]
    shared = next((header for header in headers if header and header.run and header.size == size), None)
    if shared is None:
        return cuts
    run = np.array((shared.run * shared.unit[0], shared.unit[1]))       # (width, height) of a run, pixels
    grid = -(-np.array(size) // run)                                    # columns and rows of runs
    low = np.clip((np.floor(regions[:, :2]).astype(int) - _MARGIN) // run, 0, grid - 1)             # (N, 2), in runs
    high = np.clip(-((-np.ceil(regions[:, 2:]).astype(int) - _MARGIN) // run), low + 1, grid)
    worth = (high - low).prod(1) <= _MOST * grid.prod()
    chosen = np.array([index for index, header in enumerate(headers) if header == shared and worth[index]], int)
    if not len(chosen):
        return cuts
    data = b''.join([files[index][len(shared.raw):] for index in chosen])
    bounds, whole = _run_bounds(data, np.array([len(files[index]) - len(shared.raw) for index in chosen]), grid.prod())
    chosen = chosen[whole]
    parts = _join(data, bounds, shared, low[chosen], high[chosen], run)
    for index, part, origin in zip(chosen.tolist(), parts, (low[chosen] * run).tolist(), strict=True):
        cuts[index] = Cut(part, tuple(origin))
    return cuts


def _headers(files: Sequence[bytes | None]) -> list[Header | None]:
    """The files' headers; a header is read only if the file begins differently from the one before."""
    headers, last = [], None
    for file in files:
        header = None
        if file:
            if last is None or not file.startswith(last.raw):
                try:
                    last = read_header(file)
                except ValueError:
                    last = None
            header = last
        headers.append(header)
    return headers


def _run_bounds(data: bytes, lengths: np.ndarray, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the runs in the coded data of files that follow each other.

    Args:
        data: coded data of N files.
        lengths: ``(N,)`` bytes of each.
        runs: number of them in a file.

    Returns:
        positions ``(files, runs + 1)`` of the markers around each run in the files that have all runs (before the first
        run, where a marker would lie), and which files those are, bool ``(N,)``.
    """
    coded = np.frombuffer(data, np.uint8)
    stops = np.cumsum(lengths)
    places = np.flatnonzero(coded == 0xFF)
    following = coded[np.minimum(places + 1, len(coded) - 1)]
    markers = places[following & 0xF8 == 0xD0]
    last = np.searchsorted(markers, stops)
    found = np.diff(last, prepend=0)
    whole = (found == runs - 1) & (lengths > 2) & (coded[stops - 2] == _END[0]) & (coded[stops - 1] == _END[1])
    inner = markers[np.repeat(whole, found)].reshape(whole.sum(), runs - 1)
    return np.column_stack([(stops - lengths)[whole] - 2, inner, stops[whole] - 2]), whole


def _join(data: bytes, bounds: np.ndarray, header: Header, low: np.ndarray, high: np.ndarray,
          run: np.ndarray) -> list[np.ndarray]:
    """JPEG files of the runs ``low`` to ``high`` ``(N, 2)``, in columns and rows, of each of N files.

    Args:
        data: the files' coded data.
        bounds: ``(N, runs + 1)``, ``_run_bounds`` of them.
        header: theirs.
        low: first column and row.
        high: end of the columns and rows.
        run: (width, height) of a run, pixels.
    """
    head, (columns, _) = len(header.raw), -(-np.array(header.size) // run)
    wide, tall = (high - low).T
    owner, row = _places(tall)                                          # (P,) of each row of runs: file, row of the cut
    first = (low[owner, 1] + row) * columns + low[owner, 0]             # its first run
    starts, stops = bounds[owner, first] + 2, bounds[owner, first + wide[owner]] + 2    # ends with its last marker
    ends = np.cumsum(stops - starts) + (owner + 1) * head               # of each row, in the joined files
    pieces = []
    for number, start, stop in zip(row.tolist(), starts.tolist(), stops.tolist(), strict=True):
        if number == 0:
            pieces.append(header.raw)
        pieces.append(data[start:stop])
    joined = np.frombuffer(bytearray().join(pieces), np.uint8)
    piece, column = _places(wide[owner])                                # (R,) of each run: row of runs, run of the row
    markers = bounds[owner[piece], first[piece] + column + 1] + (ends - stops)[piece]
    joined[markers + 1] = 0xD0 + ((row * wide[owner])[piece] + column) % 8
    edges = np.append(0, ends[np.cumsum(tall) - 1])
    joined[edges[1:] - 1] = _END[1]
    sizes = np.minimum(high * run, header.size) - low * run
    joined[edges[:-1, None] + header.size_at + np.arange(4)] = sizes[:, ::-1].astype('>u2').view(np.uint8)
    return [joined[start:stop] for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]


def _places(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of things in groups of ``counts`` ``(N,)``: the group of each, and its place in it."""
    group = np.repeat(np.arange(len(counts)), counts)
    return group, np.arange(len(group)) - (np.cumsum(counts) - counts)[group]
