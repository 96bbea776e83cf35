"""Curves of a training log."""

import numpy as np
import pytest

from core.report.charts import HEIGHT, LEFT, MAX_POINTS, RIGHT, WIDTH, build_charts, round_ticks

ROWS = [{'epoch': 0.5, 'step': 1, 'train_loss': 4.0, 'clips_per_second': 8, 'lr': 0.1},
        {'epoch': 1.0, 'step': 2, 'train_loss': 2.0, 'train_top1': 40.0, 'lr': 0.2}, {'epoch': 1, 'val_top1': 50.0}]


def coordinates(line):
    return np.array([point.split(',') for point in line.points.split()], float)


def test_training_and_validation_share_a_chart():
    charts = build_charts(ROWS)
    assert [chart.title for chart in charts] == ['Loss', 'Top-1 accuracy (%)', 'Learning rate']
    assert [[line.name for line in chart.lines] for chart in charts] == [['training'], ['training', 'validation'],
                                                                        ['per step']]
    assert charts[1].bands[0].text == 'epoch 1\ntraining 40\nvalidation 50'
    assert build_charts([]) == []


def test_points_lie_where_the_ticks_say():
    chart = build_charts(ROWS)[0]
    points, heights = coordinates(chart.lines[0]), {tick.text: tick.at for tick in chart.y_ticks}
    assert points[1, 0] == WIDTH - RIGHT and points[0, 0] == pytest.approx((LEFT + WIDTH - RIGHT) / 2)
    assert points[:, 1].tolist() == [pytest.approx(heights['4'], abs=0.06), pytest.approx(heights['2'], abs=0.06)]
    assert heights['4'] < heights['2'] < HEIGHT


def test_bands_cover_the_chart_without_overlap():
    bands = build_charts(ROWS)[0].bands
    assert bands[0].left == LEFT and bands[0].left + bands[0].width == pytest.approx(bands[1].left)
    assert bands[1].left + bands[1].width == pytest.approx(WIDTH - RIGHT)


def test_long_logs_are_averaged_and_broken_values_left_out():
    rows = [{'epoch': step, 'train_loss': float(step % 2)} for step in range(10 * MAX_POINTS)]
    chart = build_charts([*rows, {'epoch': 3, 'train_loss': float('nan')}])[0]
    points = coordinates(chart.lines[0])
    assert len(points) == MAX_POINTS and len(set(points[:, 1])) == 1


@pytest.mark.parametrize(('low', 'high', 'expected'), [
    (0, 100, [0, 20, 40, 60, 80, 100]), (0.7, 1.26, [0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3]), (0, 0.002, None),
    (3, 3, None), (0, 0, None), (-2, 5, None)])
def test_ticks_span_the_values(low, high, expected):
    ticks = round_ticks(low, high)
    assert ticks[0] <= low and ticks[-1] >= high and ticks[-1] > ticks[0]
    assert expected is None or ticks == pytest.approx(expected)
