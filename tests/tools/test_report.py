"""The report tool."""

import pytest

from core.config import load_config
from tools import report


@pytest.fixture
def folder(tmp_path):
    """A run that was only configured."""
    (tmp_path / 'config.yaml').write_text(load_config(overrides=['NAME', 'some']).dump())
    return tmp_path


def test_the_page_lies_in_the_run_and_its_path_is_printed(folder, capsys):
    report.main([str(folder)])
    assert capsys.readouterr().out == f'report: {folder / "report.html"}\n'
    assert '<title>some: report</title>' in (folder / 'report.html').read_text()


def test_the_page_goes_where_it_is_told(folder, tmp_path):
    report.main([str(folder), '--out', str(tmp_path / 'new' / 'page.html'), '--clips', '0'])
    assert (tmp_path / 'new' / 'page.html').is_file() and not (folder / 'report.html').exists()


def test_bad_arguments_are_refused(folder):
    with pytest.raises(SystemExit):
        report.main([str(folder), '--clips', '-1'])
    with pytest.raises(ValueError, match='holds no config.yaml'):
        report.main([str(folder / 'nothing')])
