"""Curves of a training log as points of an SVG chart."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

WIDTH, HEIGHT = 360, 210                        # of a chart, SVG units, about a pixel each on any screen
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 10, 26       # margins
MAX_POINTS = 120                                # of a line; longer logs are averaged
SIDES = {'train_': 'training', 'val_': 'validation'}
NAMES = {'loss': 'Loss', 'pose_loss': 'Pose loss', 'action_loss': 'Action loss', 'top1': 'Top-1 accuracy (%)',
         'skeleton_top1': 'Top-1 of the skeleton network (%)', 'visual_top1': 'Top-1 of the visual branch (%)',
         'AP': 'Pose AP (%)', 'lr': 'Learning rate'}


class Tick(NamedTuple):
    """A mark on an axis: where, in SVG units, and what it says."""

    at: float
    text: str


class Line(NamedTuple):
    """One curve: its name, the ``points`` attribute of its polyline, and its last value."""

    name: str
    points: str
    last: str


class Band(NamedTuple):
    """A stripe of the chart that answers the pointer: left end and width in SVG units, and what it says."""

    left: float
    width: float
    text: str


class Chart(NamedTuple):
    """All that a template needs to draw one quantity over epochs."""

    title: str
    lines: list[Line]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    bands: list[Band]


def build_charts(rows: Sequence[Mapping[str, Any]]) -> list[Chart]:
    """Return one chart for each loss, accuracy and the learning rate in the rows of a training log.

    Training and validation share a chart; a value that is not finite leaves a gap of its own point.
    """
    curves: dict[str, dict[str, np.ndarray]] = {}
    for key in dict.fromkeys(key for row in rows for key in row):
        prefix = next((prefix for prefix in SIDES if key.startswith(prefix)), None)
        if prefix or key == 'lr':
            points = _points(rows, key)
            if len(points):
                quantity, side = (key.removeprefix(prefix), SIDES[prefix]) if prefix else (key, 'per step')
                curves.setdefault(quantity, {})[side] = points
    order = list(NAMES)
    known = sorted(curves, key=lambda quantity: order.index(quantity) if quantity in order else len(order))
    return [_chart(NAMES.get(quantity, quantity), curves[quantity]) for quantity in known]


def _points(rows: Sequence[Mapping[str, Any]], key: str) -> np.ndarray:
    """The (epoch, value) pairs ``(N, 2)`` of ``key`` by epoch, neighbors averaged down to MAX_POINTS."""
    pairs = sorted((row['epoch'], row[key]) for row in rows if isinstance(row.get(key), (int, float)))
    points = np.array([pair for pair in pairs if math.isfinite(pair[1])], float).reshape(-1, 2)
    if len(points) <= MAX_POINTS:
        return points
    return np.array([part.mean(axis=0) for part in np.array_split(points, MAX_POINTS)])


def _chart(title: str, curves: dict[str, np.ndarray]) -> Chart:
    everything = np.concatenate(list(curves.values()))                              # (N, 2)
    x_values, y_values = round_ticks(0, everything[:, 0].max()), round_ticks(*_range(everything[:, 1]))
    last = max(everything[:, 0].max(), 1e-9)

    def to_x(epoch: float) -> float:
        return LEFT + epoch / last * (WIDTH - LEFT - RIGHT)

    def to_y(value: float) -> float:
        return HEIGHT - BOTTOM - (value - y_values[0]) / (y_values[-1] - y_values[0]) * (HEIGHT - TOP - BOTTOM)

    lines = [Line(side, ' '.join(f'{to_x(x):.1f},{to_y(y):.1f}' for x, y in points), f'{points[-1, 1]:.4g}')
             for side, points in curves.items()]
    return Chart(title, lines, [Tick(to_x(x), f'{x:g}') for x in x_values if x <= last],
                 [Tick(to_y(y), f'{y:g}') for y in y_values], _bands(curves, to_x))


def _range(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (min(low, 0.0), high) if low < 0.5 * high or high <= 0 else (low, high)


def _bands(curves: dict[str, np.ndarray], to_x: Callable[[float], float]) -> list[Band]:
    """One stripe per logged epoch, reaching half-way to its neighbors."""
    epochs = np.unique(np.concatenate([points[:, 0] for points in curves.values()]))
    places = np.array([to_x(epoch) for epoch in epochs.tolist()])
    edges = np.concatenate([[LEFT], (places[1:] + places[:-1]) / 2, [WIDTH - RIGHT]])
    texts = ['\n'.join([f'epoch {epoch:.4g}', *(f'{side} {value:.4g}' for side, points in curves.items()
                                                for value in points[points[:, 0] == epoch, 1])]) for epoch in epochs]
    return [Band(left, right - left, text) for left, right, text in zip(edges[:-1], edges[1:], texts, strict=True)]


def round_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return about ``count`` multiples of 1, 2 or 5 times a power of ten that span ``low`` to ``high``.

    Example:
        >>> round_ticks(0, 9)
        [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    span = max(high - low, abs(high) * 1e-6, 1e-12)
    power = 10.0 ** math.floor(math.log10(span / count))
    step = min((factor * power for factor in (1, 2, 5, 10)), key=lambda size: abs(span / size - count))
    first, end = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f'{number * step:.12g}') for number in range(first, max(end, first + 1) + 1)]
