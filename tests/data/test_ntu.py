import pytest

from core.data.ntu import DIRTY_SEQUENCES, NTUName, parse_ntu_name, why_left_out


def test_parse_ntu_name():
    assert parse_ntu_name('S017C003P040R002A060') == NTUName(17, 3, 40, 2, 60)
    for name in ('S017C003P040R002A060_rgb', 's01_e02', 'a01_s01_e00_v01', ''):
        with pytest.raises(ValueError, match='no NTU name'):
            parse_ntu_name(name)


def test_why_left_out():
    assert why_left_out('S009C001P001R001A001') is None and why_left_out('S009C001P001R001A001', 9) is None
    assert why_left_out('S009C001P001R001A001', 8) == 'of a setup above 8'
    assert why_left_out('S018C001P001R001A001', 8) == 'outside NTU-60'
    assert {why_left_out(name, 1) for name in DIRTY_SEQUENCES} == {'listed as dirty'}
