import pytest

from core.models.pose.hrnet import build_hrnet
from core.models.pose.lite_hrnet import build_lite_hrnet
from core.models.pose.taps import TAP_NAMES, TAP_PRESETS, last_stage_outputs, output_rows, resolve_taps, rows_per_module


def test_names_are_those_of_the_backbones():
    high, lite = build_hrnet('hrnet-w32').tap_channels, build_lite_hrnet('lite-hrnet-18').tap_channels
    assert tuple(high) == TAP_NAMES
    assert tuple(lite) == tuple(name for name in TAP_NAMES if name != 'layer1')


def test_presets_and_names_are_resolved():
    assert resolve_taps('low') == ('stem', 's0b0', 's0b1')
    assert resolve_taps('s1b2') == ('s1b2',)
    assert resolve_taps(['s2b1', 'stem']) == ('s2b1', 'stem')


@pytest.mark.parametrize('taps', ['high', ['stem', 's2b4']])
def test_unknown_taps_are_refused_and_the_allowed_listed(taps):
    with pytest.raises(ValueError, match='default, low, disc.*stem, layer1, s0b0.*s2b3'):
        resolve_taps(taps)


@pytest.mark.parametrize(('taps', 'outputs'), [
    ((), (0,)), (('s0b1', 's1b2'), (0,)), (('s2b0',), (0,)), (TAP_PRESETS['low'], (0,)),
    (TAP_PRESETS['default'], (0, 3)), (TAP_PRESETS['disc'], (0, 1, 2, 3))])
def test_only_branches_with_a_reader_are_built(taps, outputs):
    assert last_stage_outputs(taps) == outputs


def test_rows_are_left_out_of_the_very_last_module_only():
    assert rows_per_module((0, 3), 3, last=True) == [None, None, (0, 3)]
    assert rows_per_module((0, 3), 2, last=False) == [None, None]
    assert output_rows(None, 3) == (0, 1, 2) and output_rows([0, 2], 3) == (0, 2)


@pytest.mark.parametrize('outputs', [(), (1,), (0, 2, 1), (0, 0), (0, 3)])
def test_rows_that_do_not_ascend_from_zero_are_refused(outputs):
    with pytest.raises(ValueError, match='ascend from 0 to at most 2'):
        output_rows(outputs, 3)
