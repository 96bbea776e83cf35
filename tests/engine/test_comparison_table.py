"""The table of a comparison: its arithmetic and its form."""

import pytest

from core.engine.comparison import RunFigures
from core.engine.comparison_table import Spread, markdown_table, spread, summarize_arms


def test_spread_is_the_sample_deviation():
    assert spread([1.0, None, 3.0]) == Spread(2.0, pytest.approx(2 ** 0.5))
    assert spread([4.0]) == Spread(4.0, None)
    assert spread([None]) is None


def figures(arm, seed, top1, AP=None):
    return RunFigures(arm, seed, f'{arm}_{seed}', top1, AP, 1_234_567, 10.0 + seed)


def test_gains_are_taken_seed_by_seed():
    runs = [figures('a', 0, 50.0, 80.0), figures('a', 1, 60.0, 90.0), figures('a', 2, 100.0),
            figures('b', 0, 51.0), figures('b', 1, 63.0, 88.0)]
    first, second, missing = summarize_arms(runs, ['a', 'b', 'c'])
    assert (first.seeds, second.seeds, missing.seeds) == ((0, 1, 2), (0, 1), ())
    assert first.top1 == Spread(70.0, pytest.approx(700 ** 0.5)) and first.top1_gain is None
    assert second.top1_gain == Spread(2.0, pytest.approx(2 ** 0.5))      # seed 2 of the first arm has no partner
    assert second.AP_gain == Spread(-2.0, None)
    assert (second.parameters, second.clips_per_second) == (1.234567, 10.5)
    assert missing[2:] == (None,) * 6


def test_table_has_a_row_per_arm_and_dashes():
    runs = [figures('a', 0, 50.0), figures('a', 1, 60.0), figures('b', 0, 40.0, 80.0)]
    lines = markdown_table(summarize_arms(runs, ['a', 'b', 'c'])).splitlines()
    assert lines[0] == '| arm | seeds | top1 (%) | AP (%) | parameters (M) | clips/s | top1 − a | AP − a |'
    assert lines[2:] == ['| a | 0, 1 | 55.0 ± 7.1 | – | 1.23 | 10.5 | – | – |',
                         '| b | 0 | 40.0 | 80.0 | 1.23 | 10.0 | -10.0 | – |',
                         '| c | – | – | – | – | – | – | – |']
