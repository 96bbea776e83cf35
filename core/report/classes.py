"""Classes: the confusion matrix, which class is taken for which, and which are hardest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

MAX_NUMBERED = 20    # classes up to which every cell shows its percentage
MAX_NAMED = 60       # classes up to which rows and columns are named


class Cell(NamedTuple):
    """A cell of the matrix with clips in it: place, strength of its color 0..1, its percentage of the true class."""

    row: int
    column: int
    strength: float
    percent: int


class Matrix(NamedTuple):
    """Confusion matrix: names by label, counts (rows true, columns predicted), and the cells to draw."""

    names: list[str]
    counts: list[list[int]]
    cells: list[Cell]
    numbered: bool
    named: bool


class ClassRow(NamedTuple):
    """One class: percentages, None where undefined; number of clips; the class it is most often taken for, how often.
    """

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    clips: int
    taken_for: str | None
    times: int


def build_matrix(names: Sequence[str], counts: Sequence[Sequence[int]]) -> Matrix:
    """Return the matrix of counts ``(K, K)``; colors follow the square root, which keeps small confusions visible."""
    table = np.asarray(counts)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)                # (K, K)
    cells = [Cell(row, column, round(math.sqrt(shares[row, column]), 3), round(100 * shares[row, column]))
             for row, column in np.argwhere(table).tolist()]
    return Matrix(list(names), table.tolist(), cells, len(names) <= MAX_NUMBERED, len(names) <= MAX_NAMED)


def hardest_first(per_class: Mapping[str, Mapping[str, Any]], matrix: Matrix | None) -> list[ClassRow]:
    """Return the classes by rising F1; those that have none, because no clip is of them, come last."""
    rows = [ClassRow(name, values.get('precision'), values.get('recall'), values.get('f1'), values.get('clips', 0),
                     *_taken_for(matrix, name)) for name, values in per_class.items()]
    return sorted(rows, key=lambda row: (not row.clips, row.f1 or 0.0))


def _taken_for(matrix: Matrix | None, name: str) -> tuple[str | None, int]:
    if matrix is None or name not in matrix.names:
        return None, 0
    row = matrix.names.index(name)
    wrong = [0 if column == row else count for column, count in enumerate(matrix.counts[row])]
    worst = max(wrong)
    return (matrix.names[wrong.index(worst)], worst) if worst else (None, 0)
