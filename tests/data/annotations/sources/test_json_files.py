"""Finding and reading JSON files."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.annotations.sources.json_files import find_json, list_name, read_json, reading


def test_a_folder_gives_its_files_in_order_and_a_file_itself(tmp_path):
    for name in ('b.json', 'a.json', 'c.txt'):
        (tmp_path / name).write_text('[1]')
    assert [file.name for file in find_json(tmp_path)] == ['a.json', 'b.json']
    assert find_json(tmp_path / 'c.txt') == [tmp_path / 'c.txt'] and read_json(tmp_path / 'a.json') == [1]


def test_a_folder_without_any_is_refused(tmp_path):
    with pytest.raises(ValueError, match=f'{tmp_path.name}: no JSON files'):
        find_json(tmp_path)


@pytest.mark.parametrize(('name', 'side'), [
    ('Kinetics50_train.json', 'train'), ('test.json', 'test'), ('Mimetics50.json', None), ('trainval.json', None)])
def test_the_end_of_a_name_tells_the_list(name, side):
    assert list_name(Path(name)) == side


@pytest.mark.parametrize('error', [KeyError('x'), OSError('gone'), TypeError('int'), AttributeError('get')])
def test_what_goes_wrong_is_told_with_the_file(error):
    with pytest.raises(ValueError, match=f'a.json: not a list .{type(error).__name__}: .*again'), \
            reading(Path('a.json'), 'a list'):
        raise error
