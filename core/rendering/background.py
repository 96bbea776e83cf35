"""Backgrounds, rendered once per clip: a furnished room in perspective, or random clutter."""

from __future__ import annotations

import cv2
import numpy as np

from core.rendering.camera import Camera

_WALL_HEIGHT = 3.2
_FURNITURE: tuple[tuple[int, int, int], ...] = ((148, 118, 86), (96, 78, 64), (196, 196, 190), (110, 124, 132),
                                                (84, 98, 84), (170, 150, 130))


def room(rng: np.random.Generator, camera: Camera) -> np.ndarray:
    """Return an image ``(H, W, 3)`` uint8 RGB of an empty room around the origin as ``camera`` sees it.

    A tiled floor meets a wall behind the action; pictures hang on the wall and cupboards stand along it.
    """
    width, height = camera.size
    wall, floor = rng.integers(165, 215) + rng.integers(-22, 23, 3), rng.integers(95, 165) + rng.integers(-14, 15, 3)
    image = np.full((height, width, 3), wall, dtype=np.uint8)
    view = np.array([camera.axes[2, 0], camera.axes[2, 1]]) / np.linalg.norm(camera.axes[2, :2])
    side = np.array([view[1], -view[0]])
    back = rng.uniform(2.0, 3.0)
    _draw_floor(image, camera, rng, view * back, side, floor)
    _draw_wall(image, camera, rng, view * back, side, wall)
    _draw_cupboards(image, camera, rng, view * (back - 0.25), side)
    return grain(rng, image, coarse=10, fine=4)


def clutter(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Return an image ``(H, W, 3)`` uint8 RGB of random gradients, shapes and texture; ``size`` is (width, height)."""
    width, height = size
    corners = _colors(rng, (2, 1 + int(rng.integers(2))))
    image = cv2.resize(corners, size, interpolation=cv2.INTER_LINEAR)
    extent = np.array([width, height])
    for _ in range(rng.integers(0, 9)):
        corner, span = rng.integers(-20, extent), rng.integers(4, extent)
        color = _colors(rng, ()).tolist()
        kind = rng.integers(3)
        if kind == 0:
            cv2.rectangle(image, corner.tolist(), (corner + span // 2).tolist(), color, -1)
        elif kind == 1:
            axes = (span // 4 + 1).tolist()
            cv2.ellipse(image, corner.tolist(), axes, int(rng.integers(180)), 0, 360, color, -1, cv2.LINE_AA)
        else:
            end = rng.integers(0, extent).tolist()
            cv2.line(image, corner.tolist(), end, color, int(rng.integers(1, 14)), cv2.LINE_AA)
    return grain(rng, image, coarse=int(rng.integers(4, 50)), fine=int(rng.integers(1, 14)))


def _colors(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Random RGB colors ``(*shape, 3)`` uint8 from gray to vivid."""
    gray, tint = rng.uniform(15, 240, (*shape, 1)), rng.uniform(0, 1, (*shape, 1)) ** 2 * rng.uniform(-160, 160, 3)
    return np.clip(gray + tint, 0, 255).astype(np.uint8)


def grain(rng: np.random.Generator, image: np.ndarray, coarse: int, fine: int) -> np.ndarray:
    """Return ``image`` with blotches of up to ``coarse`` and pixel noise of up to ``fine`` gray levels."""
    height, width = image.shape[:2]
    blotches = rng.integers(0, coarse + 1, (height // 12 + 1, width // 12 + 1), dtype=np.uint8)[..., None].repeat(3, -1)
    lifted = cv2.add(image, cv2.resize(blotches, (width, height), interpolation=cv2.INTER_CUBIC))
    noise = rng.integers(0, fine + 1, image.shape, dtype=np.uint8)
    return cv2.subtract(cv2.add(lifted, noise), np.full_like(image, (coarse + fine) // 2))


def _polygon(image: np.ndarray, camera: Camera, corners: np.ndarray, color: np.ndarray) -> None:
    """Fill the projection of 3D corners ``(N, 3)`` that lie in front of the camera."""
    pixels, _ = camera.project(corners)
    fixed = np.rint(np.clip(pixels, -8000, 8000) * 16).astype(np.int32)
    cv2.fillConvexPoly(image, fixed, np.asarray(color).tolist(), cv2.LINE_AA, 4)


def _upright(base: np.ndarray, along: np.ndarray, left: float, right: float, low: float, high: float) -> np.ndarray:
    """Corners ``(4, 3)`` of a vertical rectangle: ``along`` is its horizontal direction, ``base`` a point below it."""
    near, far = base + along * left, base + along * right
    return np.array([(*near, low), (*far, low), (*far, high), (*near, high)])


def _draw_floor(image: np.ndarray, camera: Camera, rng: np.random.Generator, foot: np.ndarray, side: np.ndarray,
                color: np.ndarray) -> None:
    """Draw tiles in two shades between the camera and the wall's foot, without the row under the camera."""
    away = foot / np.linalg.norm(foot)
    eye = camera.position[:2] @ away
    tile, contrast = rng.uniform(0.5, 0.9), rng.integers(4, 14)
    rows = np.arange(np.linalg.norm(foot), eye + 0.35, -tile)
    columns = np.arange(-10, 11) * tile
    for i, far in enumerate(rows):
        near = max(far - tile, eye + 0.3)
        for j, left in enumerate(columns):
            across = (side * left, side * (left + tile))
            corners = np.array([(*(away * far + across[0]), 0), (*(away * far + across[1]), 0),
                                (*(away * near + across[1]), 0), (*(away * near + across[0]), 0)])
            _polygon(image, camera, corners, color + contrast * ((i + j) % 2))


def _draw_wall(image: np.ndarray, camera: Camera, rng: np.random.Generator, foot: np.ndarray, side: np.ndarray,
               color: np.ndarray) -> None:
    _polygon(image, camera, _upright(foot, side, -12, 12, 0.0, 0.12), color * 0.7)
    for left in rng.uniform(-3.5, 2.5, rng.integers(1, 4)):
        bottom = rng.uniform(0.9, 1.5)
        frame = _upright(foot, side, left, left + rng.uniform(0.5, 1.8), bottom, bottom + rng.uniform(0.4, 1.0))
        _polygon(image, camera, frame, color * 0.6)
        middle = frame.mean(axis=0)
        _polygon(image, camera, middle + 0.9 * (frame - middle), rng.integers(110, 240, 3))
    left = rng.uniform(-4.0, 3.5)
    _polygon(image, camera, _upright(foot, side, left, left + 0.9, 0.0, min(2.1, _WALL_HEIGHT)), color * 0.78)


def _draw_cupboards(image: np.ndarray, camera: Camera, rng: np.random.Generator, foot: np.ndarray,
                    side: np.ndarray) -> None:
    towards = -foot / np.linalg.norm(foot)
    for left in rng.uniform(-3.6, 2.8, rng.integers(1, 4)):
        wide, high, deep = rng.uniform((0.5, 0.5, 0.25), (1.3, 1.5, 0.45))
        color = np.array(_FURNITURE[rng.integers(len(_FURNITURE))])
        near = foot + towards * deep
        end = left if left > 0 else left + wide
        flank = np.array([(*(foot + side * end), 0), (*(near + side * end), 0), (*(near + side * end), high),
                          (*(foot + side * end), high)])
        top = np.concatenate([_upright(foot, side, left, left + wide, high, high)[:2],
                              _upright(near, side, left, left + wide, high, high)[1::-1]])
        _polygon(image, camera, flank, color * 0.65)
        _polygon(image, camera, top, color * 1.12)
        _polygon(image, camera, _upright(near, side, left, left + wide, 0.0, high), color)
        for share in np.linspace(0, 1, 3 + rng.integers(2))[1:-1]:
            line = _upright(near, side, left, left + wide, share * high, share * high + 0.015)
            _polygon(image, camera, line, color * 0.6)
