"""The program: every command reaches its script, statuses pass through, and a wrong name ends in one sentence."""

import importlib
import sys

import pytest

from core import __version__
from tools.pose_action import COMMANDS, main


@pytest.fixture(autouse=True)
def same_words(monkeypatch):
    """The program replaces ``sys.argv``; put it back."""
    monkeypatch.setattr(sys, 'argv', list(sys.argv))


@pytest.mark.parametrize('name', COMMANDS)
def test_every_command_shows_its_options_under_its_own_name(name, capsys):
    with pytest.raises(SystemExit) as stop:
        main([name, '--help'])
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith(f'usage: pose-action {name} ')


@pytest.mark.parametrize('words', [['--version'], ['predict', '--version'], ['train', '--version']])
def test_the_version_is_shown(words, capsys):
    try:
        assert main(words) == 0
    except SystemExit as stop:
        assert stop.code == 0
    assert capsys.readouterr().out == f'end2end-pose-action {__version__}\n'


@pytest.mark.parametrize('words', [[], ['--help']])
def test_without_a_command_all_are_listed(words, capsys):
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {name: command.help for name, command in COMMANDS.items()} == {
        name: text for name, text in (line.split(maxsplit=1) for line in lines[2:])}
    assert max(map(len, lines)) <= 120


def test_words_and_status_pass_through(monkeypatch):
    given = []
    monkeypatch.setattr('tools.compare.main', lambda argv: given.append(argv) or 1)
    assert main(['compare', '--seeds', '0']) == 1
    assert given == [['--seeds', '0']]


def test_a_command_is_imported_when_it_is_asked_for(monkeypatch, capsys):
    def refuse(module):
        raise AssertionError(module)

    monkeypatch.setattr(importlib, 'import_module', refuse)
    assert main([]) == 0
    with pytest.raises(AssertionError, match='tools.predict'):
        main(['predict'])


@pytest.mark.parametrize(('name', 'hint'), [('trian', "did you mean 'train'?"), ('xyz', 'pose-action alone lists')])
def test_an_unknown_command_is_refused(name, hint):
    with pytest.raises(ValueError, match=f"no command '{name}'; {hint}".replace('?', r'\?')):
        main([name])


def test_bad_input_ends_in_one_sentence_and_status_2(pose_action):
    done = pose_action('trian')
    assert done.returncode == 2 and done.stderr.startswith('error: ') and done.stderr.count('\n') == 1
    done = pose_action('train', 'END_EPOCHS', '3')
    assert done.returncode == 2 and 'END_EPOCH' in done.stderr.splitlines()[-1]


def test_several_processes_work_without_an_installation(pose_action, tmp_path):
    done = pose_action('demo', '--out', 'set', '--subjects', '1', '--repetitions', '1', '--jobs', '2')
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / 'set' / 'videos').iterdir())) == 36
