"""A file of a newer version is refused, an older one is read."""

import pytest

from core import __version__
from core.version import check_version


@pytest.mark.parametrize('written_by', ['0.1.0', '0.2', __version__])
def test_what_this_or_an_older_version_wrote_is_read(written_by):
    check_version(written_by, 'file')


@pytest.mark.parametrize('written_by', ['0.10.0', '1.0.0', f'{__version__}.1'])
def test_what_a_newer_version_wrote_is_refused(written_by):
    with pytest.raises(ValueError, match=f"^checkpoint 'a.pth' was written by version {written_by} but this is version "
                                         f'{__version__}; update'):
        check_version(written_by, "checkpoint 'a.pth'")
