"""Figures of a run, drawn with matplotlib's object interface, which needs no display and no global state."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from core.files import write_atomic
from core.visualization.colors import LINES

MAX_NAME = 28        # letters of a class name on an axis
MAX_NUMBERED = 30    # classes up to which every cell shows its number
LINE_STYLES = ('-', '--', '-.', ':', '-', '--')  # one per color of LINES
GROUP_WIDTH = 0.8    # of the bars of one metric, whose centers lie 1 apart
MAX_MARKED = 100     # points up to which a curve marks each
CURVES = {
    'training loss': ('train_loss', 'train_pose_loss', 'train_action_loss'),
    'top-1 accuracy (%)': ('val_top1',),
}


def confusion_matrix_figure(confusion: np.ndarray, class_names: Sequence[str], path: str | Path) -> Path:
    """Write a PNG of the confusion matrix ``(K, K)``, true classes by row, each row in percent. Returns the path.

    With up to 30 classes every cell shows its number. With more, only colors show the values, and thin lines lead to
    the names.

    Raises:
        ValueError: the number of names is not the number of classes.
    """
    num_classes = len(confusion)
    if confusion.shape != (num_classes, num_classes) or len(class_names) != num_classes:
        raise ValueError(f'a confusion matrix {confusion.shape} needs as many class names as rows and columns, '
                         f'got {len(class_names)}')
    percent = 100 * confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)  # (K, K)
    side = 4 + min(0.55 * num_classes, 5 + 0.135 * num_classes)  # inches
    figure = Figure(figsize=(side + 1, side), layout='constrained')
    axes = figure.subplots()
    scale = PowerNorm(0.5, vmin=0, vmax=100)  # the square root keeps small confusions visible
    picture = axes.imshow(percent, cmap='Blues', norm=scale, interpolation='nearest')
    figure.colorbar(picture, ax=axes, shrink=0.6, aspect=30, pad=0.02, label='share of the true class (%)')
    _label_classes(axes, class_names)
    if num_classes <= MAX_NUMBERED:
        _number_cells(axes, percent)
    else:
        axes.grid(alpha=0.25, linewidth=0.4)
    return _save(figure, path)


def curves_figure(rows: Sequence[Mapping[str, float]], path: str | Path,
                  panels: Mapping[str, Sequence[str]] = CURVES) -> Path:
    """Write a PNG of metrics over epochs, one panel per entry of ``panels`` that has values. Returns the path.

    Args:
        rows: metrics by name with ``epoch`` (epochs done, may be a fraction), in any order. A row may hold only some of
            the metrics, so training and validation may have rows of their own.
        panels: the metrics drawn in each panel, by the label of its vertical axis.

    Raises:
        ValueError: no row holds any of the metrics.
    """
    curves = {label: [(key, points) for key in keys if (points := _points(rows, key))]
              for label, keys in panels.items()}
    curves = {label: lines for label, lines in curves.items() if lines}
    if not curves:
        wanted = ', '.join(key for keys in panels.values() for key in keys)
        raise ValueError(f"'{path}' has nothing to show: no row holds any of {wanted}")
    figure = Figure(figsize=(5.5 * len(curves), 4), layout='constrained')
    for axes, (label, lines) in zip(figure.subplots(1, len(curves), squeeze=False)[0], curves.items(), strict=True):
        _draw_lines(axes, lines)
        axes.set(xlabel='epoch', ylabel=label)
    return _save(figure, path)


def comparison_figure(groups: Mapping[str, Mapping[str, Sequence[float]]], path: str | Path) -> Path:
    """Write a PNG that compares the arms of an experiment and return its path.

    Every metric has one bar per arm, which shows the mean, and a dot for every seed.

    Args:
        groups: percentages, one per seed, by metric and arm; every metric names the same arms. An arm without values
            gets no bar, a metric without values no group.

    Raises:
        ValueError: there is no value at all.
    """
    groups = {metric: arms for metric, arms in groups.items() if any(arms.values())}
    if not groups:
        raise ValueError(f"'{path}' has nothing to show: no arm has a value")
    arms = list(next(iter(groups.values())))
    figure = Figure(figsize=(2 + len(groups) * (1 + 0.6 * len(arms)), 4), layout='constrained')
    axes = figure.subplots()
    for index, arm in enumerate(arms):
        offset = GROUP_WIDTH * ((index + 0.5) / len(arms) - 0.5)
        _draw_arm(axes, index, arm, {group + offset: values[arm] for group, values in enumerate(groups.values())
                                     if values[arm]}, GROUP_WIDTH / len(arms))
    axes.set_xticks(range(len(groups)), list(groups))
    axes.set(ylabel='percent', ylim=(0, 110), yticks=range(0, 101, 20))  # room for the numbers above full bars
    axes.grid(axis='y', alpha=0.3)
    axes.set_axisbelow(True)
    figure.legend(loc='outside upper center', ncols=min(len(arms), 4))
    return _save(figure, path)


def _draw_arm(axes: Axes, index: int, arm: str, seeds: Mapping[float, Sequence[float]], width: float) -> None:
    """Draw the bars of one arm; ``seeds`` holds the values by position. Hatches distinguish arms of the same color."""
    means = [float(np.mean(values)) for values in seeds.values()]
    axes.bar(list(seeds), means, 0.9 * width, label=arm, color=np.array(LINES[index % len(LINES)]) / 255,
             alpha=0.6, hatch='/' * (index // len(LINES)))
    for (position, values), mean in zip(seeds.items(), means, strict=True):
        shifts = width * (np.arange(len(values)) - (len(values) - 1) / 2) / (len(values) + 1)  # one after the other
        axes.scatter(position + shifts, values, s=10, color='black', zorder=3)
        axes.text(position, max(values) + 2.5, f'{mean:.1f}', ha='center', fontsize=8)


def _points(rows: Sequence[Mapping[str, float]], key: str) -> list[tuple[float, float]]:
    """Return the ``(epoch, value)`` pairs of the rows that hold ``key``, by epoch."""
    return sorted((row['epoch'], row[key]) for row in rows if key in row)


def _draw_lines(axes: Axes, lines: Sequence[tuple[str, list[tuple[float, float]]]]) -> None:
    """Draw named curves with colors and dashes that tell them apart; few points are marked, so that one shows."""
    axes.set_prop_cycle(color=[np.array(color) / 255 for color in LINES], linestyle=LINE_STYLES)
    for key, points in lines:
        marker = '.' if len(points) <= MAX_MARKED else None
        axes.plot(*zip(*points, strict=True), marker=marker, label=key)
    axes.grid(alpha=0.3)
    axes.legend()


def _label_classes(axes: Axes, class_names: Sequence[str]) -> None:
    """Put the class names, cut to MAX_NAME letters, on both axes."""
    names = [name if len(name) <= MAX_NAME else name[:MAX_NAME - 1] + '…' for name in class_names]
    positions = np.arange(len(names))
    axes.set_xticks(positions, names, rotation=90, fontsize=8)
    axes.set_yticks(positions, names, fontsize=8)
    axes.set(xlabel='predicted class', ylabel='true class')


def _number_cells(axes: Axes, percent: np.ndarray) -> None:
    """Write the rounded percentage into every cell of percent ``(K, K)`` that rounds to at least 1."""
    for row, column in np.argwhere(percent >= 0.5).tolist():
        value = percent[row, column]
        axes.text(column, row, f'{value:.0f}', ha='center', va='center', fontsize=8,
                  color='white' if value > 35 else 'black')


def _save(figure: Figure, path: str | Path) -> Path:
    """Render figure to a PNG file in one step. Returns the path."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)
    return write_atomic(path, buffer.getvalue())
