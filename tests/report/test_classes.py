"""Confusion matrix and hardest classes."""

from core.report.classes import MAX_NAMED, MAX_NUMBERED, Cell, build_matrix, hardest_first

NAMES = ('sit', 'stand', 'fall')
COUNTS = [[3, 1, 0], [0, 4, 0], [0, 0, 0]]


def test_only_cells_with_clips_are_drawn():
    matrix = build_matrix(NAMES, COUNTS)
    assert matrix.cells == [Cell(0, 0, 0.866, 75), Cell(0, 1, 0.5, 25), Cell(1, 1, 1.0, 100)]
    assert matrix.counts == COUNTS and matrix.numbered and matrix.named


def test_large_matrices_lose_numbers_then_names():
    sizes = (MAX_NUMBERED + 1, MAX_NAMED + 1)
    matrices = [build_matrix([str(name) for name in range(size)], [[1] * size] * size) for size in sizes]
    assert [(matrix.numbered, matrix.named) for matrix in matrices] == [(False, True), (False, False)]


def test_hardest_come_first_with_what_they_are_taken_for():
    per_class = {'stand': {'precision': 80.0, 'recall': 100.0, 'f1': 88.9, 'clips': 4},
                 'fall': {'precision': None, 'recall': None, 'f1': None, 'clips': 0},
                 'sit': {'precision': 100.0, 'recall': 75.0, 'f1': 85.7, 'clips': 4}}
    rows = hardest_first(per_class, build_matrix(NAMES, COUNTS))
    assert [row.name for row in rows] == ['sit', 'stand', 'fall']
    assert [(row.taken_for, row.times) for row in rows] == [('stand', 1), (None, 0), (None, 0)]


def test_a_class_that_is_never_right_is_hardest():
    per_class = {'sit': {'f1': 10.0, 'clips': 2}, 'stand': {'precision': None, 'recall': 0.0, 'f1': None, 'clips': 2}}
    assert [row.name for row in hardest_first(per_class, None)] == ['stand', 'sit']
