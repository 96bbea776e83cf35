"""The table of a comparison: its arithmetic and its form."""

import pytest

from core.engine.comparison.arms import RunFigures
from core.engine.comparison.cost import Cost
from core.engine.comparison.table import Spread, markdown_table, spread, summarize_arms


def test_spread_is_the_sample_deviation():
    assert spread([1.0, None, 3.0]) == Spread(2.0, pytest.approx(2 ** 0.5))
    assert spread([4.0]) == Spread(4.0, None)
    assert spread([None]) is None


def figures(arm, seed, top1, AP=None, cost=None):
    return RunFigures(arm, seed, f'{arm}_{seed}', top1, top1 - 1, AP, 1_234_567, 10.0 + seed, cost)


def test_gains_are_taken_seed_by_seed():
    runs = [figures('a', 0, 50.0, 80.0), figures('a', 1, 60.0, 90.0), figures('a', 2, 100.0),
            figures('b', 0, 51.0), figures('b', 1, 63.0, 88.0)]
    first, second, missing = summarize_arms(runs, ['a', 'b', 'c'])
    assert (first.seeds, second.seeds, missing.seeds) == ((0, 1, 2), (0, 1), ())
    assert first.top1 == Spread(70.0, pytest.approx(700 ** 0.5)) and first.top1_gain is None
    assert second.top1_gain == Spread(2.0, pytest.approx(2 ** 0.5))      # seed 2 of the first arm has no partner
    assert second.AP_gain == Spread(-2.0, None)
    assert (second.parameters, second.clips_per_second) == (1.234567, 10.5)
    assert first.mean_class_accuracy.mean == 69.0
    assert missing[2:] == (None,) * 8


def test_costs_are_medians_over_seeds():
    costs = [Cost(1.5, 2, rate, 400.0, 50.0, gpu, None) for rate, gpu in ((3.0, None), (30.0, 'H1'), (4.0, None))]
    runs = [figures('a', seed, 50.0, cost=cost) for seed, cost in enumerate([*costs, None])]
    assert summarize_arms(runs, ['a', 'b'])[0].cost == Cost(1.5, 2, 4.0, 400.0, 50.0, 'H1')
    assert summarize_arms(runs, ['b', 'a'])[0].cost is None


def test_table_has_a_row_per_arm_and_dashes():
    runs = [figures('a', 0, 50.0), figures('a', 1, 60.0), figures('b', 0, 40.0, 80.0)]
    lines = markdown_table(summarize_arms(runs, ['a', 'b', 'c'])).splitlines()
    assert lines == [
        '| arm | seeds | top1 (%) | mean class (%) | AP (%) | parameters (M) | training clips/s | top1 − a |',
        '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
        '| a | 0, 1 | 55.0 ± 7.1 | 54.0 ± 7.1 | – | 1.23 | 10.5 | – |',
        '| b | 0 | 40.0 | 39.0 | 80.0 | 1.23 | 10.0 | -10.0 |',
        '| c | none | – | – | – | – | – | – |']


def test_table_shows_costs_and_only_columns_with_figures():
    runs = [figures('a', 0, 50.0, cost=Cost(0.514, 1, 5.04, 336.4, 24.7)),
            figures('b', 0, 60.0, cost=Cost(20.6, 20, 0.51, 1200.4, 99.5, 'H1', 812.3, 1500.0, 150.0))]

    def columns(*arms):
        lines = markdown_table(summarize_arms(runs, arms)).splitlines()
        heads, _, *rows = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]
        return dict(zip(heads, zip(*rows, strict=True), strict=True))

    both = columns('a', 'b')
    assert both['GFLOPs'] == ('0.51', '20.60 × 20')
    assert both['clips/s CPU'] == ('5.0', '0.5') and both['clips/s H1'] == ('–', '812')
    assert both['memory (MB)'] == ('336 / 25', '1200 / 100') and both['memory H1 (MB)'] == ('–', '1500 / 150')
    assert 'AP (%)' not in both and 'AP − a' not in both
    assert not {'clips/s H1', 'memory H1 (MB)', 'top1 − a'} & columns('a').keys()
