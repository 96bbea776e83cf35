"""The kinds of sources."""

from __future__ import annotations

import pytest

from core.data.annotations.sources.registry import SOURCES


def test_kinds():
    assert set(SOURCES) == {'pyskl', 'kinetics', 'ntu_skeleton', 'nucla', 'coco', 'mpose', 'wholebody'}


@pytest.mark.parametrize('kind', SOURCES)
def test_a_path_that_does_not_exist_is_named(kind, tmp_path):
    with pytest.raises(ValueError, match='nowhere'):
        SOURCES[kind](tmp_path / 'nowhere')
