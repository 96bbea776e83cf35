"""What an installation holds: every package, every data file, the requirements of the files, and the command."""

import ast
import re
import sys

import pytest

from core import __version__
from core.config import REPOSITORY

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip('tomli')

PROJECT = tomllib.loads((REPOSITORY / 'pyproject.toml').read_text())
SETUP = PROJECT['tool']['setuptools']


def requirements(*files):
    return [line for file in files for line in (REPOSITORY / file).read_text().splitlines()]


def test_the_version_stands_once():
    assert re.fullmatch(r'\d+\.\d+\.\d+', __version__)
    assert SETUP['dynamic']['version'] == {'attr': 'core.__version__'}
    cited, = re.findall(r'^version: (.*)$', (REPOSITORY / 'CITATION.cff').read_text(), re.MULTILINE)
    newest = re.search(r'^## (\S+)', (REPOSITORY / 'CHANGELOG.md').read_text(), re.MULTILINE)[1]
    assert cited == newest == __version__


def test_requirement_files_hold_nothing_but_requirements():
    files = [SETUP['dynamic']['dependencies'], *SETUP['dynamic']['optional-dependencies'].values()]
    lines = requirements(*(name for file in files for name in file['file']))
    assert lines and all(re.match(r'[A-Za-z]', line) for line in lines)


def test_every_extra_has_its_file():
    extras = SETUP['dynamic']['optional-dependencies']
    assert set(extras) == {'annotate', 'export', 'dev'}
    assert {f'requirements-{name}.txt' for name in extras} == {file.name for file in
                                                               REPOSITORY.glob('requirements-*.txt')}


def test_every_file_that_is_read_from_a_package_is_in_it():
    for package, patterns in SETUP['package-data'].items():
        folder = REPOSITORY / package
        listed = {file for pattern in patterns for file in folder.glob(pattern)}
        there = {file for file in folder.rglob('*') if file.is_file() and file.suffix not in ('.py', '.pyc')}
        assert listed == there


def test_the_command_exists():
    module, function = PROJECT['project']['scripts']['pose-action'].split(':')
    source = ast.parse((REPOSITORY / f"{module.replace('.', '/')}.py").read_text())
    assert function in {node.name for node in source.body if isinstance(node, ast.FunctionDef)}


def test_only_the_three_programs_that_run_without_an_installation_touch_the_path():
    touching = {str(file.relative_to(REPOSITORY)) for folder in ('core', 'exp', 'tools')
                for file in (REPOSITORY / folder).rglob('*.py') if 'sys.path.insert' in file.read_text()}
    assert touching == {'exp/train.py', 'exp/test.py', 'tools/pose_action.py'}
